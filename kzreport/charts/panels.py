"""Small multiples for a phone: the plots of a picture that is in the page already, two side by side."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from kzreport.charts.narrow import WIDE, keys_alone, pressed

LEFT = 36.0  # points left of the first plot
GAP, LEAST = 8.0, 0.6  # points between two plots; plots that would be pressed more are moved instead
NAME = 12.0  # points over the first plots, for their names
_LEVEL = re.compile(r"M([\d.]+) ([\d.]+)H([\d.]+)")


def panels_anew(root: ET.Element) -> ET.Element | None:
    """Return small multiples in the width of a phone, two side by side, as references to the plots of ``root``.

    Plots that are too wide for that are pressed together, wider ones stand one below the other. ``None`` for a
    picture without plots.
    """
    plots = [group for group in root if re.search(r"(?:^|-)panel\d+$", group.get("id", ""))]
    boxes = [_box(plot) for plot in plots]
    if not plots:
        return None
    wide = max(right - left for left, right, _ in boxes)
    across = 2 if LEAST * wide <= (WIDE - LEFT) / 2 - GAP else 1
    beside = (WIDE - LEFT) / across
    factor = min(1.0, (beside - GAP) / wide)
    if factor < LEAST:
        return None
    pitch = min((b - boxes[0][2] for _, _, b in boxes if b > boxes[0][2] + 1), default=0.0)
    head = keys_alone(root)
    free = float(head.attrib["viewBox"].split()[3]) if head is not None else 0.0
    kept = ("role", "aria-labelledby", "style")
    made = ET.Element(root.tag, {k: v for k, v in root.attrib.items() if k in kept})
    made.extend(head if head is not None else ())
    first = min(float(e.attrib["y"]) for e in plots[0] if "y" in e.attrib)  # the name of the first plot
    scales = [e for group in root for e in group.iter() if re.search(r"(?:^|-)scale$", e.get("id", ""))]
    for number, (plot, (left, _, bottom)) in enumerate(zip(plots, boxes, strict=True)):
        column, row = number % across, number // across
        height = free + NAME + boxes[0][2] - first + row * pitch  # of the axis of this plot
        if not column and abs(left - boxes[0][0]) > 1:
            place = LEFT - boxes[0][0], height - boxes[0][2]
            made.extend(_use(e, *place) if factor == 1 else _pressed(e, boxes[0][0], factor, *place) for e in scales)
        place = LEFT + column * beside - left, height - bottom
        made.append(_use(plot, *place) if factor == 1 else _pressed(plot, left, factor, *place))
        if column and factor < 1:  # a plot that began a row before has the labels of the scale, which its row has
            _without(made[-1], {e.text for scale in scales for e in scale.iter() if "x" in e.attrib}, left)
    count = -(-len(plots) // across)
    made.set("viewBox", f"0 0 {WIDE:g} {free + NAME + boxes[0][2] - first + (count - 1) * pitch + 16:.1f}")
    return made


def _use(group: ET.Element, right: float, down: float) -> ET.Element:
    return ET.Element("use", {"href": f"#{group.attrib['id']}", "x": f"{right:.1f}", "y": f"{down:.1f}"})


def _pressed(plot: ET.Element, left: float, factor: float, right: float, down: float) -> ET.Element:
    """Return a plot pressed towards its left side; the labels of its axis keep their places."""
    made = ET.Element("g", {"transform": f"translate({right:.1f} {down:.1f})"})
    drawn = [e for e in plot.iter() if e.tag.rpartition("}")[2] in ("path", "circle", "text")]
    made.extend(pressed(e, lambda x: left + (x - left) * (factor if x > left else 1)) for e in drawn)
    return made


def _without(plot: ET.Element, labels: set[str | None], left: float) -> None:
    """Take labels out of a plot that stand left of it."""
    for e in [e for e in plot if e.text in labels and float(e.attrib["x"]) < left]:
        plot.remove(e)


def _box(plot: ET.Element) -> tuple[float, float, float]:
    """Return left, right and the height of the axis of a plot."""
    levels = [tuple(map(float, m.groups())) for e in plot if (m := _LEVEL.fullmatch(e.get("d", "")))]
    left, bottom, right = max(levels, key=lambda level: level[1])
    return left, right, bottom
