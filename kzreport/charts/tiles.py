"""A grid of vintages for a phone: each period has its first value and those that changed, each with its day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from kzreport.charts.narrow import EDGE, LINE, WIDE, keys_of, packed, tag_of, width_of, written, x_of, y_of

HIGH, GAP = 25.0, 4.0  # points: of a tile, with room for its value and its day; between two of them
_CELL = re.compile(r"M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H[\d.]+(?:V[\d.]+)?z")


@dataclass
class _Cell:
    """A cell of the grid: its outline, its box, and the texts inside."""

    outline: ET.Element
    left: float
    bottom: float
    right: float
    top: float
    texts: list[ET.Element]

    def holds(self, text: ET.Element) -> bool:
        """True for a text that stands in the cell."""
        return self.left <= x_of(text) <= self.right and self.top < y_of(text) < self.bottom

    @property
    def text(self) -> str:
        """Its value, and in brackets the change of it."""
        return " ".join(e.text or "" for e in self.texts)


def tiles_anew(root: ET.Element) -> ET.Element | None:
    """Return a grid of vintages in the width of a phone; ``None`` for a picture that is none.

    A vintage in which a period kept its value has no tile: the one before says it.
    """
    outlines = [(e, m) for e in root if tag_of(e) == "path" and (m := _CELL.fullmatch(e.get("d", "")))]
    texts = [e for e in root if tag_of(e) == "text"]
    cells = []
    for outline, found in outlines:
        left, bottom, right, top = map(float, found.groups())
        cells.append(cell := _Cell(outline, left, bottom, right, top, []))
        cell.texts = sorted((e for e in texts if cell.holds(e)), key=y_of)
    if not cells or not all(cell.texts for cell in cells):
        return None
    lowest, first = max(cell.bottom for cell in cells), min(cell.left for cell in cells)
    days = _days([e for e in texts if y_of(e) > lowest], cells)
    names = sorted((e for e in texts if x_of(e) < first and y_of(e) < lowest), key=y_of)
    start = EDGE + max(map(width_of, names)) + GAP
    least = max(width_of(e) for cell in cells for e in (*cell.texts, _named(days[cell.left]))) + GAP
    across = max(1, int((WIDE - start) / (least + GAP)))
    wide = (WIDE - start) / across - GAP
    lines = packed([key for key in keys_of(root) if not (key.text or "x")[0].isalpha()])  # there are no columns now
    kept = ("role", "aria-labelledby", "style")
    made = ET.Element(root.tag, {k: v for k, v in root.attrib.items() if k in kept})
    made.extend(written(lines, 0.0))
    y = LINE * len(lines) + GAP
    for name in names:
        row = sorted((c for c in cells if c.top < y_of(name) < c.bottom), key=lambda c: c.left)
        shown = [c for number, c in enumerate(row) if not number or "(" in c.text]
        made.append(_at(name, EDGE, y + HIGH / 2 + 3, "start"))
        for number, cell in enumerate(shown):
            x, top = start + number % across * (wide + GAP), y + number // across * (HIGH + GAP)
            box = f"M{x:.1f} {top:.1f}H{x + wide:.1f}V{top + HIGH:.1f}H{x:.1f}z"
            made.append(ET.Element(cell.outline.tag, {**cell.outline.attrib, "d": box}))
            for text, like, down in ((cell.text, cell.texts[0], 10.0), (days[cell.left], name, 20.5)):
                made.append(_at(like, x + wide / 2, top + down, "middle"))
                made[-1].text = text
        y += -(-len(shown) // across) * (HIGH + GAP) + GAP
    made.set("viewBox", f"0 0 {WIDE:g} {y:.1f}")
    return made


def _days(texts: Sequence[ET.Element], cells: Sequence[_Cell]) -> dict[float, str]:
    """Return the name of each column, in one line, by the left side of the column."""
    found: dict[float, list[str]] = {}
    for text in sorted(texts, key=y_of):
        half = 0.0 if "middle" in text.get("style", "") else width_of(text) / 2
        column = min(cells, key=lambda cell: abs((cell.left + cell.right) / 2 - x_of(text) - half)).left
        found.setdefault(column, []).append(text.text or "")
    return {column: " ".join(lines) for column, lines in found.items()}


def _named(text: str) -> ET.Element:
    made = ET.Element("text")
    made.text = text
    return made


def _at(text: ET.Element, x: float, y: float, anchor: str) -> ET.Element:
    """Return a text at another place, which is its start or its middle."""
    style = re.sub(r";?text-anchor:\w+", "", text.get("style", ""))
    made = ET.Element(text.tag, {"x": f"{x:.1f}", "y": f"{y:.1f}", "style": f"{style};text-anchor:{anchor}".strip(";")})
    made.text = text.text
    return made
