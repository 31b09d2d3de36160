"""The house style: colours, markers, dashes and matplotlib's settings.

One axis, direct labels, colours that the colour-blind can tell apart (Okabe-Ito, darkened for text). Never a second
axis, never colour alone: markers and dashes differ too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import seaborn as sns
from matplotlib.colors import to_rgb

INK, MUTED, GREY, ACCENT, TARGET = "#1a1a1a", "#595959", "#8c8c8c", "#b5420a", "#00745a"
PALETTE = ("#0072b2", "#b5420a", "#00745a", "#9b4680", "#8a6100", "#2b7fae", "#595959")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "p", "d")
DASHES = ((1.0, 0.0), (5.0, 1.5), (3.0, 1.0, 1.0, 1.0), (6.0, 1.5, 1.5, 1.5), (3.0, 1.0), (1.0, 1.0), (8.0, 2.0))
DOTTED = (1.3, 1.3)  # reserved for estimates


def tint(colour: str, depth: float) -> tuple[float, float, float]:
    """Mix a colour with white; the result is opaque, so that no grid line shines through.

    ``depth``: 0 is white, 1 the colour itself.

    >>> tint("#000000", 0.5)
    (0.5, 0.5, 0.5)
    """
    red, green, blue = (1 - depth * (1 - part) for part in to_rgb(colour))
    return red, green, blue


@lru_cache(maxsize=1)
def settings() -> dict[Any, Any]:
    """Return matplotlib's settings for every chart."""
    grid = {"axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e3e3e3", "grid.linewidth": 0.8}
    spines = {f"axes.spines.{side}": False for side in ("top", "right", "left")}
    ticks = {
        "xtick.bottom": True,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
    }
    sizes = {"font.size": 9, "xtick.labelsize": 8.5, "ytick.labelsize": 8.5}
    fonts = {"font.family": "DejaVu Sans", "text.color": INK}  # ships with matplotlib: the same on every machine
    fonts["text.hinting"] = "none"  # letters look the same at this resolution and are drawn in half the time
    axes = {"axes.edgecolor": MUTED, "axes.linewidth": 0.8, "axes.axisbelow": True, "figure.facecolor": "white"}
    return {**sns.axes_style("white"), **grid, **spines, **ticks, **sizes, **fonts, **axes}
