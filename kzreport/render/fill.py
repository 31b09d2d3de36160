"""The HTML templates of the package, filled; values are escaped unless they are clean HTML already."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib.resources import files
from string import ascii_letters, digits, punctuation
from typing import Any

import jinja2
from markupsafe import Markup

from kzreport.charts.colours import variables
from kzreport.language.words import Words

_KEPT = re.compile(r"(<(?:script|style|pre|code|svg)\b.*?</(?:script|style|pre|code|svg)>|<[^>]*>)", re.DOTALL)
_PLAIN = frozenset(f"{ascii_letters}{digits} .,:-")


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("kzreport.render"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["css"] = css_text
    environment.filters["compact"] = compact
    environment.filters["typeset"] = typeset
    return environment


def fill(template: str, **values: Any) -> str:
    """Return a template filled with values; an unknown name in the template raises."""
    return _environment().get_template(template).render(**values)


@lru_cache(maxsize=4)
def page_script(*names: str) -> tuple[Markup, str]:
    """Return scripts of the package as one, and its digest for the page's policy; both empty without a name.

    Each page holds it: without comments behind a line and blanks before one.
    """
    loader = _environment().loader
    assert loader is not None
    whole = "\n".join(loader.get_source(_environment(), name)[0] for name in names)
    script = re.sub(r"(?m)\s*// .*$|^\s+", "", whole).strip()
    if not script:
        return Markup(""), ""
    return Markup(script), "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def typeset(html: Markup, words: Words | None) -> Markup:
    """Return HTML whose texts keep to the typography of a language, whoever wrote them; code and scripts stay.

    >>> print(repr(str(typeset(Markup("<p>Oui ! <code>a ; b</code></p>"), Words("fr")))))
    '<p>Oui\\u202f! <code>a ; b</code></p>'
    """
    if words is None:
        return html
    pieces = _KEPT.split(str(html))
    pieces[::2] = [words.typography(text) for text in pieces[::2]]
    return Markup("".join(pieces))


def css_text(text: str) -> Markup:
    r"""Return text as a string of a style sheet, in which nothing ends the string or the sheet.

    >>> print(css_text('Août "x"</style>'))
    "Ao\fb t \22 x\22 \3c \2f style\3e "
    """
    return Markup('"{}"').format(Markup("".join(c if c in _PLAIN else f"\\{ord(c):x} " for c in text)))


@lru_cache(maxsize=8)
def compact(sheet: str) -> Markup:
    """Return a style sheet of ours without its comments and blanks: each page holds it.

    >>> print(compact("/* Notes. */ a:hover, b > i { color: red; }"))
    a:hover,b > i{color:red;}
    """
    bare = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)).strip()
    return Markup(re.sub(r" ?([{};,]) ?", r"\1", bare).replace(": ", ":"))


# The letters of the first font of charts: those of the languages that most pages have, and the signs of charts. The
# second one has the other Latin letters, and is in a page only where a picture has one of them.
_NEAR = frozenset(
    f"{ascii_letters}{digits}{punctuation} \u00a0\u2009\u202f\u2060œŒæÆàâäçéèêëîïñôöùûüÀÂÇÉÈÊËÎÏÔÖÙÛÜʳᵉ"
    "«»°·×±²³–—‘’“”•…‰€↑→↓−≈≠≤≥■□▨▲△▶▼▽◀◆◇◊○●✖✚\n"
)
_FONTS = (("Chart Sans", "DejaVuSans.woff2"), ("Chart Sans Far", "DejaVuSans-far.woff2"))


def chart_style(pictures: str) -> Markup:
    """Return the style sheet of the charts of a page: their colours on light and dark paper, and their fonts, once.

    ``pictures``: as they are in the page.
    """
    said = "".join(re.findall(r">([^<]*)</text>", pictures))
    fonts = _FONTS[: 1 if _NEAR.issuperset(said) else 2]
    return Markup(
        f":root {{ {variables(dark=False)} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables(dark=True)} }} }}\n"
    ) + Markup("\n").join(_font_face(*font) for font in fonts)


@lru_cache(maxsize=2)
def _font_face(family: str, file: str) -> Markup:
    font = files("kzreport.render").joinpath("fonts", file).read_bytes()
    address = "data:font/woff2;base64," + base64.b64encode(font).decode()
    return Markup(f'@font-face {{ font-family: "{family}"; src: url({address}) format("woff2"); }}')
