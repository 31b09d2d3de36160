"""The log of a run: lines on standard error while it runs, and ``run.json``, the end of each page.

Times are in here and nowhere else: nothing of a log is part of an edition.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kzreport.console.redaction import redact
from kzreport.console.streams import put_error
from kzreport.errors import system_message
from kzreport.files import write_atomic

OVERDUE = 4  # the exit code of a run that was asked to fail where figures are overdue
_LOG = logging.getLogger("kzreport")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class _Lines(logging.Handler):
    """Lines on standard error, wherever it leads now. A log that cannot be written ends nothing."""

    def emit(self, record: logging.LogRecord) -> None:
        put_error(self.format(record))


class _Plain(logging.Formatter):
    """The text without secrets; errors begin with the program's name.

    Control characters are escaped: a log is read on terminals.
    """

    def format(self, record: logging.LogRecord) -> str:
        text = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], redact(record.getMessage()))
        return f"kzreport: {text}" if record.levelno >= logging.ERROR else text


class _Verbose(_Plain):
    """The same with the time of day, and how long a page took."""

    def format(self, record: logging.LogRecord) -> str:
        about = getattr(record, "about", {})
        took = f" ({about['seconds']:.1f} s)" if about.get("event") == "page" and about["seconds"] else ""
        return f"{self.formatTime(record, '%H:%M:%S')} {super().format(record)}{took}"


class _Json(logging.Formatter):
    """One object a line: time, level, event, text, and if known edition, page, status, seconds, reason."""

    def format(self, record: logging.LogRecord) -> str:
        time = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        about = {"event": "message"} | getattr(record, "about", {})
        return json.dumps(
            {"time": time, "level": record.levelname.lower()} | about | {"text": redact(record.getMessage())}
        )


def start_logging(form: str = "plain", *, quiet: bool = False, verbose: bool = False) -> None:
    """Log to standard error from now on, as ``plain`` lines or ``json``.

    ``quiet``: errors only; ``verbose``: details too, and plain lines with their times.
    """
    handler = _Lines()
    handler.setFormatter(_Json() if form == "json" else _Verbose() if verbose else _Plain())
    if form != "json" and not verbose:
        handler.addFilter(lambda record: getattr(record, "shown", True))
    _LOG.handlers[:] = [handler]
    if not logging.root.handlers:  # libraries would print lines of theirs, with addresses and traces
        logging.root.addHandler(logging.NullHandler())
    _LOG.setLevel(logging.ERROR if quiet else logging.DEBUG if verbose else logging.INFO)


def log_error(text: str) -> None:
    """Log an error."""
    _LOG.error("%s", text, extra={"about": {"event": "error"}})


def log_line(text: str) -> None:
    """Log a line."""
    _LOG.info("%s", text)


class RunLog:
    """The log of one run of a definition: the editions it made, the end of each page.

    ``refreshed``: series -> what became of it, if figures were fetched first.

    ``fault``: line that says that kzreport itself failed.

    ``overdue``: the overdue series of the report, see :mod:`kzreport.editions.overdue`.

    ``locked``: messages of editions that another run makes.

    ``shown`` of its methods: print it as a plain line too; a log in JSON has everything.
    """

    def __init__(self, definition: str = "") -> None:
        self.definition = definition
        self.made: list[str] = []
        self.pages: list[dict[str, Any]] = []
        self.refreshed: Mapping[str, str] = {}
        self.fault = ""
        self.overdue: list[dict[str, Any]] = []
        self.locked: list[str] = []

    def line(self, text: str, *, shown: bool = True, **about: object) -> None:
        """Log a line; ``about`` are its other keys in a log in JSON."""
        _LOG.info("%s", text, extra={"shown": shown} | ({"about": about} if about else {}))

    def detail(self, text: str) -> None:
        """Log a line that only a verbose log has."""
        _LOG.debug("%s", text)

    def page(
        self,
        edition: str,
        page: str,
        status: str,
        *,
        seconds: float = 0.0,
        tries: int = 1,
        reason: str = "",
        shown: bool = True,
    ) -> None:
        """Log the end of a page.

        Parameters
        ----------
        edition, page
            names such as ``2026-09-30`` and ``fr/inflation``
        status
            ``made``, ``kept`` (it had been executed before), ``failed`` or ``not made`` (no time was left)
        seconds
            time that it took, its files included
        tries
            2 if its first kernel did not start
        reason
            of a failure
        shown
            see the class
        """
        about: dict[str, Any] = {"edition": edition, "page": page, "status": status}
        about |= {"seconds": seconds, "tries": tries, "reason": redact(reason)}
        self.pages.append(about)
        text = f"{page}: {'FAILED' if status == 'failed' else status}"
        level = logging.INFO if status in ("made", "kept") else logging.WARNING
        _LOG.log(level, "%s", text, extra={"about": {"event": "page"} | about, "shown": shown})

    def edition(self, name: str, status: str, progress: str = "", *, shown: bool = True) -> None:
        """Log the end of an edition, ``made`` or ``failed``; ``progress`` is added to the line: (3 of 12)."""
        if status == "made":
            self.made.append(name)
        text = f"{self.definition}/{name}: {'FAILED' if status == 'failed' else status}{progress}"
        level = logging.WARNING if status == "failed" else logging.INFO
        about = {"event": "edition", "edition": name, "status": status}
        _LOG.log(level, "%s", text, extra={"about": about, "shown": shown})

    @property
    def retried(self) -> int:
        """Number of pages whose first kernel did not start."""
        return sum(page["tries"] > 1 for page in self.pages)

    def write(self, root: Path) -> None:
        """Write ``run.json`` beside the editions, in one step. If that fails the run ends as it would have."""
        about = {"definition": self.definition, "made": len(self.made), "editions": sorted(self.made)}
        about |= {"refreshed": dict(self.refreshed)} if self.refreshed else {}
        about |= {"overdue": self.overdue}
        about |= {"fault": self.fault} if self.fault else {}
        text = json.dumps(about | {"retried": self.retried, "pages": self.pages}, ensure_ascii=False, indent=1)
        try:
            write_atomic(root / "run.json", (text + "\n").encode("utf-8", "backslashreplace"))
        except OSError as e:
            log_error(system_message(e, "run.json"))
