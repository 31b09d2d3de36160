"""Styles that the pictures of a page repeat, said once in its style sheet: a third of the bytes of a large page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import Markup

_TAG = re.compile(r"<[^<>]*>")
_STYLE = re.compile(r' style="([^"]*)"')


def share_styles(pictures: Sequence[str]) -> tuple[list[Markup], Markup]:
    """Return pictures whose styles are classes, and the style sheet of these.

    Only tags change: what is between them is text.

    >>> share_styles(['<path style="fill:none" /><text style="fill:none"> style="fill:none"</text>'])[0]
    [Markup('<path class="s0" /><text class="s0"> style="fill:none"</text>')]
    >>> share_styles(['<path style="fill:none" />'])[1]
    Markup('.s0{fill:none}')
    """
    names: dict[str, str] = {}

    def named(style: re.Match[str]) -> str:
        return f' class="{names.setdefault(style[1], f"s{len(names)}")}"'

    shared = [Markup(_TAG.sub(lambda tag: _STYLE.sub(named, tag[0]), picture)) for picture in pictures]
    return shared, Markup("\n".join(f".{name}{{{style}}}" for style, name in names.items()))
