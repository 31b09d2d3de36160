"""A figure of matplotlib -> a small SVG: text as text, few digits, no random ids, the same bytes for the same figure.

A picture is whole by itself: it has title, unit and source. They are groups of their own (ids that begin with
``head`` and ``foot``, and ``paper`` for the background), which :mod:`kzreport.charts.picture` leaves out where a page
says the same in its own text. ``data-plot`` of the root is the box of what remains.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from kzreport.charts.fonts import text_extent
from kzreport.charts.picture import FONTS, SPACE

# Ids of groups that mean something; the others are matplotlib's own.
KEPT = re.compile(r"(head|foot|paper|axis|key|panel|scale|name)\d*")
_NAMED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "stroke-opacity")
_STYLES = {*_NAMED, "font-size", "font-weight", "text-anchor"}
# What the root says for all that does not say otherwise.
_USUAL = {("text-anchor", "start"), ("font-weight", "400"), ("fill", "none"), ("font-size", "8.5px")}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_CLIP = re.compile(r"url\(#(.+)\)")

POINT = 11.0  # across, of the place over a point that shows its text
Box = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Hint:
    """Text that a browser shows over a place of a picture: a point, or a column of ``width`` from ``top`` to ``y``."""

    x: float
    y: float
    text: str
    top: float | None = None
    width: float = POINT


def svg_text(
    figure: Figure,
    *,
    title: str,
    description: str,
    whole: Box,
    plot: Box,
    hints: Sequence[Hint] = (),
    newest: bool = False,
    axis: float = 0.0,
) -> str:
    """Draw a figure and return it as SVG, in points from the upper left corner.

    Parameters
    ----------
    title, description
        What a screen reader says of the picture.
    whole, plot
        The box of the whole picture, and the one without title, unit and source.
    hints
        Text over points and columns of the picture.
    newest
        The newest figures are at the right, which a narrow screen shows first.
    axis
        Width of the labels left of the plot, which are the group ``axis``; 0 without them.
    """
    buffer = io.StringIO()
    renderer = _Renderer(*figure.bbox.size, buffer, image_dpi=72, metadata={"Date": None})  # type: ignore[no-untyped-call]
    figure.draw(renderer)
    renderer.finalize()  # type: ignore[no-untyped-call]
    drawn = ET.fromstring(buffer.getvalue())
    root = ET.Element(
        "svg",
        {
            "xmlns": SPACE,
            "viewBox": " ".join(map(_short, whole)),
            "data-plot": " ".join(map(_short, plot)),
            "role": "img",
            "aria-labelledby": "title desc",
            "font-family": FONTS,
            "style": "fill:none;font-size:8.5px;stroke-linejoin:round",
        },
    )
    if newest:
        root.set("data-newest", "right")
    if axis:
        root.set("data-axis", _short(axis))
    ET.SubElement(root, "title", id="title").text = title
    ET.SubElement(root, "desc", id="desc").text = description
    root.extend(_Cleaner(drawn).children(drawn))
    root.extend(_hints(hints))
    return ET.tostring(root, encoding="unicode")


class _Renderer(RendererSVG):
    """The renderer of matplotlib with a measure of its own for texts: shaping each took a tenth of a chart's time."""

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return text_extent(s, prop.get_size_in_points(), bold=prop.get_weight() == "bold")


def _hints(hints: Sequence[Hint]) -> Iterator[ET.Element]:
    """Yield a group for each width of places; they are seen by a pointer only, so that whole points are enough."""
    points = {"stroke-width": _short(POINT), "stroke-linecap": "round"}
    groups: dict[str, list[Hint]] = {}
    for hint in hints:
        groups.setdefault("" if hint.top is None else _short(hint.width), []).append(hint)
    for width, few in groups.items():
        style = {"stroke-width": width} if width else points
        group = ET.Element("g", {"stroke": "none", "pointer-events": "stroke", **style})
        for hint in few:
            x = _short(hint.x) if width else f"{hint.x:.0f}"
            end = "h0" if hint.top is None else f"V{hint.top:.0f}"
            ET.SubElement(ET.SubElement(group, "path", {"d": f"M{x} {hint.y:.0f}{end}"}), "title").text = hint.text
        yield group


def _short(value: float | str) -> str:
    """Return a length with one decimal: a tenth of a point is less than a reader sees."""
    text = f"{float(value):.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


