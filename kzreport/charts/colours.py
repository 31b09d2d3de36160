"""Colours of charts on light and on dark paper: one table, from which pictures and style sheets are made.

A picture is drawn in the light colours. In a page each becomes a variable of the style sheet, which has both sets.
Okabe-Ito, darkened for text: the colour-blind can distinguish them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

PAPER, INK, MUTED, GREY, ACCENT, TARGET = "#ffffff", "#1a1a1a", "#595959", "#8c8c8c", "#b5420a", "#00745a"
GRID, STEM, FRAME = "#e3e3e3", "#919191", "#c8c8c8"  # lines of the grid, lines between markers, frames of cells
PALETTE = ("#0072b2", ACCENT, TARGET, "#9b4680", "#8a6100", "#26749f", MUTED)
VINTAGES = ("#cf7f45", "#bf6222", "#a8480f", "#8a3006", "#662202")  # from old to new: paler, then stronger
DEPTHS = (0.5, 0.6, 0.7, 0.85)  # of mixtures with the paper: all can be seen on it

# Colour on light paper -> its name, and the colour on dark paper.
_BASE: Mapping[str, tuple[str, str]] = {
    PAPER: ("paper", "#16181b"),
    INK: ("ink", "#ececec"),
    MUTED: ("muted", "#adadad"),
    GREY: ("grey", "#8c8c8c"),
    GRID: ("grid", "#33373c"),
    STEM: ("stem", "#6f757d"),
    FRAME: ("frame", "#474c52"),
    PALETTE[0]: ("1", "#5ab4ee"),
    PALETTE[1]: ("2", "#ff9a62"),
    PALETTE[2]: ("3", "#45c4a0"),
    PALETTE[3]: ("4", "#dd8fc4"),
    PALETTE[4]: ("5", "#d9a53a"),
    PALETTE[5]: ("6", "#8ac8ec"),
    **dict(
        zip(
            VINTAGES,
            (("v1", "#9b5a32"), ("v2", "#c07042"), ("v3", "#e08a58"), ("v4", "#ffae80"), ("v5", "#ffd3b5")),
            strict=True,
        )
    ),
}


def tint(colour: str, depth: float) -> str:
    """Mix a colour with white; the result is opaque, so that no grid line shines through.

    ``depth``: 0 is white, 1 the colour itself.

    >>> tint("#000000", 0.5)
    '#808080'
    """
    return _mix(colour, PAPER, depth)


def _mix(colour: str, paper: str, depth: float) -> str:
    parts = [(int(colour[i : i + 2], 16), int(paper[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{int(depth * a + (1 - depth) * b + 0.5):02x}" for a, b in parts)


def _rows() -> Iterator[tuple[str, str, str]]:
    """Yield the name of each colour, and the colour on light and on dark paper."""
    dark_paper = _BASE[PAPER][1]
    for light, (name, dark) in _BASE.items():
        yield name, light, dark
        if light in (INK, *PALETTE):
            for depth in DEPTHS:
                yield f"{name}-{round(100 * depth)}", tint(light, depth), _mix(dark, dark_paper, depth)


COLOURS: Mapping[str, tuple[str, str]] = {name: (light, dark) for name, light, dark in _rows()}
NAMES: Mapping[str, str] = {light: name for name, (light, _) in COLOURS.items()}


def variables(*, dark: bool) -> str:
    """Return the variables of a style sheet, for light or for dark paper.

    >>> variables(dark=True)[:18]
    '--c-paper:#16181b;'
    """
    return "".join(f"--c-{name}:{pair[dark]};" for name, pair in COLOURS.items())
