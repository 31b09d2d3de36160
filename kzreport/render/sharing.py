"""Styles that the pictures of a page repeat, said once in its style sheet: a third of the bytes of a large page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

_TAG = re.compile(r"<[^<>]*>")
_STYLE = re.compile(r' style="([^"]*)"')
_CLASS = ' class="'


def share_styles(pictures: Sequence[str]) -> tuple[list[Markup], Markup]:
    """Return pictures whose styles are classes, and the style sheet of these.

    Only tags change: what is between them is text. A tag with a class of its own keeps its style.

    >>> share_styles(['<path style="fill:none" /><text style="fill:none"> style="fill:none"</text>'])[0]
    [Markup('<path class="s0" /><text class="s0"> style="fill:none"</text>')]
    >>> share_styles(['<svg style="width:7%" class="axis">'])
    ([Markup('<svg style="width:7%" class="axis">')], Markup(''))
    >>> share_styles(['<path style="fill:none" />'])[1]
    Markup('.s0{fill:none}')
    """
    names: dict[str, str] = {}

    def named(style: re.Match[str]) -> str:
        return f' class="{names.setdefault(style[1], f"s{len(names)}")}"'

    def shared_tag(tag: re.Match[str]) -> str:
        return tag[0] if _CLASS in tag[0] else _STYLE.sub(named, tag[0])

    shared = [Markup(_TAG.sub(shared_tag, picture)) for picture in pictures]
    return shared, Markup("\n".join(f".{name}{{{style}}}" for style, name in names.items()))
