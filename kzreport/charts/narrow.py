"""A picture for a phone: rows set anew in its width, or keys and vertical axis alone, which stay where a plot is moved.

Nothing here draws or measures: letters are taken for a little wider than they are.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from xml.etree import ElementTree as ET

WIDE, EDGE = 271.0, 6.0  # points: of a phone of 360 pixels, where letters are as large as in the whole picture
SIZE, LETTER = 8.5, 8.5 * 0.64  # points: of letters, and the width of a figure
THIN, BROAD = " fijlrtI.,:;'’()|!-\u00a0\u202f", "mwMWœŒ—→×−+=<>#&~^%@…●■▲◆▼✚✖◀▶□△◇○▨"
LINE, BESIDE = 11.0, 9.0  # between lines of a key; between a marker and its figure
MIDDLE = 2.3  # a figure is written so far below the height of its row
NAME_UP, ROW_DOWN = 3.0, 5.0  # a name stands over its row, nearer to it than to the row before
APART = 12.0  # points between two keys
KEYS_UP, SCALE = 12.2, 37 / 489.6  # points between two lines of keys in a picture; rem of a point where it is moved
_KEY, _NAME = re.compile(r"(?:^|-)key\d+$"), re.compile(r"(?:^|-)name\d+$")
_ACROSS = re.compile(r"([MLH])(-?[\d.]+)")
_LINE = re.compile(r"M([\d.]+) ([\d.]+)(?:V([\d.]+)|H([\d.]+))")
_PLACES = re.compile(r"[MLHC]?(-?[\d.]+)(?: -?[\d.]+)?")
_UP = re.compile(r"V-?[\d.]+")
_GRID = re.compile(r"M([\d.]+) ([\d.]+)V([\d.]+)")


def rows_anew(root: ET.Element) -> ET.Element:
    """Return a picture of rows in the width of a phone: each name over its row, each figure beside its marker.

    ``root``: the picture alone, its names in the group ``axis``.
    """
    drawn = [e for e in root if tag_of(e) in ("path", "circle", "text")]
    keys = keys_of(root)
    names = [e for group in root if group.get("id", "").endswith("axis") for e in group if tag_of(e) == "text"]
    grid = [tuple(map(float, m.groups())) for e in drawn if (m := _GRID.fullmatch(e.get("d", "")))]
    top, bottom = min(min(y, z) for _, y, z in grid), min(max(y, z) for _, y, z in grid)
    texts = [e for e in drawn if tag_of(e) == "text"]
    figures = [e for e in texts if top <= y_of(e) < bottom]
    left, right = float(root.attrib["data-axis"]), max(x for x, _, _ in grid)
    start = max([EDGE, *(EDGE + width_of(e) for e in figures if _at_end(e))])
    beside = [e for e in figures if not _at_end(e)]
    factors = [(WIDE - EDGE - width_of(e) - BESIDE - start) / (x_of(e) - BESIDE - left) for e in beside]
    factor = min((WIDE - EDGE - 2 * LETTER - start) / (right - left), *factors)

    def along(x: float) -> float:
        return start + (x - left) * factor

    made = ET.Element(root.tag, {k: v for k, v in root.attrib.items() if k in ("role", "aria-labelledby", "style")})
    free = 0.0
    for e in drawn:
        if tag_of(e) == "text" and e not in figures:
            middle = along(x_of(e))
            if middle - width_of(e) / 2 < free:
                continue  # a number of the axis that would touch the one before
            free = middle + width_of(e) / 2 + LETTER
        made.append(_moved(e, along, bottom))
    made.extend(_names_over(names, figures))
    _, above, _, tall = map(float, root.attrib["viewBox"].split())
    lines = packed(keys)
    up = top - 4 - LINE * len(lines) if lines else above
    made.extend(written(lines, up))
    made.set("viewBox", f"0 {up:.1f} {WIDE:g} {above + tall - up:.1f}")
    return made


def _moved(e: ET.Element, along: Callable[[float], float], bottom: float) -> ET.Element:
    """Return a mark at its place in the narrow picture; what stands in a row goes down, to leave room for its name."""
    made = ET.Element(e.tag, e.attrib)
    if tag_of(e) == "text":
        x = along(x_of(e) + BESIDE) - BESIDE if _at_end(e) else along(x_of(e) - BESIDE) + BESIDE
        made.text, inside = e.text, y_of(e) < bottom
        made.attrib |= {"x": f"{x if inside else along(x_of(e)):.1f}", "y": f"{y_of(e) + ROW_DOWN * inside:.1f}"}
    elif tag_of(e) == "circle":
        cx, cy = float(e.attrib["cx"]), float(e.attrib["cy"])
        made.attrib |= {"cx": f"{along(cx):.1f}", "cy": f"{cy + ROW_DOWN:.1f}"}
    elif line := _LINE.fullmatch(e.attrib["d"]):
        x, y = float(line[1]), float(line[2])
        down = ROW_DOWN if line[4] and y < bottom - 0.1 else 0.0
        rest = f"V{line[3]}" if line[3] else f"H{along(float(line[4])):.1f}"
        made.set("d", f"M{along(x):.1f} {y + down:.1f}{rest}")
    else:
        xs = [float(x) for x in _PLACES.findall(_UP.sub("", e.attrib["d"]))]
        middle = (min(xs) + max(xs)) / 2
        made.set("transform", f"translate({along(middle) - middle:.1f} {ROW_DOWN:g})")
    return made


def _names_over(names: Sequence[ET.Element], figures: Sequence[ET.Element]) -> Iterator[ET.Element]:
    """Yield the name of each row, its lines as one."""
    heights = sorted({y_of(e) - MIDDLE for e in figures})
    rows: dict[float, list[ET.Element]] = {}
    for e in names:
        rows.setdefault(min(heights, key=lambda y: abs(y_of(e) - MIDDLE - y)), []).append(e)
    for y, lines in rows.items():
        whole = " ".join(e.text or "" for e in sorted(lines, key=y_of))
        yield _text(whole, y - NAME_UP, lines[0])


def ends_anew(root: ET.Element) -> ET.Element | None:
    """Return a picture of slopes in the width of a phone: a number at the left, number and name at the right.

    ``None`` for a picture without names at its left, and where no room is left between the two.
    """
    if not any(_NAME.search(group.get("id", "")) for group in root):
        return None
    drawn = [e for e in root if tag_of(e) in ("path", "circle", "text")]
    left, right = (
        choose(float(m[1]) for e in drawn if (m := _GRID.fullmatch(e.get("d", "")))) for choose in (min, max)
    )
    numbers, names = ([e for e in drawn if tag_of(e) == "text" and _beside(e, side)] for side in (left, -right))
    start = EDGE + max(width_of(e) for e in numbers) + left - max(x_of(e) for e in numbers)
    end = WIDE - EDGE - max(width_of(e) for e in names) - min(x_of(e) for e in names) + right
    if end - start < WIDE / 10:
        return None

    def along(x: float) -> float:
        if x <= left or x >= right:
            return start + x - left if x <= left else end + x - right
        return start + (x - left) * (end - start) / (right - left)

    made = ET.Element(root.tag, {k: v for k, v in root.attrib.items() if k in ("role", "aria-labelledby", "style")})
    made.extend(pressed(e, along) for e in drawn)
    _, above, _, tall = map(float, root.attrib["viewBox"].split())
    lines = packed(keys_of(root))
    grid = (map(float, m.groups()[1:]) for e in drawn if (m := _GRID.fullmatch(e.get("d", ""))))
    top = min(min(pair) for pair in grid) - 5 - LINE * len(lines)
    made.extend(written(lines, top))
    made.set("viewBox", f"0 {top:.1f} {WIDE:g} {above + tall - top:.1f}")
    return made


def pressed(e: ET.Element, along: Callable[[float], float]) -> ET.Element:
    """Return a path, circle or text with each of its places moved across; letters and dots keep their size."""
    made = ET.Element(e.tag, e.attrib)
    made.text = e.text
    for key in {"x", "cx"} & e.attrib.keys():
        made.set(key, f"{along(float(e.attrib[key])):.1f}")
    if "d" in e.attrib:
        made.set("d", _ACROSS.sub(lambda m: f"{m[1]}{along(float(m[2])):.1f}", e.attrib["d"]))
    return made


def _beside(e: ET.Element, side: float) -> bool:
    """True for a text left of a place, or right of it if that is negative."""
    return x_of(e) < side if side > 0 else x_of(e) > -side


def keys_alone(root: ET.Element) -> ET.Element | None:
    """Return the keys of a picture in the width of a phone; ``None`` for a picture without keys."""
    lines = packed(keys_of(root))
    if not lines:
        return None
    box = f"0 0 {WIDE:g} {LINE * len(lines) + 4:g}"
    left = len({y_of(e) for e in keys_of(root)}) * KEYS_UP * SCALE  # where they stand in the picture, which is hidden
    style = f"{root.attrib['style']};margin-bottom:-{left:.2f}rem"
    made = ET.Element(root.tag, {"viewBox": box, "aria-hidden": "true", "style": style})
    made.extend(written(lines, 0.0))
    return made


def keys_of(root: ET.Element) -> list[ET.Element]:
    """Return the texts that explain the marks of a picture."""
    return [e for group in root if _KEY.search(group.get("id", "")) for e in group]


def packed(keys: Sequence[ET.Element]) -> list[list[ET.Element]]:
    """Return keys in as few lines as hold them; one that is longer than a line is parted."""
    lines: list[list[ET.Element]] = []
    free = 0.0
    for key in keys:
        for number, text in enumerate(textwrap.wrap(key.text or "", int((WIDE - 2 * EDGE) / LETTER))):
            part = ET.Element(key.tag, {"style": key.attrib["style"]})
            part.text = text
            if number or not lines or free + width_of(part) > WIDE - EDGE:
                lines.append([])
                free = EDGE
            lines[-1].append(part)
            free += width_of(part) + APART
    return lines


def written(lines: Sequence[Sequence[ET.Element]], top: float) -> Iterator[ET.Element]:
    """Yield the texts of lines that begin at a height."""
    for number, line in enumerate(lines, 1):
        x = EDGE
        for e in line:
            e.attrib |= {"x": f"{x:.1f}", "y": f"{top + LINE * number:.1f}"}
            x += width_of(e) + APART
            yield e


def _text(text: str, y: float, like: ET.Element) -> ET.Element:
    colour = like.attrib["style"].split(";")[0]
    made = ET.Element(like.tag, {"x": f"{EDGE:g}", "y": f"{y:.1f}", "style": colour})
    made.text = text
    return made


def tag_of(e: ET.Element) -> str:
    """Return the name of an element without its namespace."""
    return e.tag.rpartition("}")[2]


def x_of(e: ET.Element) -> float:
    """Return the place of a text from the left, in points."""
    return float(e.attrib["x"])


def y_of(e: ET.Element) -> float:
    """Return the place of a text from the top, in points."""
    return float(e.attrib["y"])


def _at_end(e: ET.Element) -> bool:
    return "text-anchor:end" in e.attrib["style"]


def width_of(e: ET.Element) -> float:
    """Return the width of a text, a little more than it is: letters are narrow, wide, capital, or as a figure."""
    text = e.text or ""
    return SIZE * sum(
        0.43 if c in THIN else 1.02 if c in BROAD else 0.8 if c.isupper() else LETTER / SIZE for c in text
    )


def axis_alone(root: ET.Element, name: str) -> ET.Element:
    """Return the labels of a picture's vertical axis as a picture that refers to them, ``name`` before their id."""
    _, top, whole, tall = root.attrib["viewBox"].split()
    wide = root.attrib["data-axis"]
    style = f"{root.attrib['style']};width:{100 * float(wide) / float(whole):.2f}%"
    made = ET.Element(root.tag, {"viewBox": f"0 {top} {wide} {tall}", "aria-hidden": "true", "style": style})
    ET.SubElement(made, "use", {"href": f"#{name}-axis"})
    return made
