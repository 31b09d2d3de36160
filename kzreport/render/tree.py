"""Clean HTML -> a tree of plain data, which programs that set pages read without knowing any markup.

A piece of text is a string; an element is a mapping with ``tag`` and ``children``, and ``href`` for a link. What a
publisher or an analyst typed stays text: no renderer puts it into markup of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

Node = str | Mapping[str, Any]
_EMPTY = ("br",)
_SPACES = re.compile(r"[ \t\n\r]+")
_INLINE = ("strong", "em", "code", "a", "br")


class _Builder(HTMLParser):
    """Builds the tree of HTML that :func:`kzreport.render.markup.clean` has made: every element is closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: dict[str, Any] = {"tag": "", "children": []}
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        node: dict[str, Any] = {"tag": tag, "children": []}
        for name, value in attrs:
            if name in ("href", "data-text"):
                node["text" if name == "data-text" else name] = value or ""
        self.open[-1]["children"].append(node)
        if tag not in _EMPTY:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1]["children"].append(_SPACES.sub(" ", data))


def tree(markup: str) -> list[Node]:
    """Return clean HTML as nodes; blanks between blocks are dropped.

    >>> tree("<p>a <strong>b</strong></p>")
    [{'tag': 'p', 'children': ['a ', {'tag': 'strong', 'children': ['b']}]}]
    """
    builder = _Builder()
    builder.feed(markup)
    builder.close()
    return _without_blanks(builder.root)["children"]  # type: ignore[no-any-return]


def _without_blanks(node: dict[str, Any]) -> dict[str, Any]:
    """Drop the blanks beside blocks, which browsers do not show."""
    children = [c if isinstance(c, str) else _without_blanks(c) for c in node["children"]]
    blocks = any(not isinstance(c, str) and c["tag"] not in _INLINE for c in children)
    node["children"] = [c for c in children if not (blocks and isinstance(c, str) and not c.strip())]
    return node


def plain(nodes: Node | Sequence[Node]) -> str:
    """Return the text of nodes.

    >>> plain(tree("<ul><li>a</li><li>b<br>c</li></ul>"))
    'a b c'
    """
    return _SPACES.sub(" ", "".join(_texts(nodes))).strip(" ")


def _texts(nodes: Node | Sequence[Node]) -> Iterator[str]:
    if isinstance(nodes, str):
        yield nodes
    elif isinstance(nodes, Mapping):
        apart = nodes["tag"] not in ("strong", "em", "code", "a")
        yield from (" ",) if apart else ()
        yield from _texts(nodes["children"])
        yield from (" ",) if apart else ()
    else:
        for node in nodes:
            yield from _texts(node)


def elements(nodes: Sequence[Node], *tags: str) -> Iterator[Mapping[str, Any]]:
    """Yield the elements of these tags, at any depth, in order.

    >>> [plain(li) for li in elements(tree("<ul><li>a</li><li>b</li></ul>"), "li")]
    ['a', 'b']
    """
    for node in nodes:
        if isinstance(node, Mapping):
            if node["tag"] in tags:
                yield node
            yield from elements(node["children"], *tags)
