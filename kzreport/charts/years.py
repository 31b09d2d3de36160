"""A plot over time in the width of a phone: all of its years, between the labels of its axis and the names of lines.

Marks and letters keep their size, only the time axis is shorter. Nothing here draws or measures anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree as ET

from kzreport.charts.narrow import EDGE, LINE, SIZE, WIDE, keys_of, packed, tag_of, width_of, written, x_of, y_of

SMALL, FAR = 6.0, 9.0  # points: a mark at the end of a line; its name without a line that leads to it
LEAST = 100.0  # points: a shorter time axis is not read
BESIDE_AXIS = 3.5  # points between a label of the axis and the plot
ABREAST, YEAR = 8.2, 10.5  # points: between two marks at least; marks that are nearer belong to one year
HELD, REACH = 10.0, 34.0  # points across and up or down: a text that is nearer to a mark moves with it
_SQUARE, _MARK = 7.2, 12.0  # points: the side of a square mark; no mark is larger
_PART = re.compile(r"([MLHVCQz])([^MLHVCQz]*)")
_LEVEL = re.compile(r"M([\d.]+) ([\d.]+)H([\d.]+)")
_NUMBER = re.compile(r"-?[\d.]+")
_HATCH = re.compile(r"url\(#([^)]+)\)")
Box = tuple[float, float, float, float]  # left, top, right, bottom
Move = Callable[[float], float]  # of a place along the time axis


@dataclass(frozen=True)
class _Shape:
    """A path: its corners, and whether it is a mark, which is moved and not pressed."""

    corners: Sequence[tuple[float, float]]
    closed: bool
    mark: bool

    @property
    def middle(self) -> float:
        xs = [x for x, _ in self.corners]
        return (min(xs) + max(xs)) / 2

    @property
    def box(self) -> Box:
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def years_anew(root: ET.Element) -> ET.Element | None:
    """Return a plot over time in the width of a phone.

    ``None`` where its texts or marks would touch there: a reader then moves the whole picture.
    """
    axis = [e for group in root if group.get("id", "").endswith("axis") for e in group]
    plain = [e for e in root if tag_of(e) in ("path", "circle", "text")]
    levels = [m for e in (*axis, *plain) if (m := _LEVEL.fullmatch(e.get("d", "")))]
    left = float(root.attrib["data-axis"])
    whole = [m for m in levels if abs(float(m[1]) - left) < 1]
    if not whole:
        return None
    right, bottom = max(float(m[3]) for m in whole), max(float(m[2]) for m in whole)
    labels = [e for e in axis if tag_of(e) == "text"]
    beside = [e for e in plain if tag_of(e) == "text" and x_of(e) >= right and "middle" not in e.get("style", "")]
    start = max((width_of(e) for e in labels), default=0.0) + BESIDE_AXIS + 1
    end = WIDE - max((x_of(e) - right + width_of(e) for e in beside), default=EDGE) - 2
    if end - start < LEAST:
        return None

    def along(x: float) -> float:
        if x <= left or x >= right:
            return start + x - left if x <= left else end + x - right
        return start + (x - left) * (end - start) / (right - left)

    made = ET.Element(root.tag, {k: v for k, v in root.attrib.items() if k in ("role", "aria-labelledby", "style")})
    made.extend(_hatches(root))
    shapes = {id(e): _shape(e) for e in (*axis, *plain) if tag_of(e) != "text"}
    shift = _years_of_marks(list(shapes.values()), along)
    if shift is None:
        return None
    below = [e for e in plain if tag_of(e) == "text" and y_of(e) > bottom and e not in beside]
    kept = [e for e in plain if e not in below] + _thinned(below, along)
    made.extend(_drawn(e, shapes[id(e)], along, shift) for e in (*axis, *plain) if tag_of(e) != "text")
    marks = [s for s in shapes.values() if s.mark]
    texts = [_Text(e, _mark_of(e, marks)) for e in kept if tag_of(e) == "text"]
    made.extend(_Text(e, None).moved(along(x_of(e)), y_of(e)) for e in labels)
    placed = _placed(made, texts, along, shift) or _placed(made, texts[::-1], along, shift)
    if not placed:
        return None
    made.extend(placed)
    lines = packed(keys_of(root))
    _, above, _, tall = map(float, root.attrib["viewBox"].split())
    highest = min(
        [y_of(e) for e in made if tag_of(e) == "text"] + [y + SIZE for s in shapes.values() for _, y in s.corners]
    )
    top = highest - SIZE - 6 - LINE * len(lines)
    made.extend(written(lines, top))
    made.set("viewBox", f"0 {top:.1f} {WIDE:g} {above + tall - top:.1f}")
    return made


def _shape(e: ET.Element) -> _Shape:
    if tag_of(e) == "circle":
        x, y, r = (float(e.attrib[key]) for key in ("cx", "cy", "r"))
        return _Shape([(x - r, y - r), (x + r, y + r)], True, True)
    corners: list[tuple[float, float]] = []
    for command, rest in _PART.findall(e.attrib["d"]):
        numbers = [float(n) for n in _NUMBER.findall(rest)]
        if command in "HV":
            x, y = corners[-1]
            corners.append((numbers[0], y) if command == "H" else (x, numbers[0]))
        else:
            corners += zip(numbers[::2], numbers[1::2], strict=True)
    closed, upright = "z" in e.attrib["d"], not re.search("[LCQ]", e.attrib["d"])
    wide, tall = (max(c) - min(c) for c in zip(*corners, strict=True))
    square = abs(wide - _SQUARE) < 0.2 and abs(tall - _SQUARE) < 0.2
    return _Shape(corners, closed, closed and max(wide, tall) < _MARK and (square or not upright))


def _years_of_marks(shapes: Sequence[_Shape], along: Move) -> Move | None:
    """Return by how much a mark at a place is moved; ``None`` where the marks of two years would touch.

    Marks without lines or bars stand abreast in their year: they keep their distances.
    """
    marks = sorted({s.middle for s in shapes if s.mark})
    if any(len(s.corners) > 2 and not s.mark for s in shapes) or not marks:
        return lambda x: along(x) - x
    years = [[marks[0]]]
    for before, x in pairwise(marks):
        if x - before > YEAR:
            years.append([])
        years[-1].append(x)
    middles = {x: (few[0] + few[-1]) / 2 for few in years for x in few}
    ends = [
        (along(middles[few[0]]) - (few[-1] - few[0]) / 2, along(middles[few[0]]) + (few[-1] - few[0]) / 2)
        for few in years
    ]
    if any(b - a < ABREAST for (_, a), (b, _) in pairwise(ends)):
        return None

    def shift(x: float) -> float:
        middle = middles.get(x, x)
        return along(middle) - middle

    return shift


def _drawn(e: ET.Element, shape: _Shape, along: Move, shift: Move) -> ET.Element:
    """Return a path or circle in its new place."""
    made = ET.Element(e.tag, e.attrib)
    if "url(" in e.get("style", ""):
        made.set("style", _HATCH.sub(r"url(#\1-anew)", e.attrib["style"]))
    by = shift(shape.middle)
    if tag_of(e) == "circle":
        made.set("cx", f"{float(e.attrib['cx']) + by:.1f}")
        return made

    def moved(x: float) -> str:
        return f"{x + by if shape.mark else along(x):.1f}"

    data = ""
    for command, rest in _PART.findall(e.attrib["d"]):
        numbers = [float(n) for n in _NUMBER.findall(rest)]
        if command == "H":
            data += f"H{moved(numbers[0])}"
        elif command == "V" or command == "z":
            data += command + rest
        else:
            data += command + " ".join(f"{moved(x)} {y:g}" for x, y in zip(numbers[::2], numbers[1::2], strict=True))
    made.set("d", data)
    return made


class _Obstacles:
    """Obstacles of a text: marks, curves, and the texts before it."""

    def __init__(self, shapes: Sequence[_Shape]) -> None:
        self._boxes = [s.box for s in shapes if s.mark]
        self._curves = [s.corners for s in shapes if not s.closed and len(s.corners) > 2]

    def free(self, box: Box) -> bool:
        """True for a box that touches nothing, within the picture."""
        inside = box[0] >= 0 and box[2] <= WIDE
        return (
            inside and not any(_meet(box, b) for b in self._boxes) and not any(_crosses(box, c) for c in self._curves)
        )

    def add(self, box: Box) -> None:
        """Let no later text touch this one."""
        self._boxes.append(box)


@dataclass(frozen=True)
class _Text:
    """A text, and the mark beside it that it names."""

    drawn: ET.Element
    mark: _Shape | None

    def placed(self, along: Move, shift: Move, obstacles: _Obstacles) -> ET.Element | None:
        """Return the text in its new place, or around its mark; ``None`` where it would touch something."""
        wide, x, y = width_of(self.drawn), x_of(self.drawn), y_of(self.drawn)
        style = self.drawn.get("style", "")
        side = 0.5 if "middle" in style else 1.0 if "anchor:end" in style else 0.0
        at = along(x) if self.mark is None else x + shift(self.mark.middle)
        left = at - wide * side
        if side == 0.5:
            left = min(max(left, 1.0), WIDE - wide - 1)
        spots = [(left, y)]
        if self.mark:
            middle, (_, top, _, bottom) = self.mark.middle + shift(self.mark.middle), self.mark.box
            over = min(max(middle - wide / 2, 1.0), WIDE - wide - 1)
            sides = [(middle + 6, y), (middle - 6 - wide, y)] if side != 0.5 or bottom - top < SMALL else []
            for height in (top - 3, bottom + 9, top - FAR, bottom + FAR + 6):
                sides += [(x, height) for x in (over, *((middle + 4, middle - 4 - wide) if sides else ()))]
            spots += sides
        for spot, height in spots:
            box = spot - 1, height - SIZE * 0.75, spot + wide + 1, height + 1
            if obstacles.free(box):
                obstacles.add(box)
                return self.moved(spot + wide * side, height)
        return None

    def moved(self, x: float, y: float) -> ET.Element:
        """Return the text at a place."""
        made = ET.Element(self.drawn.tag, self.drawn.attrib | {"x": f"{x:.1f}", "y": f"{y:.1f}"})
        made.text = self.drawn.text
        return made


def _mark_of(e: ET.Element, marks: Sequence[_Shape]) -> _Shape | None:
    """Return the mark that a text stands beside."""
    near = [m for m in marks if abs(m.middle - x_of(e)) < HELD and m.box[1] - REACH < y_of(e) < m.box[3] + REACH]
    return min(near, key=lambda m: abs(m.middle - x_of(e)) + abs(m.box[1] - y_of(e)) / 2, default=None)


def _thinned(labels: Sequence[ET.Element], along: Move) -> list[ET.Element]:
    """Return every label of the time axis, or every second or third from the last one: as many as do not touch."""
    ordered = sorted(labels, key=x_of)[::-1]
    for every in range(1, len(ordered) + 1):
        kept = ordered[::every]
        if all(along(x_of(b)) - along(x_of(a)) > (width_of(a) + width_of(b)) / 2 + 4 for b, a in pairwise(kept)):
            return kept
    return ordered[:1]


def _hatches(root: ET.Element) -> Iterator[ET.Element]:
    """Yield the patterns of a picture under names of their own: those of a hidden picture fill nothing."""
    for pattern in root:
        if tag_of(pattern) == "pattern":
            made = ET.Element(pattern.tag, pattern.attrib | {"id": f"{pattern.attrib['id']}-anew"})
            made.extend(pattern)
            yield made


def _placed(made: ET.Element, texts: Sequence[_Text], along: Move, shift: Move) -> list[ET.Element]:
    """Return texts in their new places, those of marks last; none if one finds no place."""
    obstacles = _Obstacles([_shape(e) for e in made if tag_of(e) in ("path", "circle")])
    found = []
    for text in sorted(texts, key=lambda t: t.mark is not None):
        if (placed := text.placed(along, shift, obstacles)) is None:
            return []
        found.append(placed)
    return found


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _crosses(box: Box, curve: Sequence[tuple[float, float]]) -> bool:
    """True where a curve passes through a box."""
    left, top, right, bottom = box
    for (x, y), (u, v) in pairwise(curve):
        if max(x, u) < left or min(x, u) > right:
            continue
        ends = [
            y + (v - y) * (min(max(place, min(x, u)), max(x, u)) - x) / (u - x) if u != x else y
            for place in (left, right)
        ]
        if max(ends) > top and min(ends) < bottom:
            return True
    return False
