"""A copy of all editions to be published: whole, beside them, with what only a published copy has.

The editions are read and never changed. A new copy is built whole before the first file of the one before is replaced,
and a reader never meets a page that leads nowhere: :mod:`kzreport.editions.replacement`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kzreport.days import parse_day
from kzreport.editions.damage import list_damage
from kzreport.editions.index import listed_editions
from kzreport.editions.latest import LATEST, latest_files
from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.replacement import replace_files
from kzreport.editions.seen import edition_record_path
from kzreport.editions.store import MANIFEST, Store, list_editions
from kzreport.errors import PageError, ParameterError, explain
from kzreport.files import naming
from kzreport.language.words import Words
from kzreport.project.settings import project
from kzreport.render.archive_page import archive_page
from kzreport.render.content import FRONTS
from kzreport.render.published import (
    About,
    Later,
    as_published,
    cover_path,
    feed,
    report_data,
    site_data,
    site_map,
)

MARK = ".kzreport-site"  # the file by which a copy is known as one that may be replaced
_FRESH = ".kzreport-new"  # the folder in the copy in which the next one is built
_HANDED = (".pdf", ".xlsx", ".docx", ".zip", "-brief.html")
Edition = tuple[Path, Mapping[str, Any]]


def publish_site(store: Store, target: Path, base: str, log: RunLog) -> int:
    """Write the copy, in place of the one that is there; return the number of editions in it.

    ``base``: the address at which it will stand, without a slash at its end; empty: no feed, map, data or pictures.

    Raises
    ------
    ParameterError
        if the place is not empty and not such a copy, or inside of the editions, or around them
    PageError
        if an edition is damaged, or there is none
    """
    check_target(store.root, target)
    for folder in list_editions(store.root):
        if edition_record_path(folder).is_file():  # it was made here: a torn or edited manifest is damage
            read_manifest(folder)
    editions = listed_editions(store.root, log)
    if not editions:
        raise PageError(explain("site", "no edition", "one at least", "run 'kzreport run'"))
    fresh = target / _FRESH
    shutil.rmtree(fresh, ignore_errors=True)  # left by one that was killed
    try:
        with naming(target):
            fresh.mkdir(parents=True)
            for folder, about in editions:
                store.fetch(folder)
                if faults := list_damage(folder, store):
                    listed = "\n  ".join(faults)
                    raise PageError(f"edition {about['path']} is damaged; nothing was published:\n  {listed}")
                _copy(folder, about, editions, fresh, base)
            _write_tops([about for _, about in editions], editions, fresh, base)
            for folder in (target, fresh):
                (folder / MARK).write_text("", encoding="utf-8")
            replace_files(fresh, target, _FRESH)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        with suppress(OSError):  # it holds a copy
            target.rmdir()
    return len(editions)


def check_target(root: Path, target: Path) -> None:
    """Raise :class:`ParameterError` for a place that a copy must not take."""
    place, own = target.resolve(), root.resolve()
    if place == own or own in place.parents or place in own.parents:
        raise ParameterError(explain("site", "the folder of the editions, or one in or around it", "another folder"))
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ParameterError(explain("site", f"'{target.name}', a file or a link", "a folder, or nothing"))
    held = {path.name for path in target.iterdir()} - {_FRESH} if target.is_dir() else set()
    if held and MARK not in held:
        found = f"'{target.name}', which holds something else"
        raise ParameterError(explain("site", found, "nothing there, or a copy made by this command"))


def _copy(folder: Path, about: Mapping[str, Any], editions: Sequence[Edition], fresh: Path, base: str) -> None:
    """Copy an edition, its pages as they are published."""
    own = [record for _, record in editions if record["definition"] == about["definition"]]
    files = read_manifest(folder)["files"]
    newest = own[-1]["path"] == about["path"]
    for name in (*files, MANIFEST):
        path = fresh / about["path"] / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith(".html"):
            shutil.copyfile(folder / name, path)
            continue
        later = [] if newest else list(_later(name, about, own))
        head = _about(name, about, files, base, newest=newest) if base else None
        text = (folder / name).read_text(encoding="utf-8")
        path.write_text(as_published(text, later, head), encoding="utf-8", newline="")
    if base and newest:
        from kzreport.render.social import social_picture  # loads matplotlib

        for language in about["languages"]:
            (fresh / about["path"] / language / "social.png").write_bytes(social_picture(about, language))


def _later(name: str, about: Mapping[str, Any], own: Sequence[Mapping[str, Any]]) -> Iterator[Later]:
    """Yield what a page of an older edition links to: the newest edition, and the one that followed."""
    up = "../" * (name.count("/") + 1)
    after = own[[record["path"] for record in own].index(about["path"]) + 1]
    part = name.split("/")[0]
    for language in [part] if part in about["languages"] else about["languages"]:
        w = Words(language)
        page = Path(name).stem if name.count("/") == 1 else ""
        leads = page in about["pages"] or (page in FRONTS and "headlines" in about)
        target = f"{language}/{page}.html" if leads else "index.html"
        newest = own[-1]
        yield Later(f"{w.ui('newer')}{w.colon}{_day(newest, w)}", f"{up}{LATEST}/{target}", language)
        if after is not newest:
            there = target if page in after["pages"] and language in after["languages"] else ""
            path = there or cover_path(after, language).removeprefix(f"{after['path']}/")
            yield Later(f"{w.ui('next_edition')}{w.colon}{_day(after, w)}", f"{up}{after['name']}/{path}", language)


def _day(about: Mapping[str, Any], w: Words) -> str:
    """Write the day of an edition, and the number of its revision if it is one."""
    day, revision = w.day(parse_day(about["as_of"])), about["name"][12:]
    return f"{day}, {w.ui('revision')} {revision}" if revision else day


def _about(name: str, about: Mapping[str, Any], files: Mapping[str, str], base: str, *, newest: bool) -> About:
    part = name.split("/")[0]
    language = part if part in about["languages"] else about["languages"][0]
    at = f"{base}/{about['path']}"
    rest = name.removeprefix(f"{part}/")
    others = {k: f"{at}/{k}/{rest}" for k in about["languages"] if part in about["languages"]}
    others = {k: url for k, url in others.items() if url.removeprefix(f"{at}/") in files}
    url = f"{at}/{name}"
    handed = [f"{at}/{file}" for file in files if file.startswith(f"{language}/") and file.endswith(_HANDED)]
    said = about.get("headlines", {}).get(language) or about["title"][language]
    return About(
        url=url,
        language=language,
        description=said,
        others=others,
        feed=f"{base}/feed-{language}.xml",
        picture=f"{at}/{language}/social.png" if newest else "",
        data=report_data(about, url, language, handed) if rest == "index.html" else None,
    )


def _write_tops(records: Sequence[Mapping[str, Any]], editions: Sequence[Edition], fresh: Path, base: str) -> None:
    """Write what stands beside the editions: the archive, ``latest/``; with an address also feed, map and data."""
    (fresh / "index.html").write_text(archive_page(records), encoding="utf-8", newline="")
    for definition in dict.fromkeys(record["definition"] for record in records):
        few = [edition for edition in editions if edition[1]["definition"] == definition]
        for name, text in latest_files(few).items():
            path = fresh / definition / LATEST / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    if not base:
        return
    for language in project().languages:
        if any(language in record["languages"] for record in records):
            (fresh / f"feed-{language}.xml").write_bytes(feed(records, base, language))
    pages, handed = [("index.html", max(record["as_of"] for record in records))], {}
    for folder, about in editions:
        files = read_manifest(folder)["files"]
        handed[about["path"]] = {name: digest for name, digest in files.items() if name.endswith(_HANDED)}
        pages += [(f"{about['path']}/{name}", about["as_of"]) for name in sorted(files) if name.endswith(".html")]
    (fresh / "sitemap.xml").write_bytes(site_map(pages, base))
    (fresh / "data.json").write_text(site_data(records, handed, base), encoding="utf-8", newline="")
