"""One page through papermill, in a kernel of its own."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from kzreport.errors import PageError, message_of
from kzreport.execution import failures
from kzreport.execution.collect import collect
from kzreport.execution.failures import one_line
from kzreport.execution.guard import Guard
from kzreport.execution.kernel import Kernel, KernelPool
from kzreport.execution.task import CELL_TIMEOUT, Result, Task
from kzreport.execution.worker import Worker
from kzreport.pages.notebooks import load_notebook


def execute_page(
    task: Task,
    worker: Worker | None = None,
    *,
    source: NotebookNode | None = None,
    inject: bool = True,
    timeout: float = CELL_TIMEOUT,
    verdicts: Path | None = None,
) -> Result:
    """Execute one page. A failure of the page is not raised: the result has its reason.

    Parameters
    ----------
    worker
        Default: a worker for this page alone.
    source
        Run this notebook instead of the page's own.
    inject
        False: run with the defaults of the parameters cell, as nbval does.
    timeout
        Seconds for each cell.
    verdicts
        File of what was judged for its edition (:mod:`kzreport.claims.handed`); without it the page judges itself.
    """
    import logging

    for name in ("papermill", "traitlets"):  # the result has all that they log
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if worker is None:
        with KernelPool() as kernels:
            alone = Worker(kernels)
            return execute_page(task, alone, source=source, inject=inject, timeout=timeout, verdicts=verdicts)
    nb = source if source is not None else load_notebook(task.page)
    for tries in (1, 2):  # a lack of memory or of processes may pass
        attempt = _Attempt(task, worker, inject, timeout, verdicts)
        result = replace(attempt.run(nb), tries=tries)
        if attempt.started:
            break
    return result


@dataclass
class _Attempt:
    """One page in one kernel.

    - ``record``: papermill's record of the run
    - ``until``: time when the page has to end, by :func:`time.monotonic`
    - ``since``: time when its current cell began
    - ``started``: the kernel has answered
    """

    task: Task
    worker: Worker
    inject: bool
    timeout: float
    verdicts: Path | None
    record: Any = None
    until: float = 0.0
    since: float = 0.0
    error: Any = None  # what nbclient raised for a cell: papermill forgets it if the cell showed nothing
    started: bool = False
    guard: Guard | None = None

    def run(self, nb: NotebookNode) -> Result:
        """Execute the notebook; never raise for what it does."""
        try:
            return Result(self.task, self._executed(nb))
        except Exception as e:
            reason = f"{self.task.name}: {self._reason(e)}"
        finally:
            if self.guard:
                self.guard.stop()
            self.started = self.worker.kernels.current is not None and self.worker.kernels.current.ready
            self.worker.kernels.release()
        kept = failures.failed_notebook(self.record.nb, reason) if self.record else ""
        return Result(self.task, None, reason, kept)

    def _executed(self, nb: NotebookNode) -> NotebookNode:
        import papermill
        from papermill.engines import papermill_engines

        kernel = self.worker.kernels.take()
        if self.verdicts:
            kernel.hand_over(self.verdicts)
        papermill_engines.register("kzreport", self._engine(kernel))
        done = papermill.execute_notebook(
            _without_outputs(nb),
            None,
            parameters=self.task.parameters if self.inject else None,
            engine_name="kzreport",
            cwd=str(kernel.folder),
            progress_bar=False,
            kernel_name="python3",
        )
        try:
            # papermill's own stays for the record of a failure; outputs are read, never changed
            apart = NotebookNode({**done, "cells": [NotebookNode(cell) for cell in done.cells]})
            return collect(apart, self.task, inject=self.inject)
        except PageError as e:
            raise _NotCollected(str(e)) from None

    def _reason(self, error: Exception) -> str:
        """Describe a failure: the cell, and what happened in it."""
        from nbclient.exceptions import CellTimeoutError, DeadKernelError
        from papermill.exceptions import PapermillExecutionError

        nb = self.record.nb if self.record else None
        kernel = self.worker.kernels.current
        log = failures.log_tail(kernel.log_lines()) if kernel else ""
        if self.guard and self.guard.reason:
            return f"{failures.last_started_cell(nb)}: {self.guard.reason}"
        match error:
            case _NotCollected():
                return str(error)
            case PapermillExecutionError():
                cell = failures.cell_label(failures.executed_cells(self.record.nb), error.cell_index)
                shown = self.error or error
                return f"{cell}: {shown.ename}: {one_line(shown.evalue)}{failures.system_limits()}"
            case DeadKernelError():
                died = f"the kernel died{kernel.ending if kernel else ''}"
                return f"{failures.last_started_cell(nb)}: {died}{log}{failures.system_limits()}"
            case CellTimeoutError():
                return f"{failures.last_started_cell(nb)}: {self._late()}"
            case PageError():
                return f"{failures.last_started_cell(nb)}: {error}"
        # A kernel that did not start, a full disk: the run goes on and names the page.
        told = message_of(error) if isinstance(error, OSError) else f"{type(error).__name__}: {one_line(str(error))}"
        return f"{told}{log}{failures.system_limits()}"

    def _late(self) -> str:
        """Describe a cell that took too long, by the clock: nbclient says the same of outputs that do not come."""
        now = time.monotonic()
        if now > self.until - 0.1:
            return f"still running when the page's {self.worker.kernels.limits.seconds:g} s were over"
        if now - self.since > self.timeout - 0.1:
            return f"still running after {self.timeout:g} s"
        return f"its outputs had not arrived {now - self.since:.0f} s after it began, though it had ended"

    def _engine(self, kernel: Kernel) -> type:
        """Return a papermill engine that uses the kernel and leaves papermill's record here."""
        from jupyter_core.utils import run_sync
        from nbclient.exceptions import CellExecutionError
        from papermill.clientwrap import PapermillNotebookClient
        from papermill.engines import NBClientEngine

        attempt, kernels, progress = self, self.worker.kernels, self.worker.progress

        class Client(PapermillNotebookClient):  # type: ignore[misc]
            def start_new_kernel_client(self, **ignored: Any) -> Any:
                self.kc = run_sync(kernel.connect)()
                self.kc.allow_stdin = False
                attempt.until = time.monotonic() + kernels.limits.seconds
                attempt.guard = Guard(kernel, kernels.limits.memory)
                kernels.prepare_next()
                return self.kc

            def execute_cell(self, cell: Any, index: int, *rest: Any, **named: Any) -> Any:
                if progress:
                    progress(index, len(self.nb.cells))
                attempt.since = time.monotonic()
                try:
                    return super().execute_cell(cell, index, *rest, **named)
                except CellExecutionError as e:
                    attempt.error = e
                    raise

            def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
                """Count what a message brings before it is kept; beyond a limit the page ends as if its kernel died."""
                shown = [msg["content"], msg.get("buffers", [])]
                if attempt.guard and not attempt.guard.admits(cell_index, shown):
                    if self.task_poll_for_reply is not None:
                        self.task_poll_for_reply.cancel()
                    text = msg["content"].get("text")
                    if not isinstance(text, str):
                        return None
                    msg["content"]["text"] = text[: failures.LONGEST]  # evidence for the kept notebook
                return super().process_message(msg, cell, cell_index)

            def output(self, outs: Any, msg: Any, display_id: str | None, cell_index: int) -> Any:
                """Keep what a cell displays; :mod:`kzreport.execution.collect` checks it, a general schema need not."""
                shown = {key: msg["content"].get(key) for key in ("data", "metadata")}
                plain = msg["msg_type"] == "display_data" and all(isinstance(v, dict) for v in shown.values())
                hooked = self.output_hook_stack[msg["parent_header"].get("msg_id")]
                if not plain or display_id or hooked or self.clear_before_next_output:
                    return super().output(outs, msg, display_id, cell_index)
                outs.append(nbformat.from_dict({"output_type": "display_data", **shown}))
                return outs[-1]

        class Engine(NBClientEngine):  # type: ignore[misc]
            @classmethod
            def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **ignored: Any) -> None:
                attempt.record = nb_man
                client = Client(nb_man, km=kernel.manager, on_cell_executed=_refuse_exit)
                # above zero, which would mean no limit
                client.timeout_func = lambda cell: max(0.01, min(attempt.timeout, attempt.until - time.monotonic()))
                try:
                    client.execute()
                finally:
                    if client.kc is not None:
                        client.kc.stop_channels()

        return Engine


class _NotCollected(PageError):
    """The page ran to its end, but may not be published; the message names the cell."""


def _refuse_exit(cell: NotebookNode, cell_index: int, execute_reply: Mapping[str, Any]) -> None:
    """Refuse a cell that called exit(): the kernel only asks us to end, and would run the next cell."""
    if any(p.get("source") == "ask_exit" for p in execute_reply["content"].get("payload", ())):
        raise PageError("the cell called exit(), expected every cell run to its end")


def _without_outputs(nb: NotebookNode) -> NotebookNode:
    """Copy a notebook without its stored outputs, which papermill would write, read and check before it drops them."""
    cells = [{**c, "outputs": [], "execution_count": None} if c.cell_type == "code" else c for c in nb.cells]
    copied: NotebookNode = nbformat.from_dict({**nb, "cells": copy.deepcopy(cells)})
    return copied
