"""The summary of a run that has ended, and its delivery to a person, a command or an address.

A summary that cannot be made or delivered changes nothing: the editions stay, and so does the run's exit code.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import nbformat

from kzreport.console.redaction import redact
from kzreport.console.streams import put
from kzreport.editions.correction import Correction, read_correction
from kzreport.editions.correction_text import correction_line
from kzreport.editions.definition import Definition
from kzreport.editions.log import OVERDUE, RunLog, log_error, log_line
from kzreport.editions.manifest import read_manifest
from kzreport.editions.previous import changes_between, edition_before
from kzreport.editions.store import Store, list_editions
from kzreport.errors import KzreportError, Locked, ParameterError, ProviderDown, explain, system_cause
from kzreport.language.words import Words
from kzreport.pages.outputs import page_headline
from kzreport.pages.since_text import changes_data
from kzreport.project.strict import NOT_REPEATED

SECONDS = 30  # that a notification may take
_TAIL = 2000  # bytes of what a notified command wrote that are shown
_OF_A_SHELL = (">", ">>", "<", "|", "||", "&&", ";", "&", "2>&1")


class NotificationError(KzreportError):
    """The summary of a run could not be delivered."""


# --- the summary -------------------------------------------------------------------------------------------------


def run_summary(
    log: RunLog, store: Store | None, definition: Definition | None, code: int, wrong: Sequence[str] = ()
) -> dict[str, Any]:
    """Return a run as plain data.

    ``wrong`` are its error messages, of which there may be more than pages that failed. In the result

    - ``newest`` is the newest of the editions made: its headlines, as Markdown, what changed since the edition before,
      and for a revision how it differs from the edition that it replaces (``corrects``)
    - ``overdue`` are the series whose next figure is late, the longest first
    - ``run`` is the file with the end of each page, relative to the folder of the editions
    """
    failed: dict[str, list[str]] = {}
    for page in log.pages:
        if page["status"] == "failed":
            failed.setdefault(page["edition"], []).append(page["reason"])
    newest = None
    if store is not None and definition is not None and log.made:
        newest = _newest(store, definition, set(log.made))
    return {
        "definition": log.definition,
        "exit_code": code,
        "made": sorted(log.made),
        "failed": [{"edition": name, "reasons": reasons} for name, reasons in sorted(failed.items())],
        "errors": list(wrong),
        "retried": log.retried,
        "overdue": list(log.overdue),
        **({"refreshed": dict(log.refreshed)} if log.refreshed else {}),
        "newest": newest,
        "run": "run.json" if log.pages else None,
    }


def _newest(store: Store, definition: Definition, made: set[str]) -> dict[str, Any] | None:
    root = store.root
    present = [f for f in list_editions(root) if f.parent.name == definition.name]
    try:
        folder = [f for f in present if f.name in made][-1]
        manifest = read_manifest(folder)
        about = manifest["edition"]
        as_of = date.fromisoformat(about["as_of"])
        earlier = edition_before(root, definition.name, as_of)
        since = date.fromisoformat(earlier["edition"]["as_of"]) if earlier else None
        found = changes_data(changes_between(root, definition, since, as_of)) if since else None
        corrects = read_correction(manifest)
        store.fetch(folder)
        headlines = {k: _headlines(folder, about["pages"], k) for k in about["languages"]}
    except (KzreportError, IndexError, OSError, ValueError) as e:  # somebody removed it meanwhile
        log_error(f"the summary lacks what changed since the edition before: {e}")
        return None
    path = folder.relative_to(root).as_posix()
    about = {"edition": folder.name, "path": path, "headlines": headlines, "changes": found}
    return about | {"corrects": corrects.model_dump() if corrects else None}


def _headlines(folder: Path, pages: Sequence[str], language: str) -> list[dict[str, str]]:
    """Return the headline of each page that has its own."""
    found = []
    for page in pages:
        nb = nbformat.v4.reads((folder / language / f"{page}.ipynb").read_text(encoding="utf-8"))
        text = page_headline(nb)
        if text:
            title = str(Words(language, page).entry("title")[language])
            found.append({"page": page, "title": title, "text": text})
    return found


def changes_line(summary: Mapping[str, Any]) -> str:
    """Return what changed, in one line; empty if there is nothing to compare.

    A revision is compared with the edition that it replaces, then its date with the one before.

    >>> figures = [{"series": "cpi_yy", "figures": [{}, {}]}]
    >>> since = {"before": "2026-08-31", "new": figures, "revised": [], "verdicts": [{}], "issues": []}
    >>> changes_line({"newest": {"changes": since}})
    'since 2026-08-31: 2 new figures, 0 revised, 1 verdict turned, 0 new caveats'
    """
    newest = summary["newest"] or {}
    corrects = correction_line(Correction.model_validate(newest["corrects"])) if newest.get("corrects") else ""
    if not (since := newest.get("changes")):
        return corrects
    new = sum(len(f["figures"]) for f in since["new"])
    revised, verdicts, issues = (len(since[k]) for k in ("revised", "verdicts", "issues"))
    return f"{corrects}; " * bool(corrects) + (
        f"since {since['before']}: {_count(new, 'new figure')}, {revised} revised, "
        f"{_count(verdicts, 'verdict')} turned, {_count(issues, 'new caveat')}"
    )


def summary_line(summary: Mapping[str, Any]) -> str:
    """Return the summary in one line.

    >>> known = {"definition": "monthly", "made": [], "failed": [], "errors": [], "retried": 0, "newest": None}
    >>> summary_line(known | {"exit_code": 0, "overdue": []})
    'monthly: nothing to do'
    >>> summary_line(known | {"exit_code": 75, "overdue": [], "errors": ["edition 2026-09-30: found another run"]})
    'monthly: another run is at work'
    """
    made, code = summary["made"], summary["exit_code"]
    parts = [f"made {', '.join(made)}" if len(made) < 4 else f"made {len(made)} editions"]
    if not made:
        sound = not summary["errors"] or code in (ProviderDown.exit_code, OVERDUE)
        parts = ["nothing to do"] if sound and not summary["failed"] else []
    if summary["failed"]:
        names = [f["edition"] for f in summary["failed"]]
        parts.append(f"failed {', '.join(names)}" if len(names) < 4 else f"{len(names)} editions failed")
    elif code == Locked.exit_code:
        parts.append("another run is at work")
    elif summary["errors"]:
        parts += {ProviderDown.exit_code: ["not all figures were refreshed"], OVERDUE: []}.get(code, ["failed"])
    if summary["overdue"]:
        parts.append(f"{len(summary['overdue'])} series overdue, up to {_count(summary['overdue'][0]['days'], 'day')}")
    if summary["retried"]:
        parts.append(f"{_count(summary['retried'], 'kernel')} started twice")
    return "; ".join([f"{summary['definition']}: {parts[0]}", *parts[1:], *filter(None, [changes_line(summary)])])


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


# --- delivery ----------------------------------------------------------------------------------------------------


def check_target(target: str, where: str = "--notify") -> str:
    """Return a target of ``--notify``: an http(s) address, a command, or ``-`` for standard output.

    Raises :class:`ParameterError` for anything else; ``where`` it was given is named.
    """
    if target == "-":
        return target
    expected = "an http or https address, a command that is there, or -"
    if re.match(r"https?:", target, re.IGNORECASE):
        try:
            parts = urlsplit(target)
            if (
                not parts.hostname
                or not re.fullmatch("[!-~]+", target)
                or parts.port == 0
                or parts.username is not None
            ):
                raise ValueError
            _ascii_host(parts.hostname)
        except ValueError:  # an address may hold a secret: it is not repeated
            found = "an address without a host, with a user in it, or with other characters than those of ASCII"
            raise ParameterError(explain(where, found, expected)) from None
        return target
    try:
        words = shlex.split(target)
    except ValueError as e:
        raise ParameterError(explain(where, f"a command that cannot be read ({e})", expected)) from None
    if not words or shutil.which(words[0]) is None:
        plain = words and re.fullmatch(r"[\w./~ -]{1,200}", words[0])  # else it may be an address, or hold a secret
        raise ParameterError(explain(where, words[0] if plain else NOT_REPEATED, expected))
    return target


def send(target: str, summary: Mapping[str, Any]) -> None:
    """Send the summary, as JSON, to a command's standard input, to an address by POST, or to standard output.

    Raises :class:`NotificationError` if the command failed, the address did not accept it, or neither ended within
    ``SECONDS``.
    """
    text = json.dumps(summary)  # in ASCII: there is no encoding to get wrong
    if target == "-":
        put(text)
    elif re.match(r"https?:", target, re.IGNORECASE):
        _post(target, text.encode())
    else:
        _command(target, text.encode())


def _command(target: str, data: bytes) -> None:
    words = shlex.split(target)
    shell = [w for w in words[1:] if w in _OF_A_SHELL]
    todo = f"{shell[0]!r} needs a shell: sh -c '...'" if shell else ""
    expected = "the command to take the summary"
    with tempfile.TemporaryFile() as said:  # a pipe would be held open by what the command leaves behind
        try:
            code = subprocess.run(
                words, input=data, stdout=said, stderr=subprocess.STDOUT, timeout=SECONDS, check=False
            ).returncode
            found = f"{words[0]} ended with {code}"
        except subprocess.TimeoutExpired:
            code, found = 1, f"{words[0]} still at work after {SECONDS} s"
        except OSError as e:
            code, found = 1, f"{words[0]}: {system_cause(e)}"
        said.seek(max(said.seek(0, 2) - _TAIL, 0))
        tail = " ".join(said.read().decode(errors="replace").split()[-60:])
    if code:
        raise NotificationError(redact(explain("--notify", f"{found} ({tail})" if tail else found, expected, todo)))
    if tail and tail not in " ".join(data.decode().split()):  # one that only repeats its input says nothing
        log_line(f"{words[0]} says: {tail[-300:]}")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follow no redirect: the summary would be lost on the way, or sent to somebody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _ascii_host(host: str) -> str:
    """Return a host as the network knows it: in brackets an address of version 6, else in ASCII."""
    return f"[{host}]" if ":" in host else host.encode("idna").decode()


def _post(target: str, data: bytes) -> None:
    parts = urlsplit(target)
    host, headers = parts.hostname or "", {"Content-Type": "application/json"}
    if parts.username is not None:  # the library would take it for a part of the host's name
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    plain = parts._replace(netloc=_ascii_host(host) + (f":{parts.port}" if parts.port else ""), fragment="")
    address = quote(plain.geturl(), safe="/:?#[]@!$&'()*+,;=%~")
    request = urllib.request.Request(address, data, headers, method="POST")
    answers: list[str] = []

    def post() -> None:
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=SECONDS) as reply:
                answers.append("" if 200 <= reply.status < 300 else f"status {reply.status}")
        except urllib.error.HTTPError as e:
            answers.append(f"status {e.code}{', a redirect' if 300 <= e.code < 400 else ''}")
            e.close()
        except (OSError, ValueError) as e:
            reason = getattr(e, "reason", e)
            said = system_cause(reason) if isinstance(reason, OSError) else reason if isinstance(reason, str) else ""
            answers.append(redact(said or type(reason).__name__))
        except Exception as e:  # http.client has many for a broken answer
            answers.append(type(e).__name__)

    # The library's limit is one for each answer: one that trickles would hold us forever.
    thread = threading.Thread(target=post, daemon=True)
    thread.start()
    thread.join(SECONDS)
    found = answers[0] if answers else f"no answer after {SECONDS} s"
    if found:  # the address may hold a secret: its host is enough
        raise NotificationError(explain("--notify", f"{found} from {host}", "2xx, the summary taken"))
