"""The picture of an edition where a link to it is shared: its report, its first key figure, its headline."""

from __future__ import annotations

import io
import textwrap

from kzreport.charts.colours import INK, MUTED, PAPER
from kzreport.charts.style import settings
from kzreport.language.words import Words
from kzreport.project.settings import project
from kzreport.render.archive_page import Record, edition_line, read_figure

WIDTH, HEIGHT = 1200, 630  # pixels
_ACCENT = "#00507d"


def social_picture(about: Record, language: str) -> bytes:
    """Return a PNG of an edition in one of its languages; the same bytes for the same edition."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    w = Words(language)
    figures = about.get("figures", ())
    reading = read_figure(figures[0]) if figures else None
    with mpl.rc_context(settings()):
        picture = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=PAPER)
        FigureCanvasAgg(picture)

        def say(x: float, y: float, text: str, size: float, **how: object) -> None:
            picture.text(x, y, text, fontsize=size, va="top", parse_math=False, **how)  # type: ignore[arg-type]

        picture.add_artist(mpl.patches.Rectangle((0, 0), 0.012, 1, color=_ACCENT, transform=picture.transFigure))
        say(0.06, 0.92, project().name[language], 22, color=MUTED)
        say(0.06, 0.85, "\n".join(textwrap.wrap(about["title"][language], 44)[:2]), 34, color=INK, weight="bold")
        top = 0.62
        if reading:
            value, period = w.typography(w.reading(reading)), w.typography(w.period(reading.period))
            say(0.06, top, value, 56, color=_ACCENT, weight="bold")
            say(0.06, top - 0.18, f"{figures[0]['title'].get(language, '')}{w.colon}{period}", 20, color=MUTED)
            top = 0.36
        lines = textwrap.wrap(about.get("headlines", {}).get(language, ""), 78)
        shown = [*lines[:3], f"{lines[3]} …"] if len(lines) > 4 else lines
        say(0.06, top, "\n".join(shown), 19, color=INK, linespacing=1.4)
        say(0.06, 0.08, edition_line(about, w), 16, color=MUTED)
        out = io.BytesIO()
        picture.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
