"""Paths of successive editions over what came: what each one expected, darker as it is more recent."""

from __future__ import annotations

from kzreport.charts.canvas import Canvas, at, values
from kzreport.charts.colours import ACCENT, DEPTHS, INK, PALETTE, tint
from kzreport.charts.describe import describe
from kzreport.charts.lines import Line, draw_lines
from kzreport.charts.style import DASHES
from kzreport.indicators.readings import valued
from kzreport.language.words import Words
from kzreport.model import Groups


def editions(canvas: Canvas, groups: Groups) -> None:
    """Draw the first group (what came) thick, the last one (the latest edition) dashed, the others in greys.

    A key names the first and says what the greys are; the last is named at its end.
    """
    names = list(groups)
    rest = names[1:-1]
    drawn = [
        Line(
            groups[name],
            tint(INK, DEPTHS[round((len(DEPTHS) - 1) * number / max(1, len(rest) - 1))]),
            1.1,
            DASHES[0],
            2,
        )
        for number, name in enumerate(rest)
    ]
    drawn.append(Line(groups[names[0]], PALETTE[0], 2.6, DASHES[0], 5))
    if len(names) > 1:
        drawn.append(Line(groups[names[-1]], ACCENT, 1.7, DASHES[1], 4))
    draw_lines(canvas, drawn)
    came = [r for r in groups[names[0]] if r.ok]
    canvas.ax.plot([at(r.period) for r in came], [valued(r) for r in came], "o", ms=3.5, color=PALETTE[0], zorder=6)
    places = [at(r.period) for r in values(groups)]
    span = max(places) - min(places) or 1.0
    canvas.ax.set_xlim(min(places) - span * 0.015, max(places) + span * 0.01)
    canvas.headroom()
    if len(names) > 1:
        shown = [r for r in groups[names[-1]] if r.ok]
        x, height, text, colour = canvas.end(names[-1], shown[-1], ACCENT)
        canvas.end_labels([(x, height, f"{text} ({canvas.words.period(shown[-1].period, 'short')})", colour)])
    if rest:
        canvas.key(canvas.words.ui("earlier_editions"))
    canvas.key(f"● {canvas.words.label(names[0])}", PALETTE[0], 1.0)
    canvas.over_time(groups)
    canvas.hint_periods(groups)


def describe_editions(title: str, groups: Groups, words: Words) -> str:
    """Return the title, what came and the latest edition as :func:`describe` does, and how many others there are."""
    names = list(groups)
    text = describe(title, {name: groups[name] for name in (names[0], names[-1])}, words)
    others = names[1:-1]
    if len(others) < 2:
        return describe(title, groups, words)
    first, last = words.label(others[0]), words.label(others[-1])
    return f"{text} {words.typography(words.ui('editions_between').format(first=first, last=last))}"
