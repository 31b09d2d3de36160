"""A page with a chart of each kind, drawn from the project's own figures.

``.venv/bin/python docs/gallery.py FILE`` writes it; the tests build it too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from datetime import date
from html import escape
from importlib.resources import files
from pathlib import Path
from unittest.mock import patch

from kzreport.charts.kinds import KINDS
from kzreport.charts.picture import inline_picture, phone_picture
from kzreport.language.words import Words
from kzreport.pages.context import PageContext
from kzreport.pages.notebooks import read_notebook
from kzreport.pages.outputs import Output
from kzreport.project.settings import notebook_path
from kzreport.render.fill import chart_style

DAY = "2026-09-30"
_ROOM = "main figure.chart { margin: 1rem 0; } time { white-space: nowrap; }"
# The question that each kind of chart answers for a reader.
PURPOSE = {
    "bars": "How much was it in each period? For flows and counts; a rolling sum may run over the bars. An unknown "
    "period has a cross, an estimate is hatched.",
    "dots": "Do publishers agree? Each has a sign and a colour; the highest and lowest value of a year are written.",
    "editions": "What was expected, and what came? A few earlier editions, each named by its year where it ends, the "
    "latest one dashed, the outcome thick.",
    "heat": "Which figures were changed, when, and by how much? A row for each period, a column for each vintage.",
    "lines": "How did it move? A target is a stepped band or line, estimates are dotted, lines named at their ends.",
    "multiples": "How does each country or measure compare with one of them? Small plots on one scale; one "
    "that would flatten the others has its own and says so.",
    "pairs": "How far apart are two values of the same thing? Two reporters, or a year and the year before.",
    "ranks": "Which is largest? In order of size, each value beside its marker; a second colour marks one of them.",
    "slopes": "Who gained and who lost between two dates? Both ends are named, the colour says up or down.",
    "stacked": "What is a total made of? Contributions add up to the line; a residual is hatched.",
}
PAGES = ("inflation", "fdi", "transit", "forecasts", "partners")  # between them they have every kind


def kinds_of(page: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the kind of each chart that a notebook names; panels have no name of their own."""
    for cell in read_notebook(notebook_path(page)).cells:
        for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
                if node.func.attr == "chart":
                    yield texts[0], texts[1]
                elif node.func.attr == "panels":
                    yield "", texts[0]


def charts_of(page: str, language: str, day: str = DAY) -> dict[str, Output]:
    """Run the cells of a page in this process and return its charts by name."""
    shown: list[Output] = []
    names: dict[str, object] = {}
    with patch.object(PageContext, "display", lambda _, output: shown.append(output)):
        for cell in read_notebook(notebook_path(page)).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, f"{page}.ipynb", "exec"), names)
                if "parameters" in cell.metadata.get("tags", []):
                    names |= {"lang": language, "as_of": day}
    return {o.name: o for o in shown if o.svg}


def gallery(language: str = "en", back: str = "") -> str:
    """Return the page: for each kind the first chart of it, with its heading, unit and source.

    ``back``: the address of the page on charts, for the gallery that is part of the documentation.
    """
    found: dict[str, tuple[str, Output]] = {}
    for page in PAGES:
        charts = charts_of(page, language)
        for name, kind in kinds_of(page):
            if o := charts.get(name) if name else next(iter(charts.values()), None):
                found.setdefault(kind, (page, o))
    figures = "\n".join(
        f'<h2 id="{kind}"><code>{kind}</code></h2>\n<p>{PURPOSE[kind]}</p>\n<figure class="chart">'
        f'<p class="shown"><strong>{escape(o.heading)}</strong><br>'
        f'<span class="measure">{escape(o.measure)}</span></p>\n<div class="scroll" tabindex="0">'
        f"{inline_picture(o.svg, f'{kind}-{o.name}')}{phone_picture(o.svg, f'{kind}-{o.name}')}</div>\n"
        f'<figcaption><span class="source">{escape(o.source)}</span></figcaption></figure>'
        for kind, (_, o) in sorted(found.items())
    )
    way = f'<p><a href="{back}">Charts: kinds and options</a></p>\n' if back else ""
    style = files("kzreport.render").joinpath("templates", "style.css").read_text(encoding="utf-8")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>Gallery of charts</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{style}\n{chart_style(figures)}\n{_ROOM}</style></head>\n<body><main>{way}<h1>Gallery of charts</h1>\n"
        f"<p>Each kind of chart, drawn from figures of this project as they were known on "
        f'<time datetime="{DAY}">{Words(language).day(date.fromisoformat(DAY))}</time>.</p>\n'
        f"{figures}\n"
        "</main></body></html>\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(gallery(), encoding="utf-8")
    print(f"{len(KINDS)} kinds")
