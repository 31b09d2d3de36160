"""Widths of texts in the font of charts, and titles broken into lines of like width."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font, Kerning, LoadFlags

FAMILY = "DejaVu Sans"  # ships with matplotlib: the same on every machine
TEXT = 8.5  # points: no text in a chart is smaller
_UNIT = 65536 * 100 / 1.02  # of an advance at a hundred points; renderers that fit letters to pixels are wider


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    """Return a font of our own: those that matplotlib shares change their size with every text that it draws."""
    font = FT2Font(findfont(FontProperties(family=FAMILY, weight="bold" if bold else "normal")))
    font.set_size(100, 72)
    return font


# A font keeps its file open. Processes that share it have one place in it: they would read each other's bytes.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_font.cache_clear)


@lru_cache(maxsize=1024)
def _advance(letter: str, bold: bool) -> float:
    font = _font(bold)
    glyph = font.get_char_index(ord(letter))  # 0 for another script: as wide as the box that stands for it
    return float(font.load_glyph(glyph).linearHoriAdvance) / _UNIT


def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """Return the width of the longest line of a text in points, without kerning: no less than what is drawn.

    >>> text_width("ii") < text_width("WW"), text_width("WW\\ni") == text_width("WW")
    (True, True)
    """
    return size * max(sum(_advance(letter, bold) for letter in line) for line in text.split("\n"))


def text_extent(text: str, size: float, *, bold: bool = False) -> tuple[float, float, float]:
    """Return width, height and depth below the base line of one line in points, as matplotlib draws it.

    >>> width, height, depth = text_extent("Ég", 10)
    >>> f"{width:.2f} {height:.2f} {depth:.2f}"
    '12.67 11.35 2.08'
    """
    along, right, low, high, last = 0.0, 0.0, 0, 0, 0
    for number, letter in enumerate(text):
        glyph, advance, (_, bottom, edge, top) = _glyph(letter, bold)
        along += _kerning(last, glyph, bold) if number else 0
        right = max(right, along + edge)
        low, high = (min(low, bottom), max(high, top)) if number else (bottom, top)
        along += advance
        last = glyph
    scale = size / 6400  # of a 64th of a point at a hundred points
    return max(right, along) * scale, (high - low) * scale, -low * scale


@lru_cache(maxsize=1024)
def _glyph(letter: str, bold: bool) -> tuple[int, int, tuple[int, int, int, int]]:
    """Return number, advance and box (left, bottom, right, top) of a letter, in 64ths of a point at a hundred."""
    font = _font(bold)
    number = font.get_char_index(ord(letter))
    glyph = font.load_glyph(number, flags=LoadFlags.NO_HINTING)
    return number, glyph.horiAdvance, glyph.bbox


@lru_cache(maxsize=8192)
def _kerning(left: int, right: int, bold: bool) -> int:
    return int(_font(bold).get_kerning(left, right, Kerning.UNFITTED))


def balanced(text: str, width: float, size: float = TEXT, *, bold: bool = False) -> list[str]:
    """Break a text into as few lines as fit a width in points, each about as long as the others.

    >>> balanced("one two three four five six", 110)
    ['one two three', 'four five six']
    """
    fewest = len(broken(text, width, size, bold=bold))
    low, high = width / fewest / 2, width
    while high - low > size / 4:  # the narrowest width that needs no more lines
        middle = (low + high) / 2
        low, high = (low, middle) if len(broken(text, middle, size, bold=bold)) <= fewest else (middle, high)
    return broken(text, high, size, bold=bold)


def broken(text: str, width: float, size: float = TEXT, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width in points.

    >>> broken("one two three four five six", 110)
    ['one two three four five', 'six']
    """
    lines: list[str] = []
    for word in text.split(" "):  # a no-break space breaks no line
        if lines and text_width(longer := f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
