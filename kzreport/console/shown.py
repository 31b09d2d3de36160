"""Small tables that a notebook or a terminal shows of the nouns of the package, and a series as a data frame.

What belongs here: the form in which an analyst sees a value. What does not: tables of a report, which have words
(:mod:`kzreport.pages.rows`).
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pandas as pd

_ENDS = 5  # rows that are shown of each end of a long table
_PANDAS = {"A": "Y", "Q": "Q", "M": "M", "D": "D"}  # frequency -> the frequency of a pandas period


def short_rows(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Return the rows that are shown: all of a short table, both ends of a long one and how many are left out.

    >>> short_rows([("a",), ("b",)]), short_rows([(str(n),) for n in range(99)])[5]
    ([('a',), ('b',)], ('… 89 more',))
    """
    if len(rows) <= 2 * _ENDS + 1:
        return list(rows)
    left = (f"… {len(rows) - 2 * _ENDS} more", *[""] * (len(rows[0]) - 1))
    return [*rows[:_ENDS], left, *rows[-_ENDS:]]


class Layout(NamedTuple):
    """A table as texts: its title, a line that says what is to be known of it, the head, the rows."""

    title: str
    about: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        """Return it as plain text, its columns aligned.

        >>> print(Layout("x", "percent", ["period", "value"], [("2026-08", "9.8")]).text())
        x
        percent
          period   value
          2026-08  9.8
        """
        shown = [self.head, *short_rows(self.rows)]
        widths = [max(len(row[n]) for row in shown) for n in range(len(self.head))]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in shown]
        return "\n".join([self.title, *filter(None, [self.about]), *(f"  {line}" for line in lines)])

    def html(self) -> str:
        """Return it as HTML; its columns stand to the left, but for values: notebooks set all to the right.

        >>> Layout("x", "", ["value"], [("<1",)]).html().partition("<table>")[2]
        '<thead><tr><th>value</th></tr></thead><tbody><tr><td>&lt;1</td></tr></tbody></table>'
        """
        left = ' style="text-align:left"'
        sides = ["" if name == "value" else left for name in self.head]

        def line(cells: Sequence[str], tag: str) -> str:
            shown = zip(cells, sides, strict=True)
            return f"<tr>{''.join(f'<{tag}{side}>{html.escape(cell)}</{tag}>' for cell, side in shown)}</tr>"

        more = f"<br>{html.escape(self.about)}" if self.about else ""
        body = "".join(line(row, "td") for row in short_rows(self.rows))
        title = f"<div><strong>{html.escape(self.title)}</strong>{more}</div>"  # a caption is no wider than its table
        return f"{title}<table><thead>{line(self.head, 'th')}</thead><tbody>{body}</tbody></table>"


class Shown:
    """A noun that notebooks and terminals show as a small table."""

    def __repr__(self) -> str:
        layout = _layout(self)
        if layout.rows and not layout.about and layout.title != "panel":  # one reading: often in a list of them
            return f"{layout.title}({', '.join(map(' '.join, zip(layout.head, layout.rows[0], strict=True)))})"
        return layout.text()

    def _repr_html_(self) -> str:
        return _layout(self).html()


def _layout(value: Any) -> Layout:
    if hasattr(value, "observations"):
        return _of_series(value)
    return _of_panel(value) if hasattr(value, "sentences") else _of_reading(value)


def _of_series(s: Any) -> Layout:
    names = _dimensions(s)
    about = [s.unit, s.basis, s.publisher, f"as known on {s.as_of}", f"{len(s)} observations"]
    rows = [(str(o.period), *(o.dims.get(n, "") for n in names), _number(o.value), str(o.published)) for o in s]
    title = f"{s.name}: {next(iter(s.title.values()), '')}"
    return Layout(title, " · ".join(filter(None, about)), ["period", *names, "value", "published"], rows)


def _of_reading(r: Any) -> Layout:
    about = {
        "value": f"{_number(r.value)} {r.unit}" if r.ok else f"none ({r.status})",
        "between": f"{_number(r.interval.low)} and {_number(r.interval.high)}" if r.interval else "",
        "period": str(r.period),
        "compared with": str(r.base or ""),
        "about": r.item,
        "basis": r.basis,
        "from": ", ".join(r.inputs),
        "estimated": "yes" if r.estimated else "",
    }
    kept = {k: v for k, v in about.items() if v}
    return Layout(r.name, "", list(kept), [tuple(kept.values())])


def _of_panel(panel: Any) -> Layout:
    said: Iterable[tuple[Any, str]] = (
        *((r, f"sentence {k}, {n}") for k, one in panel.sentences.items() for n, r in one.items()),
        *((g, f"chart, {n}") for n, g in panel.groups.items()),
        (panel.rows, "table"),
    )
    readings = [(r, place) for few, place in said for r in ([few] if hasattr(few, "unit") else few)]
    rows = [(place, r.item, str(r.period), _number(r.value), r.unit, r.basis) for r, place in readings]
    return Layout("panel", "", ["in", "about", "period", "value", "unit", "basis"], rows)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.10g}"


def _dimensions(series: Any) -> list[str]:
    return list(dict.fromkeys(name for o in series for name in o.dims))


def series_frame(series: Any) -> pd.DataFrame:
    """Return the observations of a series as a data frame: see :meth:`kzreport.model.Series.to_frame`."""
    import pandas as pd  # half a second: only where a frame is asked for

    columns = {
        "value": [math.nan if o.value is None else o.value for o in series],
        "published": [datetime.combine(o.published, time()) for o in series],
        "status": ["missing_input" if o.value is None else "ok" for o in series],
    }
    columns |= {name: [o.dims.get(name, "") for o in series] for name in _dimensions(series)}
    periods, known = [str(o.period) for o in series], series.frequency in _PANDAS
    index = pd.PeriodIndex(periods, freq=_PANDAS[series.frequency]) if known else pd.Index(periods, dtype="str")
    frame = pd.DataFrame(columns, index=index.rename("period"))
    frame.attrs = {k: getattr(series, k) for k in ("name", "unit", "basis", "frequency", "publisher")}
    frame.attrs["as_of"] = series.as_of.isoformat()
    return frame
