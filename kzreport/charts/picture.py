"""A picture as SVG text -> the forms in which it is handed on: in a page, alone in a document, as PNG.

Nothing here draws: any renderer may use it without matplotlib.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from kzreport.charts.colours import NAMES
from kzreport.charts.narrow import axis_alone, ends_anew, keys_alone, rows_anew
from kzreport.charts.panels import panels_anew
from kzreport.charts.shorter import shorten
from kzreport.charts.tiles import tiles_anew
from kzreport.charts.years import years_anew
from kzreport.errors import PageError, explain

SPACE = "http://www.w3.org/2000/svg"
FONTS = "'DejaVu Sans','Bitstream Vera Sans',Verdana,sans-serif"  # the first is the one that was measured
_TAGS = {"svg", "title", "desc", "g", "path", "circle", "rect", "text", "clipPath", "pattern"}
_ATTRIBUTES = {
    *(
        "id",
        "viewBox",
        "data-plot",
        "data-newest",
        "data-axis",
        "role",
        "aria-labelledby",
        "font-family",
        "style",
        "transform",
        "d",
        "x",
        "y",
    ),
    *("cx", "cy", "r", "width", "height", "fill", "stroke", "stroke-width", "stroke-linecap", "pointer-events"),
    *("patternUnits", "clip-path"),
}
_STYLE = re.compile(r"(?:[a-z-]+:(?:[#\w.,%-]|url\(#[a-z]+\d*\))+;?)*")
_REFERENCE = re.compile(r"url\(#([a-z]+\d*)\)")
_BOX = re.compile(r"(?:-?\d+(?:\.\d+)?(?: |$)){4}")


def check_picture(svg: str, where: str) -> str:
    """Return the SVG if it holds nothing but what charts draw: no script, no address, no style sheet.

    Raises :class:`PageError` naming ``where`` and what was found.

    >>> check_picture("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "cell 3")
    Traceback (most recent call last):
    kzreport.errors.PageError: cell 3: found <script>, expected a picture as page.chart draws it
    """
    expected = "a picture as page.chart draws it"
    if "<!" in svg or "<?" in svg:
        raise PageError(explain(where, "a declaration", expected))
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as e:
        raise PageError(explain(where, f"no SVG ({e})", expected)) from None
    if root.tag != f"{{{SPACE}}}svg" or not all(_BOX.fullmatch(root.get(k, "")) for k in ("viewBox", "data-plot")):
        raise PageError(explain(where, _found(root, svg), expected))
    for element in root.iter():
        tag = element.tag.removeprefix(f"{{{SPACE}}}")
        if tag not in _TAGS:
            raise PageError(explain(where, f"<{tag}>", expected))
        for key, value in element.attrib.items():
            style = key in ("style", "clip-path")
            if key not in _ATTRIBUTES or (style and not _STYLE.fullmatch(value if key == "style" else f"a:{value}")):
                raise PageError(explain(where, f'<{tag} {key}="{value[:40]}">', expected))
    return svg


def _found(root: ET.Element, svg: str) -> str:
    return f"<{root.tag}> beginning with {svg[:40]!r}"


def inline_picture(svg: str, name: str) -> str:
    """Return a picture for a page: without its title and source, its colours the variables of the style sheet.

    ``name``: of the figure, put before every id: several pictures stand on one page.
    """
    root = _inline(svg, name)
    shorten(root, name)
    return _written(root)


def phone_picture(svg: str, name: str) -> str:
    """Return what a narrow screen shows of a picture that is in the page already as :func:`inline_picture`.

    Rows, small plots and plots over time set anew, in place of the whole picture. Of others the keys, which fit the
    screen, and of a plot over time its vertical axis: both stay while the plot is moved. The class says which.
    """
    root = _inline(svg, name)
    over_time = "data-newest" in root.attrib
    found: dict[str, ET.Element | None] = {}
    if "data-axis" in root.attrib and not over_time:
        found["anew"] = rows_anew(root)
    elif (made := years_anew(root) if over_time else _set_anew(root)) is not None:
        found["anew"] = made
    else:
        found["axis"] = axis_alone(root, name) if over_time else None
        found["keys"] = keys_alone(root)
    for kind, made in found.items():
        if made is not None:
            made.set("class", kind)
            shorten(made, f"{name}-{kind}")
    return "".join(_written(made) for made in found.values() if made is not None)


def _set_anew(root: ET.Element) -> ET.Element | None:
    made = (set_anew(root) for set_anew in (panels_anew, ends_anew, tiles_anew))
    return next((each for each in made if each is not None), None)


def _inline(svg: str, name: str) -> ET.Element:
    root = _bare(svg)
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"{name}-{element.attrib['id']}")
        for key in ("style", "clip-path"):
            if key in element.attrib:
                value = _REFERENCE.sub(rf"url(#{name}-\1)", element.attrib[key])
                element.set(key, re.sub(r"#[0-9a-f]{6}\b", _variable, value))
    root.set("aria-labelledby", " ".join(f"{name}-{key}" for key in root.get("aria-labelledby", "").split()))
    root.attrib.pop("font-family", None)  # the style sheet has it
    title, said = (root.findtext(f"{{{SPACE}}}{tag}", "") for tag in ("title", "desc"))
    for element in root.iterfind(f"{{{SPACE}}}desc"):  # both are read aloud, one after the other
        element.text = said.removeprefix(f"{title}. ")
    return root


def bare_picture(svg: str) -> str:
    """Return a picture without its title and source, for a document that writes them itself; colours stay."""
    return _written(_bare(svg))


def png_picture(svg: str, width: int = 1600) -> bytes:
    """Return a whole picture as PNG, ``width`` pixels wide, drawn with the font that was measured.

    Raises :class:`PageError` where the extra ``pictures`` is not installed.
    """
    try:
        import resvg_py
    except ImportError:
        found = "no package resvg_py"
        raise PageError(explain("a picture as PNG", found, "it", "pip install 'kzreport[pictures]'")) from None
    from pathlib import Path

    from matplotlib import get_data_path

    fonts = Path(get_data_path()) / "fonts" / "ttf"
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True, font_dirs=[str(fonts)]))


def _bare(svg: str) -> ET.Element:
    root = ET.fromstring(svg)
    for group in list(root):
        if re.fullmatch(r"(head|foot|paper)\d*", group.get("id", "")):
            root.remove(group)
    root.set("viewBox", root.attrib.pop("data-plot"))
    return root


def _variable(colour: re.Match[str]) -> str:
    return f"var(--c-{NAMES[colour[0]]})" if colour[0] in NAMES else colour[0]


def _written(root: ET.Element) -> str:
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{SPACE}}}")
    root.attrib = {"xmlns": SPACE, **root.attrib}
    return ET.tostring(root, encoding="unicode").replace(" />", "/>")
