"""Rectangles: bars and cells.

``Axes.bar`` and ``add_patch`` follow the outline of each rectangle as curves to see how far it reaches: a fifth of the
time of a chart of bars. A rectangle's corners say the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle


def add_bars(
    ax: Axes, middles: Sequence[float], heights: Sequence[float], width: float, bottoms: Sequence[float], **style: Any
) -> list[Rectangle]:
    """Draw a bar for each place, from its bottom to its height above that, and let the axes show all of them.

    No margin is left below a bottom. All lengths are in units of the axes.
    """
    drawn = []
    for middle, height, bottom in zip(middles, heights, bottoms, strict=True):
        bar = Rectangle((middle - width / 2, bottom), width, height, **style)
        bar.sticky_edges.y.append(bottom)
        ax.add_artist(bar)
        drawn.append(bar)
    left, right = min(middles) - width / 2, max(middles) + width / 2
    ends = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    ax.update_datalim([(left, min(*bottoms, *ends)), (right, max(*bottoms, *ends))])
    ax.autoscale_view()
    return drawn
