"""HTML that runs, loads and styles nothing: the allow-list through which all text of a page goes.

Text from data arrives as Markdown or as a table. Both pass :func:`clean` last, so anything that a publisher, a
parameter or an analyst typed is shown as text.
"""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from kzreport.render.text import with_signs

TAGS = {
    *("h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "code", "a", "br", "blockquote"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}
_MARKDOWN = MarkdownIt("commonmark", {"html": False})
_ATTRIBUTES = {
    "a": {"href"},
    "th": {"scope", "data-text"},
    "td": {"data-text"},
}


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Keep an attribute's value, turn a link to a notebook into one to its page, or drop it (None)."""
    if tag == "a" and name == "href":
        page = value.removesuffix(".ipynb")
        if value.endswith(".ipynb") and page.replace("_", "").isalnum():
            return f"{page}.html"
        return value if value.startswith("https://") else None
    return value


def clean(markup: str) -> Markup:
    """Return HTML without anything that runs, loads or styles.

    >>> str(clean('<p onclick="x()">a<script>x()</script> <a href="javascript:x()">b</a></p>'))
    '<p>a <a>b</a></p>'

    Its signs end no line: see :func:`kzreport.render.text.with_signs`.
    """
    kept = nh3.clean(
        markup, tags=TAGS, attributes=_ATTRIBUTES, attribute_filter=_attribute, url_schemes={"https"}, link_rel=None
    )
    return Markup(with_signs(kept))


def markdown(text: str) -> Markup:
    """Return Markdown as clean HTML; raw HTML in it is shown as text.

    >>> str(markdown("**9.8 %** <b>x</b>"))
    '<p><strong>9.8 %</strong> &lt;b&gt;x&lt;/b&gt;</p>\\n'
    """
    return clean(_MARKDOWN.render(text))
