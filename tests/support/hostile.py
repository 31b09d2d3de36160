"""An edition whose every text is hostile to some format, made of the outputs that pages make."""

import re
from datetime import date

from kzreport.charts.chart import draw
from kzreport.language.sentences import escape
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.rows import Cell, Row, Table, as_csv
from kzreport.render.content import Edition, PageContent

# Names of columns in a style, as text of a style sheet.
NAMED = re.compile(r"""(--n\d+:"([^"\\<>&';{}]|\\[0-9a-f]+ )*";?)+""")
# Markup and code of every format, marks of direction, a bell, a character in no font, a word without an end.
TEXTS = (
    "<script>alert(1)</script>",
    "#panic() #let x = 1",
    "@label $x^2$ `raw` *star* _under_",
    "=1+1",
    "\"quotes\" 'single' « guillemets » \\ backslash //comment /* more */",
    "abc\u202edef\u200fghi",
    "]] }} ) ] #{ #[ <tag>",
)
WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
UNSETTABLE = "bell\x07 中文 \U0001f9a4"
EVIL = " ".join([*TEXTS, WORD, UNSETTABLE])
HEADER = ("group", "item", "period", "value", "unit", "status", "estimated", "series", "basis")


def history(years: int = 12) -> list[Reading]:
    return [
        Reading("rate", 5.0 + n, "percent", Period.parse(str(2014 + n)), basis="yy", inputs=("cpi_yy",))
        for n in range(years)
    ]


def figures(name: str, readings: list[Reading]) -> str:
    rows = [
        (name, r.item, str(r.period), f"{r.value:.10g}", r.unit, "ok", "", " ".join(r.inputs), r.basis)
        for r in readings
    ]
    return as_csv([HEADER, *rows])


def outputs(w: Words, evil: str) -> list[Output]:
    past = history()
    drawn = draw("lines", {"inflation": past}, w, title=" ".join(TEXTS[:4]), source=TEXTS[1])
    svg = drawn.svg
    claims = Table(
        "claims",
        evil,
        [evil[:30], "b"],
        [Row([Cell(evil), Cell(f" – {evil}\n{evil}\nhttps://stat.gov.kz/en", strong="<b>")])] * 3,
        [("a", "b"), (evil, "=1+1")],
    )
    key = Table(
        "key_figures",
        "Key",
        ["Indicator", "Period", "Value", "Change", "Base"],
        [Row.of(evil, "2025", "16%", "+1 point", "2024"), Row.of("plain", "2025", "16%", "–", "–")],
        [HEADER, *[tuple(line) for line in _rows(evil, past[-1:])]],
    )
    said = escape(evil)
    return [
        Output(Kind.TITLE, "t", markdown=f"# {said}\n\n*{said}*"),
        Output(Kind.HEADLINE, "h", markdown=f"**{said}**"),
        Output(Kind.NOTE, "n", markdown=f"**Note**\n\n### {said}\n\n1. one\n2. two\n\n> quoted"),
        Output(Kind.SECTION, "s", markdown=f"## {said}"),
        Output(Kind.SAY, "s", markdown=said),
        Output(
            Kind.CHART,
            "c",
            svg=svg,
            name="c",
            title=evil,
            measure=evil,
            source=evil,
            alt=evil,
            csv=figures("rate", past),
        ),
        claims.output(),
        key.output(),
        Output(Kind.CHANGES, "c", markdown=f"{said}:\n\n- **{said}**:\n" + "".join(f"  - {said}\n" for _ in range(60))),
        Output(Kind.CAVEATS, "c", markdown=f"## C\n\n- **{said}**: {said}"),
        Output(Kind.SOURCES, "s", markdown=f"## S\n\n- **{said}**. {said}\n  - **{said}** (`cpi_yy`). {said}"),
    ]


def _rows(name: str, readings: list[Reading]) -> list[list[str]]:
    return [[name, r.item, str(r.period), f"{r.value:.10g}", r.unit, "ok", "", "cpi_yy", r.basis] for r in readings]


def hostile_edition(evil: str = EVIL) -> Edition:
    """Return an edition of two pages in two languages."""
    pages = {
        k: [PageContent(name, evil, outputs(Words(k), evil)) for name in ("inflation", "fdi")] for k in ("fr", "en")
    }
    return Edition(
        definition="monthly",
        name="2026-09-30",
        as_of=date(2026, 9, 30),
        report=dict.fromkeys(pages, evil),
        lines=dict.fromkeys(pages, evil),
        notices=dict.fromkeys(pages, evil),
        pages=pages,
        series=("cpi_yy", "fdi_net", "wdi_growth", "reserves"),
        fingerprint="0123456789abcdef",
    )
