"""Additions of a published copy: a banner and links to later editions, a feed, a map of the site, data about it.

An edition itself is never rewritten. In the copy, what is added to a page stands between two comments: without them and
the text between, a page equals the page of its edition byte for byte (:func:`as_made`).
"""

from __future__ import annotations

import json
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

from markupsafe import Markup

from kzreport.days import parse_day
from kzreport.language.words import Words
from kzreport.project.settings import project
from kzreport.render.archive_page import Record
from kzreport.render.fill import fill
from kzreport.render.search import embedded

_OPEN, _SHUT = "<!-- published -->", "<!-- /published -->"
_ADDED = re.compile(f"{re.escape(_OPEN)}.*?{re.escape(_SHUT)}", re.DOTALL)
_TOP = re.compile(r'<body>(\s*<a class="skip"[^>]*>[^<]*</a>)?')  # a keyboard comes to the way to the content first
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_ATOM = "http://www.w3.org/2005/Atom"
_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_MOST = 50  # entries of a feed


@dataclass(frozen=True)
class Later:
    """Links of a page to later editions: the newest, and the next one; each a label and an address."""

    label: str
    href: str
    language: str


@dataclass(frozen=True)
class About:
    """The description of a published page in its head, with absolute addresses.

    ``others``: language -> the same page; ``picture``: of the edition, perhaps none; ``data``: JSON-LD, perhaps none
    """

    url: str
    language: str
    description: str
    others: Mapping[str, str]
    feed: str
    picture: str = ""
    data: Mapping[str, object] | None = None


def as_published(text: str, later: Sequence[Later], about: About | None) -> str:
    """Return a page with its head completed and its banner; as it is where there is nothing to add."""
    if about:
        title = unescape(found[1]) if (found := _TITLE.search(text)) else ""
        data = Markup(embedded(about.data)) if about.data else ""
        head = fill("published_head.html", about=about, title=title, data=data)
        text = text.replace("</head>", f"{_OPEN}{head}{_SHUT}</head>", 1)
    if later:
        banner = fill("published_banner.html", later=later)
        text = _TOP.sub(lambda top: f"{top[0]}{_OPEN}{banner}{_SHUT}", text, count=1)
    return text


def as_made(text: str) -> str:
    """Return a published page as its edition has it.

    >>> as_made("<body><!-- published -->x<!-- /published -->y</body>")
    '<body>y</body>'
    """
    return _ADDED.sub("", text)


def report_data(about: Record, url: str, language: str, files: Sequence[str]) -> dict[str, object]:
    """Return an edition as schema.org describes a report; ``files``: absolute addresses of what is handed on."""
    found: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": about["title"][language],
        "about": project().name[language],
        "inLanguage": language,
        "datePublished": about["as_of"],
        "version": about["name"],
        "url": url,
        "encoding": [{"@type": "MediaObject", "contentUrl": file} for file in files],
    }
    if headline := about.get("headlines", {}).get(language):
        found["abstract"] = headline
    if about.get("data_until"):
        found["temporalCoverage"] = f"../{about['data_until']}"
    return found


def feed(editions: Sequence[Record], base: str, language: str) -> bytes:
    """Return an Atom feed of the editions in one language, the newest first; ``editions``: oldest first."""
    w = Words(language)
    host = urlsplit(base).hostname or ""
    own = [about for about in sorted(editions, key=lambda a: a["as_of"]) if language in about["languages"]]
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    title = f"{project().name[language]} – {w.ui('editions')}"
    since = own[0]["as_of"][:4]
    _add(root, "id", f"tag:{host},{since}:{language}")
    _add(root, "title", title)
    _add(root, "updated", f"{own[-1]['as_of']}T00:00:00Z")
    _add(root, "link", href=f"{base}/feed-{language}.xml", rel="self")
    _add(root, "link", href=f"{base}/index.html#{language}")
    _add(_add(root, "author"), "name", "kzreport")
    for about in reversed(own[-_MOST:]):
        entry = _add(root, "entry")
        _add(entry, "id", f"tag:{host},{about['as_of'][:4]}:{about['path']}/{language}")
        revision = about["name"].removeprefix(about["as_of"]).removeprefix("-r")
        named = f"{about['title'][language]}, {w.day(parse_day(about['as_of']))}"
        _add(entry, "title", f"{named} – {w.ui('revision')} {revision}" if revision else named)
        _add(entry, "updated", f"{about['as_of']}T00:00:00Z")
        _add(entry, "link", href=f"{base}/{cover_path(about, language)}")
        if headline := about.get("headlines", {}).get(language):
            _add(entry, "summary", headline)
    return _xml(root)


def site_map(paths: Sequence[tuple[str, str]], base: str) -> bytes:
    """Return a sitemap; ``paths``: file and day of each page."""
    root = ET.Element("urlset", {"xmlns": _MAP})
    for path, day in paths:
        entry = _add(root, "url")
        _add(entry, "loc", f"{base}/{path}")
        _add(entry, "lastmod", day)
    return _xml(root)


def site_data(editions: Sequence[Record], files: Mapping[str, Mapping[str, str]], base: str) -> str:
    """Return all editions as JSON: what they are, their headlines and key figures, and the files that each hands on."""
    kept = ("definition", "name", "as_of", "data_until", "title", "languages", "pages", "headlines", "figures")
    found = [
        {
            **{key: about[key] for key in kept if key in about},
            "url": f"{base}/{about['path']}/index.html",
            "files": {f"{base}/{about['path']}/{name}": digest for name, digest in files[about["path"]].items()},
        }
        for about in editions
    ]
    return json.dumps({"project": project().name, "editions": found}, ensure_ascii=False, indent=1) + "\n"


def cover_path(about: Record, language: str) -> str:
    """Return the path of the cover of an edition in a language; one made before has one for all its languages."""
    return f"{about['path']}/{language}/index.html" if "headlines" in about else f"{about['path']}/index.html"


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes)
    kept = (c for c in text if c.isprintable() or unicodedata.category(c) == "Zs")  # no control characters in XML
    child.text = "".join(kept) or None
    return child


def _xml(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    found: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return found + b"\n"
