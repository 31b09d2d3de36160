"""What a reader would see of a picture, measured with its own font: where each text stands, and what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

from kzreport.charts.colours import COLOURS, NAMES


class Written(NamedTuple):
    """A text of a picture and its box, in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    colour: str = ""

    def meets(self, other: Written) -> bool:
        """True if two texts overlap by more than the half point that no reader sees."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 0.5
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 0.5
        )


@lru_cache(maxsize=2)
def _font_of(weight: str) -> str:
    return findfont(FontProperties(family="DejaVu Sans", weight=weight))


@lru_cache(maxsize=8)
def texts(svg: str) -> list[Written]:
    """Return the texts of a picture."""
    found = []
    for element in ET.fromstring(svg).iter():
        if element.tag.endswith("}text") and (element.text or "").strip():
            style = dict(part.split(":", 1) for part in element.get("style", "").split(";") if part)
            size = float(style.get("font-size", "8.5px").removesuffix("px"))
            weight = "bold" if style.get("font-weight") in ("bold", "700") else "normal"
            font = get_font(_font_of(weight))
            font.set_size(size, 72)
            font.set_text(element.text, 0.0, flags=LoadFlags.NO_HINTING)  # as on any screen that is not tiny
            width = font.get_width_height()[0] / 64
            x, y = float(element.attrib["x"]), float(element.attrib["y"])
            left = x - width * {"middle": 0.5, "end": 1.0}.get(style.get("text-anchor", ""), 0.0)
            box = left, y - 0.74 * size, left + width, y + 0.2 * size
            found.append(Written(element.text, *box, style.get("fill", "")))
    return found


LEAST = 8.5  # points: on a phone a picture is so wide that these are ten pixels
PAINTED = re.compile(r"(?:^|;)(fill|stroke):(#[0-9a-f]{6})")


def unreadable(svg: str) -> list[str]:
    """List the texts too small for a phone, the texts too faint on either paper, and the marks too faint.

    The source at the foot, which pages write as their own text, may be smaller. Grid, frames, the tints of a grid of
    vintages and the edge of the letters' halo need no contrast.
    """
    found: set[str] = set()
    root = ET.fromstring(svg)
    foot = {t for g in root if g.get("id", "").startswith("foot") for t in g}
    for element in root.iter():
        tag, style = element.tag.rpartition("}")[2], element.get("style", "")
        size = re.search(r"font-size:([\d.]+)px", style)
        if tag == "text" and element not in foot and size and float(size[1]) < LEAST:
            found.add(f"small: {element.text}")
        for paint, colour in PAINTED.findall(style) if tag in ("text", "path", "circle") else ():
            least = 4.5 if tag == "text" and paint == "fill" else 3.0
            if NAMES.get(colour) in ("paper", "grid", "frame", "3-50", None) or (tag == "text" and paint == "stroke"):
                continue
            edged = tag == "path" and paint == "fill" and "stroke:" in style  # seen by its edge
            for dark in (False, True):
                pair = COLOURS[NAMES[colour]][dark], COLOURS["paper"][dark]
                if contrast(*pair) < least and not edged:
                    found.add(f"faint: {tag} {paint} {colour} {contrast(*pair):.1f}")
    return sorted(found)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    parts = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return sum(share * v for share, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


STEP = re.compile(r"([MLHVQCmlhv])([^A-Za-z]*)")
NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)")
LINE = re.compile(r"(?:^|;)stroke:(#[0-9a-f]{6})")
Place = tuple[float, float]
NO_DATA = {"grid", "frame", "paper", "stem", "muted"}  # strokes of the grid, the axes, the rows and what is doubtful


def segments(svg: str) -> list[tuple[str, Place, Place]]:
    """Return the pieces of the lines that a picture draws through figures: colour, one end, the other."""
    found: list[tuple[str, Place, Place]] = []
    for element in ET.fromstring(svg).iter():
        style = element.get("style", "")
        stroke = LINE.search(style) if element.tag.endswith("}path") and "fill:" not in style else None
        if stroke is None or NAMES[stroke[1]] in NO_DATA or "clip-path" in element.attrib:
            continue
        here = (0.0, 0.0)
        for moves, there in corners(element.attrib["d"]):
            if not moves:
                found.append((stroke[1], here, there))
            here = there
    return found


def corners(path: str) -> Iterator[tuple[bool, Place]]:
    """Yield the corners of a path, and whether the pen moves there without drawing; of a curve its end."""
    x = y = 0.0
    for command, rest in STEP.findall(path):
        numbers = [float(n) for n in NUMBER.findall(rest)]
        wide = {"H": 1, "V": 1, "Q": 4, "C": 6}.get(command.upper(), 2)
        for n in range(0, len(numbers), wide):
            few, (from_x, from_y) = numbers[n : n + wide], (x, y) if command.islower() else (0.0, 0.0)
            if command in "Hh":
                x = from_x + few[0]
            elif command in "Vv":
                y = from_y + few[0]
            else:
                x, y = from_x + few[-2], from_y + few[-1]
            yield command in "Mm" and n == 0, (x, y)


def crosses(t: Written, one: Place, other: Place) -> bool:
    """True if a line from one place to another passes through the letters of a text, not only along their edge."""
    left, right, top, bottom = t.left + 1, t.right - 1, t.top + 1.5, t.bottom - 1.5
    start, end = 0.0, 1.0  # the part of the line inside the box, as Liang and Barsky clip it
    for along, low, high in ((0, left, right), (1, top, bottom)):
        step = other[along] - one[along]
        if step == 0:
            if not low <= one[along] <= high:
                return False
            continue
        first, last = sorted(((low - one[along]) / step, (high - one[along]) / step))
        start, end = max(start, first), min(end, last)
    return start < end


def struck(svg: str) -> list[str]:
    """List the texts through which a line passes that is not of their own colour."""
    lines = segments(svg)
    found = set()
    for t in texts(svg):
        for colour, one, other in lines:
            if colour != t.colour and crosses(t, one, other):
                found.add(f"struck: {t.text} by {NAMES[colour]}")
    return sorted(found)


CLEAR, OVER = 7.0, 4.0  # points: a name and a marker beside it, a key and the text under it are that far apart at least
MARK = 14.0  # points: no marker is larger


def marks(svg: str) -> list[Written]:
    """Return the markers of a picture, with their boxes: circles, and other small closed shapes."""
    found = []
    for element in ET.fromstring(svg).iter():
        if element.tag.endswith("}circle"):
            x, y, r = (float(element.get(key, "0")) for key in ("cx", "cy", "r"))
            found.append(Written("circle", x - r, y - r, x + r, y + r))
        elif element.get("d", "").lower().endswith("z") and "transform" not in element.attrib:
            xs, ys = zip(*(place for _, place in corners(element.attrib["d"])), strict=True)
            if 2 < max(xs) - min(xs) < MARK and 2 < max(ys) - min(ys) < MARK:
                found.append(Written("marker", min(xs), min(ys), max(xs), max(ys)))
    return found


def crowded(svg: str) -> list[str]:
    """List the names beside an axis that touch a marker, and the keys that stand on what is under them."""
    root = ET.fromstring(svg)
    groups = {kind: {t.text for g in root if re.search(rf"(?:^|-){kind}\d*$", g.get("id", "")) for t in g.iter()}
              for kind in ("axis", "key")}  # fmt: skip
    written = texts(svg)
    keys = [t for t in written if t.text in groups["key"]]
    names = [t for t in written if t.text in groups["axis"]]
    near = [(a, b) for a in names for b in marks(svg) if _grown(a, CLEAR).meets(b)]
    near += [(a, b) for a in keys for b in written if b not in keys and _grown(a, OVER).meets(b)]
    return sorted({f"touching: {a.text} | {b.text}" for a, b in near})


def _grown(t: Written, by: float) -> Written:
    return t._replace(left=t.left - by, top=t.top - by, right=t.right + by, bottom=t.bottom + by)


def faults(svg: str) -> list[str]:
    """List the texts outside a picture, those that overlap or touch, those on a line, and what cannot be read."""
    left, top, width, height = map(float, re.search(r'viewBox="(.*?)"', svg)[1].split())
    written = texts(svg)
    outside = [
        t.text
        for t in written
        if t.left < left or t.right > left + width or t.top < top - 0.5 or t.bottom > top + height + 0.5
    ]
    meeting = [f"{a.text} | {b.text}" for a, b in combinations(written, 2) if a.meets(b)]
    away = [f"outside: {text}" for text in outside] + [f"overlapping: {pair}" for pair in meeting]
    return away + crowded(svg) + struck(svg) + unreadable(svg)
