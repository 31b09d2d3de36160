"""One kernel of a specification, and a client of it, for tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

import kzreport
from kzreport.execution import warm

SPECS = Path(kzreport.__file__).parent / "prefix" / "share" / "jupyter"


class Kernel:
    """A kernel of the specification ``name``: ``kzreport`` is the warm one, ``python3`` an ordinary one."""

    def __init__(self, name: str = "kzreport", env: Mapping[str, str] | None = None) -> None:
        warm.register()
        specs = KernelSpecManager(kernel_dirs=[str(SPECS / "kernels")])
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        self.manager.start_kernel(env=dict(os.environ if env is None else env))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(60)

    @property
    def process(self):
        return self.manager.provisioner.process

    def run(self, code: str) -> str:
        """What a cell prints, or the name of its error with its message."""
        said = []
        self.client.execute_interactive(code, timeout=120, output_hook=lambda m: said.append(m["content"]))
        return "".join(m.get("text", m.get("ename", "")) for m in said)

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