class _Cleaner:
    """Rewrites what matplotlib drew: no groups without meaning, markers in their places, clips only where they cut."""

    def __init__(self, drawn: ET.Element) -> None:
        self._shapes: dict[str, ET.Element] = {}  # markers, by their ids
        self._clips: dict[str, Box] = {}
        self._ids: dict[str, str] = {}  # matplotlib's ids of clips and patterns -> ours
        for element in drawn.iter():
            name, key = _tag(element), element.get("id", "")
            if name == "path" and key:
                self._shapes[key] = element
            elif name == "clipPath":
                x, y, width, height = (float(element[0].attrib[k]) for k in ("x", "y", "width", "height"))
                self._clips[key] = x, y, width, height

    def children(self, parent: ET.Element) -> Iterator[ET.Element]:
        for element in parent:
            yield from self._element(element)
        if _tag(parent) == "svg" and self._ids:
            yield from self._definitions(parent)

    def _element(self, element: ET.Element) -> Iterator[ET.Element]:
        match _tag(element):
            case "g":
                inside = list(self.children(element))
                key = element.get("id", "")
                if KEPT.fullmatch(key) and inside:
                    group = ET.Element("g", {"id": key})
                    group.extend(inside)
                    yield group
                else:
                    yield from inside
            case "path":
                yield self._path(element, element.attrib["d"], 0.0, 0.0)
            case "use":
                yield self._marker(element)
            case "text":
                yield _text(element)
            case "svg" | "metadata" | "defs":
                return
            case other:
                raise AssertionError(f"matplotlib drew <{other}>, which no chart of ours has")

    def _path(self, element: ET.Element, d: str, x: float, y: float) -> ET.Element:
        points, data = _moved(d, x, y)
        made = ET.Element("path", {"d": data})
        self._style(made, element)
        clip = _CLIP.fullmatch(element.get("clip-path", ""))
        if clip and not _inside(points, self._clips[clip[1]]):
            made.set("clip-path", f"url(#{self._ids.setdefault(clip[1], f'clip{len(self._ids)}')})")
        return made

    def _marker(self, use: ET.Element) -> ET.Element:
        href = next(v for k, v in use.attrib.items() if k.endswith("href"))
        shape = self._shapes[href[1:]]
        x, y, d = float(use.get("x", 0)), float(use.get("y", 0)), shape.attrib["d"]
        if "C" in d:  # of our markers the circle alone has curves; it begins at its lowest point
            made = ET.Element("circle", {"cx": _short(x), "cy": _short(y), "r": _short(_NUMBER.findall(d)[1])})
            self._style(made, use)
            return made
        return self._path(use, d, x, y)

    def _style(self, made: ET.Element, drawn: ET.Element) -> None:
        styles = dict(_styles(drawn))
        for key in ("fill", "stroke"):
            if found := _CLIP.fullmatch(styles.get(key, "")):
                styles[key] = f"url(#{self._ids.setdefault(found[1], f'hatch{len(self._ids)}')})"
        if "fill" in styles and made.tag == "path" and re.fullmatch(r"M[\d. -]+[HVL][\d. -]+", made.attrib["d"]):
            del styles["fill"]  # a line alone
        if "stroke" not in styles or styles["stroke"] == "none":
            styles = {k: v for k, v in styles.items() if not k.startswith("stroke")}
        elif styles.get("stroke-width") == "1":
            del styles["stroke-width"]
        made.set("style", ";".join(f"{k}:{v}" for k, v in sorted(styles.items())))

    def _definitions(self, drawn: ET.Element) -> Iterator[ET.Element]:
        for element in drawn.iter():
            key = self._ids.get(element.get("id", ""), "")
            if key.startswith("clip"):
                x, y, width, height = map(_short, self._clips[element.attrib["id"]])
                clip = ET.Element("clipPath", {"id": key})
                ET.SubElement(clip, "rect", {"x": x, "y": y, "width": width, "height": height})
                yield clip
            elif key:
                pattern = ET.Element("pattern", {"id": key, "patternUnits": "userSpaceOnUse"})
                pattern.attrib |= {k: element.attrib[k] for k in ("x", "y", "width", "height")}
                for part in element:
                    if _tag(part) == "path":
                        pattern.append(self._path(part, part.attrib["d"], 0.0, 0.0))
                yield pattern


def _tag(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _styles(element: ET.Element) -> Iterator[tuple[str, str]]:
    for part in element.get("style", "").split(";"):
        key, _, value = (text.strip() for text in part.partition(":"))
        if key in _STYLES and (key, value) not in _USUAL:
            lengths = key in ("stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "stroke-opacity")
            yield key, re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", value) if lengths else value


def _moved(d: str, x: float, y: float) -> tuple[list[tuple[float, float]], str]:
    """Return the points of a path moved by x and y, and the path written shortly."""
    points: list[tuple[float, float]] = []
    data, last = "", ("", "")
    for command, rest in re.findall(r"([MLCQz])([^MLCQz]*)", d):
        numbers = [float(n) for n in _NUMBER.findall(rest)]
        found = [(a + x, b + y) for a, b in zip(numbers[::2], numbers[1::2], strict=True)]
        points += found
        if command == "z":
            data += "z"
        elif command == "L":
            here = _short(found[0][0]), _short(found[0][1])
            if here[1] == last[1]:
                data += f"H{here[0]}"
            else:
                data += f"V{here[1]}" if here[0] == last[0] else f"L{here[0]} {here[1]}"
            last = here
        else:
            data += command + " ".join(f"{_short(a)} {_short(b)}" for a, b in found)
            last = _short(found[-1][0]), _short(found[-1][1])
    return points, data


def _inside(points: Sequence[tuple[float, float]], box: Box) -> bool:
    left, top, width, height = box
    return all(left - 0.1 <= x <= left + width + 0.1 and top - 0.1 <= y <= top + height + 0.1 for x, y in points)


def _text(drawn: ET.Element) -> ET.Element:
    x, y, turned = drawn.get("x", "0"), drawn.get("y", "0"), ""
    if moved := re.search(r"translate\((\S+) (\S+)\)", drawn.get("transform", "")):
        x, y = moved.groups()
    if (angle := re.search(r"rotate\((\S+)", drawn.get("transform", ""))) and float(angle[1]):
        turned = f"rotate({_short(angle[1])} {_short(x)} {_short(y)})"
    styles = dict(_styles(drawn))
    made = ET.Element("text", {"x": _short(x), "y": _short(y)})
    if turned:
        made.set("transform", turned)
    made.set("style", ";".join(f"{k}:{v}" for k, v in sorted(styles.items())))
    made.text = drawn.text
    return made
