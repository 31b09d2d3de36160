"""``kzreport watch``: a page in the browser, made again whenever its words, views, cells or figures are saved.

The page is made in this process: no kernel starts, so that it follows within a second or two. It is served to this
machine alone.
"""

from __future__ import annotations

import argparse
import copy
import html as escaping
import json
import threading
import time
import webbrowser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import nbformat

from kzreport.commands.rehearsal import rehearse
from kzreport.commands.session import show, warn
from kzreport.days import parse_day
from kzreport.editions.dates import check_date
from kzreport.editions.reference import reference_task, stored_language
from kzreport.errors import KzreportError, ParameterError, explain, system_cause
from kzreport.files import project_root
from kzreport.language.wordfiles import check_language
from kzreport.language.words import Words
from kzreport.pages.notebooks import load_notebook
from kzreport.pages.outputs import Output
from kzreport.pages.page import Page
from kzreport.project.settings import notebook_path, project
from kzreport.render import html
from kzreport.render.downloads import figure_files

_EVERY = 0.2  # seconds between two looks at the files
_WATCHED = ("notebooks/*.ipynb", "notebooks/*.yml", "notebooks/views/*.py", "data/*.*", "data/claims/*", "params/*.yml")
_TYPES = {".csv": "text/csv", ".svg": "image/svg+xml"}
_FRAME = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>html,body{{margin:0;height:100%;display:flex;flex-direction:column;font:15px/1.4 system-ui,sans-serif}}
iframe{{border:0;flex:1;width:100%}}
#said{{margin:0;padding:.6em 1em;background:#fdecea;color:#7a1c10;border-bottom:1px solid #e0b4ae;white-space:pre-wrap}}
#said:empty{{display:none}}</style>
<p id="said" role="status"></p><iframe id="page" title="{title}"></iframe>
<script>
const frame = document.getElementById("page"), said = document.getElementById("said");
let shown = -1;
async function look() {{
  try {{
    const now = await (await fetch("state")).json();
    said.textContent = now.error;
    if (now.made !== shown) {{
      const at = shown < 0 ? 0 : frame.contentWindow.scrollY;
      frame.onload = () => frame.contentWindow.scrollTo(0, at);
      frame.src = "page?" + now.made;
      shown = now.made;
    }}
  }} catch {{ said.textContent = "kzreport watch has ended."; }}
  setTimeout(look, 300);
}}
look();
</script>
"""


@dataclass
class _State:
    """The page that is served, its files of figures, how often it was made, and the error of the last attempt."""

    title: str
    text: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    made: int = 0
    error: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str) -> tuple[str, bytes]:
        """Return type and content of an answer; an empty type and a sentence for an unknown address."""
        with self.lock:
            match path.partition("?")[0]:
                case "/":
                    return "text/html", _FRAME.format(title=escaping.escape(self.title)).encode()
                case "/state":
                    return "application/json", json.dumps({"made": self.made, "error": self.error}).encode()
                case "/page":
                    return "text/html", self.text.encode()
                case file if found := self.files.get(file.removeprefix("/")):
                    return _TYPES[Path(file).suffix], found
        return "", b"kzreport watch serves one page and its figures; 'kzreport run' makes the other pages."


def run(args: argparse.Namespace) -> int:
    """Serve a page until Ctrl-C.

    Raises :class:`ParameterError` for an unknown page, language or date, and for a port in use.
    """
    notebook_path(args.page)
    task = reference_task(args.page, project().languages[0])
    language = check_language(args.lang) if args.lang else ""
    if args.as_of:
        check_date(args.as_of, date.today())
    state = _State(f"{args.page} – kzreport watch")
    try:
        server = ThreadingHTTPServer(("127.0.0.1", args.port), _handler(state))
    except OSError as e:
        raise ParameterError(explain("--port", f"{args.port}: {system_cause(e)}", "a free port")) from None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    show(f"watching {args.page}: open {address}")
    show("save a word, a view, a cell or a figure, and the page is made again; Ctrl-C ends")
    if not args.no_browser:
        webbrowser.open(address)
    try:
        for _ in _changes():
            begun = time.monotonic()
            try:
                text, files = made_page(args.page, language, args.as_of or task.as_of)
            except Exception as e:  # the analyst is at work: show the error, and wait for the next save
                said = f"{e}" if isinstance(e, KzreportError) else f"{type(e).__name__}: {e}"
                with state.lock:
                    state.error = said
                warn(said)
            else:
                with state.lock:
                    state.text, state.files, state.error, state.made = text, files, "", state.made + 1
                show(f"made {args.page} in {time.monotonic() - begun:.1f} s")
    except (KeyboardInterrupt, SystemExit):  # the usual end
        return 0
    finally:
        server.shutdown()
    return 0


class _Collecting(Page):
    """A page whose outputs are kept by cell."""

    kept: list[list[Output]]

    def display(self, output: Output) -> None:
        """Keep an output of the cell that is being run."""
        self.kept[-1].append(output)


def made_page(name: str, language: str, as_of: str) -> tuple[str, dict[str, bytes]]:
    """Return the HTML of a page with the values of its own cell, as it is saved now, and its files of figures.

    Without a language, that of its cell.

    Raises the errors of its notebook, words, views and data.
    """
    nb = copy.deepcopy(load_notebook(name))
    task = reference_task(name, language or stored_language(name))
    cells: list[list[Output]] = []
    kind = type("Watched", (_Collecting,), {"kept": cells})
    rehearse(kind, name, task.values, task.language, parse_day(as_of), lambda number: cells.append([]))
    for cell, outputs in zip(nb.cells, cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs = [
                nbformat.v4.new_output("display_data", data=dict(o.data), metadata=dict(o.metadata)) for o in outputs
            ]
    words = Words(task.language, name, parse_day(as_of))
    files = figure_files(nb, words, parse_day(as_of))
    text = html.page(
        nb,
        name=name,
        language=task.language,
        titles={name: str(words.entry("title")[task.language])},
        report=project().name[task.language],
        as_of=parse_day(as_of),
        languages=[task.language],
        fingerprint="–",
        sizes={address: len(data) for address, data in files.items()},
    )
    return text, files


def _changes() -> Iterator[None]:
    """Yield at once, and then whenever a file that a page is made from was saved."""
    before: Mapping[Path, int] = {}
    while True:
        now = dict(_stamps())
        if now != before:
            before = now
            yield
        time.sleep(_EVERY)


def _stamps() -> Iterator[tuple[Path, int]]:
    root = project_root()
    for pattern in _WATCHED:
        for path in root.glob(pattern):
            try:
                yield path, path.stat().st_mtime_ns
            except OSError:  # an editor puts a new file in its place
                continue


def _handler(state: _State) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers to this machine."""

        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            kind, raw = state.answer(self.path) if host in ("127.0.0.1", "localhost") else ("", b"")
            self.send_response(200 if kind else 404)
            self.send_header("Content-Type", f"{kind or 'text/plain'}; charset=utf-8")
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    return Handler
