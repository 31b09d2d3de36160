"""The journal of a run: lines while it goes, for a person or a log, and ``run.json``, what became of each page.

Times are in here and nowhere else: nothing of a journal is part of an edition.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

from kzreport.files import write_atomic

_LOG = logging.getLogger("kzreport")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class _Plain(logging.Formatter):
    """The text; what went wrong says by whom. Control characters are written out: a log is read on terminals."""

    def format(self, record: logging.LogRecord) -> str:
        text = _CONTROL.sub(lambda found: ascii(found[0])[1:-1], record.getMessage())
        return f"kzreport: {text}" if record.levelno >= logging.ERROR else text


class _Json(logging.Formatter):
    """One object a line: time, level, event, text, and what is known of edition, page, status, seconds, reason."""

    def format(self, record: logging.LogRecord) -> str:
        time = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        about = {"event": "message"} | getattr(record, "about", {})
        return json.dumps({"time": time, "level": record.levelname.lower()} | about | {"text": record.getMessage()})


def start(form: str = "plain", *, quiet: bool = False) -> None:
    """Log to standard error from now on, as ``plain`` lines or ``json``; ``quiet``: errors only."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Plain())
    if form != "json":
        handler.addFilter(lambda record: getattr(record, "shown", True))
    _LOG.handlers[:] = [handler]
    _LOG.setLevel(logging.ERROR if quiet else logging.INFO)


def error(text: str) -> None:
    """Say what went wrong."""
    _LOG.error("%s", text, extra={"about": {"event": "error"}})


class Journal:
    """What a run of a definition tells; the editions that it made; what became of its pages."""

    def __init__(self, definition: str = "") -> None:
        self.definition = definition
        self.made: list[str] = []
        self.pages: list[dict[str, Any]] = []

    def __call__(self, text: str, **about: object) -> None:
        """Say something; ``about`` is what a log in JSON has of it."""
        _LOG.info("%s", text, extra={"about": about} if about else None)

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
        """A page was ``made``, ``kept`` (it had been executed before), ``failed`` or ``not made``: no time was left.

        ``tries`` is 2 where its first kernel did not start. ``shown``: whether plain lines tell of it, too.
        """
        about: dict[str, Any] = {"edition": edition, "page": page, "status": status}
        about |= {"seconds": seconds, "tries": tries, "reason": reason}
        self.pages.append(about)
        text = f"{page}: {'FAILED' if status == 'failed' else status}"
        level = logging.INFO if status in ("made", "kept") else logging.WARNING
        _LOG.log(level, "%s", text, extra={"about": {"event": "page"} | about, "shown": shown})

    def edition(self, name: str, status: str, progress: str = "", *, shown: bool = True) -> None:
        """An edition was ``made`` or ``failed``; ``progress`` says how many of how many."""
        if status == "made":
            self.made.append(name)
        text = f"{self.definition}/{name}: {'FAILED' if status == 'failed' else status}{progress}"
        level = logging.WARNING if status == "failed" else logging.INFO
        about = {"event": "edition", "edition": name, "status": status}
        _LOG.log(level, "%s", text, extra={"about": about, "shown": shown})

    @property
    def retried(self) -> int:
        """Pages whose first kernel did not start."""
        return sum(page["tries"] > 1 for page in self.pages)

    def write(self, root: Path) -> None:
        """``run.json`` beside the editions, in one step."""
        about = {"definition": self.definition, "made": len(self.made), "editions": sorted(self.made)}
        text = json.dumps(about | {"retried": self.retried, "pages": self.pages}, ensure_ascii=False, indent=1)
        try:
            write_atomic(root / "run.json", (text + "\n").encode("utf-8", "backslashreplace"))
        except OSError as e:  # the run ends as it would have
            error(f"run.json: found {e.strerror}, expected to write what became of the pages.")
