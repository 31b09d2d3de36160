"""The house style: markers, dashes and matplotlib's settings; colours are in :mod:`kzreport.charts.colours`.

One axis, direct labels. Never a second axis, never colour alone: markers and dashes differ too.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import matplotlib as mpl
import seaborn as sns

from kzreport.charts.colours import GRID, INK, MUTED, PALETTE, PAPER
from kzreport.charts.fonts import FAMILY, TEXT

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">")
DASHES = ((1.0, 0.0), (5.0, 1.5), (3.0, 1.0, 1.0, 1.0), (6.0, 1.5, 1.5, 1.5), (3.0, 1.0), (1.0, 1.0), (8.0, 2.0))
DOTTED = (1.3, 1.3)  # reserved for estimates


@lru_cache(maxsize=1)
def settings() -> dict[Any, Any]:
    """Return matplotlib's settings for every chart."""
    grid = {"axes.grid": True, "axes.grid.axis": "y", "grid.color": GRID, "grid.linewidth": 0.8}
    spines = {f"axes.spines.{side}": False for side in ("top", "right", "left")}
    ticks = {
        "xtick.bottom": True,
        "xtick.major.size": 3,
        "ytick.major.size": 0,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "axes.ymargin": 0.02,
    }
    sizes = {"font.size": 9, "xtick.labelsize": TEXT, "ytick.labelsize": TEXT}
    fonts = {"font.family": FAMILY, "text.color": INK}
    pictures: dict[str, Any] = {"svg.fonttype": "none"}  # text stays text
    pictures["svg.hashsalt"] = "kzreport"  # the same ids in every run
    axes = {"axes.edgecolor": MUTED, "axes.linewidth": 0.8, "axes.axisbelow": True, "figure.facecolor": PAPER}
    pictures["text.parse_math"] = False  # a dollar is a dollar
    return {**sns.axes_style("white"), **grid, **spines, **ticks, **sizes, **fonts, **pictures, **axes}


def use_house_style() -> None:
    """Draw every plot of this session as charts of a report look: for an analyst's own cells, with seaborn or without.

    Charts of a page have the style anyway.
    """
    mpl.rcParams.update(settings())
    sns.set_palette(PALETTE)
