"""A picture of a page in fewer bytes, the same to the eye: a page holds thousands of lines and corners.

What belongs here: writing the same lines shortly. What does not: fewer lines, or less exact ones.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_PART = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d)?(?![\d.])")
_STRAIGHT = re.compile(r"M[-\d. ]+[hv][-\d.]+")
_CORNERS = "MLHVz"
LONG = 40  # letters of a path that is worth a reference


def shorten(root: ET.Element, name: str) -> None:
    """Write the paths of a picture shortly: from corner to corner, straight lines of one style as one path, once each.

    ``name``: begins the ids of paths that are drawn at several places.
    """
    for parent in list(root.iter()):
        straight: dict[tuple[tuple[str, str], ...], ET.Element] = {}
        for e in [e for e in parent if e.tag.endswith("path")]:
            e.set("d", short_path(e.attrib["d"]))
            if not len(e) and _STRAIGHT.fullmatch(e.attrib["d"]):
                first = straight.setdefault(_style(e), e)
                if first is not e:
                    first.set("d", first.attrib["d"] + e.attrib["d"])
                    parent.remove(e)
    _draw_once(root, name)


def _style(e: ET.Element) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in e.attrib.items() if k != "d"))


def _draw_once(root: ET.Element, name: str) -> None:
    """Refer to a path that is drawn already, at another place."""
    drawn: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[ET.Element, float, float]] = {}
    for e in root.iter():
        found = re.match(r"M(-?[\d.]+) (-?[\d.]+)", e.get("d", ""))
        rest = e.get("d", "")[found.end() :] if found else ""
        if not found or len(e) or len(rest) < LONG or not rest.islower() or "id" in e.attrib:
            continue
        x, y = map(float, found.groups())
        key = rest, _style(e)
        if key not in drawn:
            drawn[key] = e, x, y
            continue
        first, from_x, from_y = drawn[key]
        first.attrib.setdefault("id", f"{name}-line{len(drawn)}")
        e.tag = e.tag.replace("path", "use")
        e.attrib.clear()
        e.attrib |= {"href": f"#{first.attrib['id']}", "x": f"{x - from_x:.1f}", "y": f"{y - from_y:.1f}"}


def short_path(data: str) -> str:
    """Return a path that says how far it is to the next corner; lengths have one decimal, so nothing is rounded.

    >>> short_path("M36 231.6L42.5 228L49 228.4H60V10z")
    'M36 231.6l6.5-3.6 6.5.4h11v-218.4z'
    """
    parts = _PART.findall(data)
    numbers = [_NUMBER.findall(rest) for _, rest in parts]
    plain = all(rest.split() == found for (_, rest), found in zip(parts, numbers, strict=True))
    if not plain or any(command not in _CORNERS for command, _ in parts):
        return data
    x = y = first_x = first_y = 0
    text: list[str] = []
    last = ""
    for (command, _), found in zip(parts, numbers, strict=True):
        tenths = [round(float(n) * 10) for n in found]
        if command == "z":
            text.append("z")
            last, x, y = "z", first_x, first_y
            continue
        step: list[int] = []
        for a, b in zip(tenths[::2], tenths[1::2], strict=True) if command in "ML" else ():
            step += [a, b] if command == "M" else [a - x, b - y]
            x, y = a, b
        if command == "M":
            first_x, first_y = x, y
        elif command == "H":
            step, x = [tenths[-1] - x], tenths[-1]
        elif command == "V":
            step, y = [tenths[-1] - y], tenths[-1]
        letter = command if command == "M" else command.lower()
        if letter != last:
            text.append(letter)
        for number in step:
            text.append(_after(text[-1], number))
        last = letter
    return "".join(text)


def _after(before: str, tenths: int) -> str:
    """Return a number to write after a letter or a number, with a blank only where two would be read as one."""
    whole, part = divmod(abs(tenths), 10)
    said = ("-" if tenths < 0 else "") + (str(whole) if whole or not part else "") + (f".{part}" if part else "")
    apart = not (before.isalpha() or said[0] == "-" or (said[0] == "." and "." in before))
    return f" {said}" if apart else said
