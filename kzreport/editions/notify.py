"""What a run tells when it has ended: what was made, what failed, what changed; to a person, a command or an address.

A summary that cannot be made or delivered changes nothing: the editions stay, and the run's exit code.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat

from kzreport.editions import log as journal
from kzreport.editions.definition import Definition
from kzreport.editions.log import Journal
from kzreport.editions.plan import changes_between, edition_before
from kzreport.editions.store import Store, list_editions, read_manifest
from kzreport.errors import KzreportError, ParameterError, explain
from kzreport.language.words import Words
from kzreport.pages import since as changes
from kzreport.pages.outputs import page_headline

SECONDS = 30  # that a notification may take


class NotTold(KzreportError):
    """Nobody was told of a run."""


# --- the summary -------------------------------------------------------------------------------------------------


def summary(
    ended: Journal, shelf: Store | None, definition: Definition | None, code: int, wrong: Sequence[str] = ()
) -> dict[str, Any]:
    """A run as plain data. ``wrong``: what it said of what went wrong, which may be more than pages that failed.

    ``newest`` is the newest of the editions made: its headlines, as Markdown, and what changed since the edition of
    the date before; ``run`` is where what became of each page is written, from the folder of the editions.
    """
    failed: dict[str, list[str]] = {}
    for page in ended.pages:
        if page["status"] == "failed":
            failed.setdefault(page["edition"], []).append(page["reason"])
    newest = None
    if shelf is not None and definition is not None and ended.made:
        newest = _newest(shelf, definition, set(ended.made))
    return {
        "definition": ended.definition,
        "exit_code": code,
        "made": sorted(ended.made),
        "failed": [{"edition": name, "reasons": reasons} for name, reasons in sorted(failed.items())],
        "errors": list(wrong),
        "retried": ended.retried,
        "newest": newest,
        "run": "run.json" if ended.pages else None,
    }


def _newest(shelf: Store, definition: Definition, made: set[str]) -> dict[str, Any] | None:
    root = shelf.root
    there = [f for f in list_editions(root) if f.parent.name == definition.name]
    try:
        folder = [f for f in there if f.name in made][-1]
        about = read_manifest(folder)["edition"]
        as_of = date.fromisoformat(about["as_of"])
        earlier = edition_before(root, definition.name, as_of)
        since = date.fromisoformat(earlier["edition"]["as_of"]) if earlier else None
        found = changes.as_json(changes_between(root, definition, since, as_of)) if since else None
        shelf.fetch(folder)
        headlines = {k: _headlines(folder, about["pages"], k) for k in about["languages"]}
    except (KzreportError, IndexError, OSError, ValueError) as e:  # somebody removed it meanwhile
        journal.error(f"what changed since the edition before cannot be told: {e}")
        return None
    path = folder.relative_to(root).as_posix()
    return {"edition": folder.name, "path": path, "headlines": headlines, "changes": found}


def _headlines(folder: Path, pages: Sequence[str], language: str) -> list[dict[str, str]]:
    """The headline of each page that has its own."""
    found = []
    for page in pages:
        nb = nbformat.v4.reads((folder / language / f"{page}.ipynb").read_text(encoding="utf-8"))
        said = page_headline(nb, collected=False)
        if said:
            title = str(Words(language, page).entry("title")[language])
            found.append({"page": page, "title": title, "text": said})
    return found


def changed(told: Mapping[str, Any]) -> str:
    """What changed, in one line; empty where there is nothing to compare.

    >>> figures = [{"series": "cpi_yy", "figures": [{}, {}]}]
    >>> since = {"before": "2026-08-31", "new": figures, "revised": [], "verdicts": [{}], "issues": []}
    >>> changed({"newest": {"changes": since}})
    'since 2026-08-31: 2 new figures, 0 revised, 1 verdict turned, 0 new caveats'
    """
    if not (since := (told["newest"] or {}).get("changes")):
        return ""
    new = sum(len(f["figures"]) for f in since["new"])
    revised, verdicts, issues = (len(since[k]) for k in ("revised", "verdicts", "issues"))
    return (
        f"since {since['before']}: {_count(new, 'new figure')}, {revised} revised, "
        f"{_count(verdicts, 'verdict')} turned, {_count(issues, 'new caveat')}"
    )


def line(told: Mapping[str, Any]) -> str:
    """The summary in one line.

    >>> line({"definition": "monthly", "made": [], "failed": [], "errors": [], "retried": 0, "newest": None})
    'monthly: nothing to do'
    """
    made = told["made"]
    parts = [f"made {', '.join(made)}" if len(made) < 4 else f"made {len(made)} editions"]
    if not made:
        parts = [] if told["errors"] or told["failed"] else ["nothing to do"]
    if told["failed"]:
        names = [f["edition"] for f in told["failed"]]
        parts.append(f"failed {', '.join(names)}" if len(names) < 4 else f"{len(names)} editions failed")
    elif told["errors"]:
        parts.append("failed")
    if told["retried"]:
        parts.append(f"{_count(told['retried'], 'kernel')} started twice")
    return "; ".join([f"{told['definition']}: {parts[0]}", *parts[1:], *filter(None, [changed(told)])])


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


# --- whom it is told ---------------------------------------------------------------------------------------------


def check_target(target: str) -> str:
    """The target of ``--notify``, if it can be one: an http(s) address, a command, or ``-``, standard output.

    Raises :class:`ParameterError`.
    """
    if target == "-":
        return target
    expected = "an http or https address, a command that is there, or -"
    if re.match(r"https?:", target, re.IGNORECASE):
        try:
            parts = urlsplit(target)
            if not parts.hostname or re.search(r"[\x00-\x20\x7f]", target) or parts.port == 0:
                raise ValueError
        except ValueError:  # an address may hold a secret: it is not repeated
            raise ParameterError(explain("--notify", "an address without a host", expected)) from None
        return target
    try:
        words = shlex.split(target)
    except ValueError as e:
        raise ParameterError(explain("--notify", f"a command that cannot be read ({e})", expected)) from None
    if not words or shutil.which(words[0]) is None:
        raise ParameterError(explain("--notify", f"{words[0] if words else target!r}", expected))
    return target


def notify(target: str, told: Mapping[str, Any]) -> None:
    """Give the summary, as JSON, to a command's standard input, to an address by POST, or to standard output.

    Raises :class:`NotTold`: the command failed, the address did not accept it, or neither ended within ``SECONDS``.
    """
    text = json.dumps(told)  # in ASCII: there is no encoding to get wrong
    if target == "-":
        print(text, flush=True)
    elif re.match(r"https?:", target, re.IGNORECASE):
        _post(target, text.encode())
    else:
        _command(target, text.encode())


def _command(target: str, data: bytes) -> None:
    words = shlex.split(target)
    expected = "the command to take the summary"
    try:
        done = subprocess.run(words, input=data, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise NotTold(explain("--notify", f"{words[0]} still at work after {SECONDS} s", expected)) from None
    except OSError as e:
        raise NotTold(explain("--notify", f"{words[0]}: {e.strerror}", expected)) from None
    if done.returncode:
        raise NotTold(explain("--notify", f"{words[0]} ended with {done.returncode}", expected))


class _Stay(urllib.request.HTTPRedirectHandler):
    """No redirect: what was posted would be lost on the way, or told to somebody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _post(target: str, data: bytes) -> None:
    host = urlsplit(target).hostname
    request = urllib.request.Request(target, data, {"Content-Type": "application/json"}, method="POST")
    said: list[str] = []

    def send() -> None:
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as reply:
                said.append("" if 200 <= reply.status < 300 else f"status {reply.status}")
        except urllib.error.HTTPError as e:
            said.append(f"status {e.code}{', a redirect' if 300 <= e.code < 400 else ''}")
            e.close()
        except (OSError, ValueError) as e:
            said.append(str(getattr(e, "reason", "") or type(e).__name__))
        except Exception as e:  # what http.client says of a broken answer
            said.append(type(e).__name__)

    # The library's limit is one for each answer: one that trickles would hold us for ever.
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(SECONDS)
    found = said[0] if said else f"no answer after {SECONDS} s"
    if found:  # the address may hold a secret: its host is enough
        raise NotTold(explain("--notify", f"{found} from {host}", "2xx, the summary taken"))
