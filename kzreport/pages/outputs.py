"""The outputs of a page: the contract between the page that shows them and the renderers that read them.

A page displays an :class:`Output`; its description travels in the output's metadata under ``kzreport``. Whatever reads
an executed notebook (renderers, editions, checks) reads these outputs and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kzreport.charts.picture import check_picture
from kzreport.errors import PageError, explain

if TYPE_CHECKING:
    from nbformat import NotebookNode

KEY = "kzreport"  # of the metadata of an output
_DOLLAR = (
    "<span>&#36;</span>"  # in notebooks: JupyterLab reads what stands between two $, also escaped ones, as mathematics
)


class Kind(StrEnum):
    """The kinds of outputs that a page shows."""

    TITLE = "title"
    HEADLINE = "headline"
    HEADLINES = "headlines"  # a list of the headlines of other pages
    SECTION = "section"
    SAY = "say"
    NOTE = "note"
    CHART = "chart"
    TABLE = "table"
    ABSENT = "absent"  # a sentence in place of a chart or table that has no figures
    CAVEATS = "caveats"
    METHOD = "method"
    SOURCES = "sources"
    CHANGES = "changes"


# What the metadata of a kind holds beside it, what it may hold, and the form in which it is shown.
_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHART: ("name", "title", "measure", "source", "alt", "csv"),
    Kind.TABLE: ("name", "title", "csv"),
    Kind.ABSENT: ("name",),
    Kind.SECTION: ("name",),
    Kind.CAVEATS: ("series",),
    Kind.SOURCES: ("series",),
}
_OPTIONAL: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHART: ("finding",),
    Kind.SAY: ("series", "figures"),
    Kind.HEADLINE: ("series", "figures"),
    Kind.HEADLINES: ("series",),
}
_FORMS: Mapping[Kind, str] = {Kind.CHART: "image/svg+xml", Kind.TABLE: "text/html"}


@dataclass(frozen=True)
class Output:
    """One thing that a page shows.

    - ``text``: the whole of it as plain text, which nbval and reviewers compare
    - ``markdown``, ``html``, ``svg``: the form shown: SVG for a chart, HTML for a table, Markdown for the rest
    - ``name``: of a chart, a table or the sentence in its place: unique on a page; of a section: its key
    - ``title``: of a chart or table: what it shows, whatever the figures are
    - ``finding``: of a chart: what its figures say, in one sentence without a full stop; may be empty
    - ``measure``, ``source``: of a chart: unit and time of what is drawn (after the title, under a finding);
      publishers and until when, in words
    - ``alt``: the description of a chart in words
    - ``csv``: the figures of a chart or table
    - ``series``: of sources, caveats and a list of headlines: a line for each, with the names of the series that it
      is about, for a caveat also of the charts and tables (``#volumes``); of a sentence or headline: the names of the
      series behind it
    - ``figures``: of a sentence or headline: a line for each of its figures that rests on one series: the name of the
      series, the period and the value

    >>> Output(Kind.SAY, "Prices rose.", markdown="Prices rose.").metadata
    {'kzreport': {'kind': 'say'}}
    """

    kind: Kind
    text: str
    markdown: str = ""
    html: str = ""
    svg: str = ""
    name: str = ""
    title: str = ""
    finding: str = ""
    measure: str = ""
    source: str = ""
    alt: str = ""
    csv: str = ""
    series: str = ""
    figures: str = ""

    @property
    def heading(self) -> str:
        """The line over a chart or table: its finding, or its title."""
        return self.finding or self.title

    @property
    def data(self) -> dict[str, str]:
        """The output as IPython displays it: media type -> content.

        >>> Output(Kind.SAY, "$2 a tonne", markdown="$2 a tonne").data["text/markdown"]
        '<span>&#36;</span>2 a tonne'
        """
        markdown = self.markdown.replace("$", _DOLLAR)
        shown = {"image/svg+xml": self.svg, "text/html": self.html, "text/markdown": markdown}
        form = _FORMS.get(self.kind, "text/markdown")
        return {form: shown[form], "text/plain": self.text}

    @property
    def metadata(self) -> dict[str, dict[str, str]]:
        """The description that travels with the output."""
        fields = {name: getattr(self, name) for name in _FIELDS.get(self.kind, ())}
        fields |= {name: text for name in _OPTIONAL.get(self.kind, ()) if (text := getattr(self, name))}
        return {KEY: {"kind": str(self.kind), **fields}}


def read_output(raw: Mapping[str, Any], where: str) -> Output:
    """Read an output of an executed notebook.

    Raises :class:`PageError` naming ``where`` for an output that no page shows: another type, another kind, unknown or
    missing metadata, a picture that no chart of ours draws.
    """
    data, metadata = raw.get("data", {}), raw.get("metadata", {})
    about = metadata.get(KEY, {})
    expected = "what page.say, .chart or .table show"
    if raw.get("output_type") != "display_data" or set(metadata) - {KEY} or about.get("kind") not in set(Kind):
        found = about.get("kind") or ", ".join(data) or raw.get("output_type")
        raise PageError(explain(where, f"an output of {found}", expected))
    kind = Kind(about["kind"])
    form = _FORMS.get(kind, "text/markdown")
    if set(data) != {form, "text/plain"}:
        raise PageError(explain(where, f"an output of {', '.join(data)}", f"{form} and text/plain for a {kind}"))
    fields = ("kind", *_FIELDS.get(kind, ()))
    known = {*fields, *_OPTIONAL.get(kind, ())}
    if not set(fields) <= set(about) <= known or not all(isinstance(v, str) for v in about.values()):
        raise PageError(explain(f"{where}, metadata", ", ".join(about), f"text under {', '.join(fields)}"))
    content = str(data[form])
    return Output(
        kind,
        str(data["text/plain"]),
        markdown=content.replace(_DOLLAR, "$") if form == "text/markdown" else "",
        html=content if form == "text/html" else "",
        svg=check_picture(content, f"{where}, {form}") if form == "image/svg+xml" else "",
        **{name: text for name, text in about.items() if name != "kind"},
    )


def page_outputs(nb: NotebookNode) -> Iterator[Output]:
    """Yield the outputs of an executed page in order. Raises as :func:`read_output`."""
    for number, cell in enumerate(nb.cells, 1):
        for raw in cell.get("outputs", []):
            yield read_output(raw, f"cell {number}")


def page_texts(nb: NotebookNode) -> str:
    """Return a page as text: sentences, tables, descriptions and figures of charts."""
    return "\n\n".join(o.text.strip() for o in page_outputs(nb)) + "\n"


def page_artefacts(nb: NotebookNode) -> list[Output]:
    """Return the charts and tables of an executed page, in order."""
    return [o for o in page_outputs(nb) if o.kind in (Kind.CHART, Kind.TABLE)]


def headline_in(outputs: Iterable[Output]) -> str:
    """Return the headline among the outputs of a page as Markdown, none of it bold; empty if the page has no own."""
    return next((o.markdown.replace("**", "", 2) for o in outputs if o.kind is Kind.HEADLINE), "")


def page_headline(nb: NotebookNode) -> str:
    """Return the headline of an executed page as Markdown; empty if the page has no own headline."""
    return headline_in(page_outputs(nb))
