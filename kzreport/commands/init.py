"""``kzreport init``: make a small project that works at once."""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from kzreport.commands.accepted import keep_accepted
from kzreport.commands.session import one_project, show, warn
from kzreport.commands.starter import STARTER, Names, copied_file, page_files, write_new
from kzreport.editions.inputs import engine_version
from kzreport.errors import KzreportError, ParameterError, explain, short_repr, system_cause
from kzreport.files import sync_folder
from kzreport.language.locale import Locale
from kzreport.language.translation import copy_untranslated
from kzreport.language.wordfiles import built_in_languages
from kzreport.series.assemble import assemble
from kzreport.yamlfile import read_yaml

_PAGE = _SERIES = "visitors"


def run(args: argparse.Namespace) -> int:
    """Copy the starter project: one series, one page, a summary, a claim with its page, one report definition.

    Raises :class:`ParameterError` for a folder that is not empty, languages, a name or a country that cannot be;
    nothing is left then.
    """
    folder = Path(args.folder)
    languages = _languages(args.lang)
    if args.home and not re.fullmatch(r"[A-Z]{3}", args.home):
        expected = "a code of three capital letters (ISO 3166), such as MDA"
        raise ParameterError(explain("--home", short_repr(args.home), expected))
    if args.home and not args.name and not all(_country(args.home, language) for language in languages):
        expected = "a country that the languages have a name for"
        raise ParameterError(explain("--home", short_repr(args.home), expected, "give its name with --name"))
    names = {language: args.name or _country(args.home, language) or folder.resolve().name for language in languages}
    for name in names.values():
        if not name.strip() or not name.isprintable():
            raise ParameterError(explain("--name", short_repr(name), "one line of text"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError(explain("folder", f"{folder.name}, which is not empty", "a new or empty folder"))
    work = folder.resolve().with_name(f".{folder.resolve().name}.new")
    shutil.rmtree(work, ignore_errors=True)  # left by one that was killed
    try:
        work.mkdir(parents=True)
    except OSError as e:
        raise ParameterError(
            explain("folder", f"{folder.name}: {system_cause(e)}", "a folder that can be made")
        ) from None
    try:
        _make(work, languages, names, args.home or "")
        if folder.exists():
            folder.rmdir()
        work.rename(folder.resolve())
        sync_folder(folder.resolve().parent)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    show(f"made {folder}: a project in {', '.join(languages)} with one series, one page and one claim")
    if around := [p for p in folder.resolve().parents if (p / "params" / "project.yml").is_file()]:
        note = f"it lies inside the project {around[0].name}: there, a command means that one"
        warn(f"warning: {note}, and here the new one; move it out if that is not meant")
    waiting = [k for k in languages if k not in built_in_languages()]
    for language in waiting:
        show(f"to translate: kzreport languages --missing {language}")
    show(f"next: cd {folder}")
    show("  kzreport run                            make an edition, in reports/")
    show("  kzreport lab                            open the pages in JupyterLab")
    show("  kzreport new PAGE --series FILE.csv     add a page with figures of your own")
    return 0


def _languages(text: str) -> tuple[str, ...]:
    languages = tuple(text.split(","))
    if len(set(languages)) != len(languages) or not all(re.fullmatch("[a-z]{2,3}", k) for k in languages):
        raise ParameterError(explain("--lang", short_repr(text), "codes such as en,es, each once"))
    for language in languages:
        try:
            Locale.from_grammar(language, {}, "--lang")
        except KzreportError as e:
            raise ParameterError(str(e)) from None
    return languages


def _country(home: str | None, language: str) -> str | None:
    return Locale.from_grammar(language, {}, "--lang").country(home) if home else None


def _make(root: Path, languages: tuple[str, ...], name: Mapping[str, str], home: str) -> None:
    source = STARTER / "project"
    names: Names = {
        "starter_name": name,
        "starter_page": _PAGE,
        "starter_language": languages[0],
        "starter_home": home,
        "starter_engine": ".".join(engine_version().split(".")[:2]),
    }
    files = {
        root / path.relative_to(source): copied_file(path, names, languages, mark=path.parent.name == "notebooks")
        for path in sorted(source.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
    if home and not all(_country(home, language) for language in languages):
        labels = root / "data" / "labels.yml"
        own = yaml.safe_dump({"labels": {home: dict(name)}}, allow_unicode=True, sort_keys=False)
        files[labels] = files[labels].replace("labels: {}\n", own)
    titles = read_yaml(source / "data" / f"{_SERIES}.yml")["titles"]
    files |= page_files(root, _PAGE, _SERIES, {k: titles.get(k, titles["en"]) for k in languages}, languages)
    write_new(files)
    with one_project(root):
        for language in languages:
            if language not in built_in_languages():
                copy_untranslated(language)
        assemble()
        keep_accepted()
