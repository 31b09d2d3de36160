"""What a reader would see of a picture, measured with its own font: where each text stands, and what is wrong."""

from __future__ import annotations

import re
from itertools import combinations
from typing import NamedTuple
from xml.etree import ElementTree as ET

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags


class Written(NamedTuple):
    """A text of a picture and its box, in points."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Written) -> bool:
        """True if two texts overlap by more than the half point that no reader sees."""
        return (
            min(self.right, other.right) - max(self.left, other.left) > 0.5
            and min(self.bottom, other.bottom) - max(self.top, other.top) > 0.5
        )


def texts(svg: str) -> list[Written]:
    """Return the texts of a picture."""
    found = []
    for element in ET.fromstring(svg).iter():
        if element.tag.endswith("}text") and (element.text or "").strip():
            style = dict(part.split(":", 1) for part in element.get("style", "").split(";") if part)
            size = float(style.get("font-size", "8.5px").removesuffix("px"))
            weight = "bold" if style.get("font-weight") in ("bold", "700") else "normal"
            font = get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
            font.set_size(size, 72)
            font.set_text(element.text, 0.0, flags=LoadFlags.NO_HINTING)  # as on any screen that is not tiny
            width = font.get_width_height()[0] / 64
            x, y = float(element.attrib["x"]), float(element.attrib["y"])
            left = x - width * {"middle": 0.5, "end": 1.0}.get(style.get("text-anchor", ""), 0.0)
            found.append(Written(element.text, left, y - 0.74 * size, left + width, y + 0.2 * size))
    return found


def faults(svg: str) -> list[str]:
    """List the texts outside a picture, and those that overlap."""
    left, top, width, height = map(float, re.search(r'viewBox="(.*?)"', svg)[1].split())
    written = texts(svg)
    outside = [
        t.text
        for t in written
        if t.left < left or t.right > left + width or t.top < top - 0.5 or t.bottom > top + height + 0.5
    ]
    meeting = [f"{a.text} | {b.text}" for a, b in combinations(written, 2) if a.meets(b)]
    return [f"outside: {text}" for text in outside] + [f"overlapping: {pair}" for pair in meeting]
