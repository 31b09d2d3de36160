"""The options of each command.

:mod:`kzreport.commands.cli` imports this for ``--help`` too, so it loads nothing heavy. Options whose default is
``None`` may be settings of runs: see :mod:`kzreport.editions.settings`.
"""

from __future__ import annotations

import argparse

from kzreport.editions import given


def _output(command: argparse.ArgumentParser) -> None:
    text = "folder of the editions (default: reports/), or s3://... and the like"
    command.add_argument("--output", type=given.folder, metavar="DIR", help=text)


def _jobs(command: argparse.ArgumentParser) -> None:
    text = "pages at a time (default: one for each core)"
    command.add_argument("-j", "--jobs", type=given.count, metavar="N", help=text)


def _limits(command: argparse.ArgumentParser) -> None:
    for name, text in (
        ("--page-timeout", "a page may take once its kernel answers (default: 900)"),
        ("--timeout", "the whole run may take; what is whole by then stays (default: no limit)"),
    ):
        command.add_argument(name, type=given.seconds, metavar="SECONDS", help=text)
    text = "memory that a page's kernel may use, as 2G or 500M; on Linux (default: no limit)"
    command.add_argument("--memory", type=given.size, metavar="SIZE", help=text)
    text = "lines on standard error (default: plain)"
    command.add_argument("--log", choices=["plain", "json"], default="plain", help=text)


def _overdue(command: argparse.ArgumentParser, text: str) -> None:
    command.add_argument("--fail-if-overdue", type=given.days, metavar="DAYS", help=text)


def _definition(command: argparse.ArgumentParser) -> None:
    text = "report definition in params/ (default: that of params/project.yml)"
    command.add_argument("definition", nargs="?", help=text)


def _language(command: argparse.ArgumentParser, text: str, **how: object) -> None:
    command.add_argument("--lang", metavar="CODE", help=text, **how)  # type: ignore[arg-type]


def _making(command: argparse.ArgumentParser, *formats: str) -> None:
    """Options of the commands that make editions; ``formats``: the names of the one that chooses formats."""
    _definition(command)
    text = "languages of the project, as fr or fr,en (default: those of the definition)"
    _language(command, text, action="extend", type=given.codes, default=[])
    command.add_argument(
        "-p",
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a page's parameter, as name=value or page.name=value",
    )
    text = "formats to make beside the pages, such as xlsx,docx (default: those of the definition)"
    command.add_argument(*formats, dest="formats", type=given.names, default=(), metavar="NAME,...", help=text)
    text = "make a revision if an edition from other inputs exists"
    command.add_argument("--revision", action="store_true", help=text)
    text = "read every byte of the editions that are there, whatever was remembered of them"
    command.add_argument("--paranoid", action="store_true", help=text)
    saying = command.add_mutually_exclusive_group()
    saying.add_argument("--quiet", action="store_true", help="errors only, and one line of summary")
    text = "say all that is done, with times: pages, inputs, settings"
    saying.add_argument("--verbose", action="store_true", help=text)
    command.add_argument(
        "--notify",
        action="append",
        default=[],
        metavar="TARGET",
        help="send the summary, as JSON, to a command, an http(s) address, or - (standard output); may be repeated",
    )
    command.add_argument(
        "--executor",
        type=given.executor,
        metavar="dask://HOST:PORT",
        help="the scheduler of a Dask cluster that executes the pages (default: processes of this machine)",
    )
    text = "wait so long for another run that writes there to end (default: leave at once, with 75)"
    command.add_argument("--wait", type=given.seconds, metavar="SECONDS", help=text)
    _overdue(command, "end with 4 if figures are overdue by more than DAYS days (default: only say so)")
    command.add_argument(
        "--explain",
        "--dry-run",
        action="store_true",
        help="say what would be made, why, and with which settings; execute and write nothing",
    )
    _limits(command)
    _output(command)
    _jobs(command)


def _run(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as-of", type=given.given, metavar="DATE", help="use only what was published by DATE (default: today)"
    )
    _refreshing(command)
    _making(command, "--to", "--formats")


def _backfill(command: argparse.ArgumentParser) -> None:
    command.add_argument("--from", dest="first", metavar="MONTH", required=True, help="first month, as 2011-01")
    command.add_argument("--to", dest="last", metavar="MONTH", required=True, help="last month, included")
    command.add_argument("--keep-going", action="store_true", help="go on with other editions when a page fails")
    _refreshing(command)
    _making(command, "--formats")  # --to is its last month


def _refreshing(command: argparse.ArgumentParser) -> None:
    text = "fetch new figures first; if a provider is down, say so on the pages and end with 3"
    command.add_argument("--refresh", action="store_true", help=text)
    _replay(command)


def _replay(command: argparse.ArgumentParser) -> None:
    text = "take the replies, and the day, from a recording instead of the network"
    command.add_argument("--replay", type=given.place, metavar="DIR", help=text)


def _refresh(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", nargs="*", help="names of tables in data/ (default: all that can be fetched)")
    for name, kind, metavar, text in (
        ("--provider", given.given, "NAME,...", "only the series of these providers"),
        ("--since", given.given, "YEAR", "leave the figures of earlier years alone"),
        ("--json", given.place, "FILE", "write what became of each series to FILE, or - for standard output"),
        ("--record", given.place, "DIR", "keep the replies in a new folder, for --replay"),
    ):
        command.add_argument(name, type=kind, metavar=metavar, help=text)
    _replay(command)
    for name, text in (
        ("--dry-run", "write nothing; say what would change, on the pages too"),
        ("--diff", "show the rows that are added, as a diff"),
        ("--keep-going", "write the sound series where a reply was refused (default: write nothing then)"),
        ("--probe", "ask for each series once, unconfirmed ones too, and say what came; write nothing"),
        ("--backfill", "read older states: this changes what past dates knew"),
    ):
        command.add_argument(name, action="store_true", help=text)
    text = "take a change of a series that guards refuse, for a reason that is kept; may be repeated"
    command.add_argument("--accept-redefinition", action="append", default=[], metavar="SERIES=REASON", help=text)
    command.add_argument("--log", choices=["plain", "json"], default="plain", help="lines on standard error")


def _diff(command: argparse.ArgumentParser) -> None:
    command.add_argument("then", metavar="DATE", help="the earlier date, such as that of an edition")
    command.add_argument("now", metavar="DATE", help="the later date, or a revision of the edition: 2026-09-30-r2")
    _definition(command)
    text = "form of the answer (default: text)"
    command.add_argument("--format", choices=["text", "json", "html"], default="text", help=text)
    _language(command, "a language of the project (default: en, else its first)")
    _output(command)


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument("edition", help="2026-09-30, 2026-09-30-r2 or monthly/2026-09-30")
    _limits(command)
    _output(command)
    _jobs(command)


def _status(command: argparse.ArgumentParser) -> None:
    text = "report definition (default: all that have editions or were run)"
    command.add_argument("definition", nargs="?", help=text)
    command.add_argument("--json", action="store_true", help="as JSON")
    _overdue(command, "days that a figure may be overdue (default: 30)")
    text = "days that the newest edition may be old (default: 40)"
    command.add_argument("--max-age", type=given.days, metavar="DAYS", help=text)
    _output(command)


def _prune(command: argparse.ArgumentParser) -> None:
    command.add_argument("definition", nargs="?", help="report definition (default: all that have editions)")
    text = "dates to keep, the newest, with all their revisions"
    command.add_argument("--keep", type=given.days, required=True, metavar="N", help=text)
    command.add_argument("--keep-yearly", action="store_true", help="keep the last date of each year too")
    command.add_argument("--dry-run", action="store_true", help="say what would go; remove nothing")
    _output(command)


def _revisions(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", help="name of a table in data/")
    command.add_argument("dimension", nargs="*", metavar="DIM=VALUE", help="choose by dimension, as country=XYZ")
    command.add_argument("--as-of", type=given.given, metavar="DATE", help="vintages up to DATE (default: today)")
    command.add_argument("--json", action="store_true", help="as JSON, with all digits")


def _accept(command: argparse.ArgumentParser) -> None:
    command.add_argument("page", nargs="*", help="pages (default: all)")
    text = "write data/datapackage.json anew from changed tables and cards"
    command.add_argument("--data", action="store_true", help=text)
    text = "with --data: figures that were altered, removed or are unusual are meant"
    command.add_argument("--yes", action="store_true", help=text)
    _jobs(command)


def _new(command: argparse.ArgumentParser) -> None:
    command.add_argument("page", help="name of the page: letters a-z and _")
    text = "series that it shows, or a CSV of a new one: period, value, published (default: the first of the project)"
    command.add_argument("--series", type=given.place, metavar="NAME|FILE", help=text)
    text = "of a new series: its title, or one for each language as fr=..., en=...; asked for on a terminal, as are"
    command.add_argument("--title", action="append", default=[], metavar="TEXT", help=text)
    text = "its publisher: the key in data/publishers.yml, or the name, or one for each language"
    command.add_argument("--publisher", action="append", default=[], metavar="NAME", help=text)
    for name, metavar, text in (
        ("--unit", "UNIT", "its unit"),
        ("--lag", "DAYS", "days from the end of a period to its publication, where the file says none"),
    ):
        command.add_argument(name, default="", metavar=metavar, help=text)
    command.add_argument("--source", type=_address, default="", metavar="URL", help="the page that it is from")


def _address(text: str) -> str:
    if not text:
        return ""
    if not text.startswith("https://") or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(f"{text[:60]!r}: expected an address that starts with https://")
    return text


def _add(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", nargs="?", default="", help="name of a table in data/")
    text = "as 2026-10 109.1, and the other columns as NAME=VALUE (without: CSV on standard input)"
    command.add_argument("figure", nargs="*", metavar="PERIOD VALUE", help=text)
    command.add_argument("--published", default="", metavar="DAY", help="the day of publication, such as 2026-11-02")
    text = "a CSV as a spreadsheet saves it: period, value, published; a column 'series' for several tables"
    command.add_argument("--from", dest="source", type=given.place, metavar="FILE", help=text)
    command.add_argument("--dry-run", action="store_true", help="show the difference; write nothing")
    command.add_argument("--yes", action="store_true", help="a figure that is revised or unusual is meant")


def _calendar(command: argparse.ArgumentParser) -> None:
    command.add_argument("series", nargs="*", help="names of tables in data/ (default: all)")
    command.add_argument("--as-of", type=given.given, metavar="DATE", help="as known on DATE (default: today)")
    text = "days ahead (default: 92)"
    command.add_argument("--days", type=given.days, default=92, metavar="N", help=text)
    command.add_argument(
        "--ics", type=given.place, metavar="FILE", help="write events for a calendar program; - is standard output"
    )
    command.add_argument(
        "--json", type=given.place, metavar="FILE", help="write the list for a scheduler; - is standard output"
    )


def _lab(command: argparse.ArgumentParser) -> None:
    text = "options of JupyterLab, such as --no-browser --port=8899, and --allow-root if you are root"
    command.add_argument("options", nargs="*", metavar="OPTION", help=text)


def _watch(command: argparse.ArgumentParser) -> None:
    command.add_argument("page", help="a page of the project")
    _language(command, "a language of the project (default: that of the page's own cell)")
    text = "the date of the page (default: that of its own cell)"
    command.add_argument("--as-of", type=given.given, metavar="DATE", help=text)
    text = "port of this machine (default: a free one)"
    command.add_argument("--port", type=given.port, default=0, metavar="N", help=text)
    command.add_argument("--no-browser", action="store_true", help="print the address only")


def _claims(command: argparse.ArgumentParser) -> None:
    command.add_argument("document", nargs="*", help="a document, as data/claims/documents.yml names it (default: all)")
    command.add_argument("--as-of", type=given.given, metavar="DATE", help="as known on DATE (default: today)")
    _language(command, "a language of the project (default: en, else its first)")


def _languages(command: argparse.ArgumentParser) -> None:
    command.add_argument("--missing", metavar="CODE", default="", help="list the untranslated words of a language")
    command.add_argument("--copy", metavar="CODE", default="", help="copy the English words that a language lacks")


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=given.place, help="folder of the project, new or empty")
    _language(command, "languages, as en,es (default: en)", default="en")
    command.add_argument("--name", help="what the reports are about (default: the country, else the folder)")
    command.add_argument("--home", metavar="XYZ", help="code of the country that the reports are about")


def _site(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", type=given.place, help="folder of the copy: new, empty, or a copy made before")
    text = "address at which it will stand, as https://example.org/reports: adds feed, sitemap, data, pictures"
    command.add_argument("--base-url", type=given.base_url, metavar="URL", help=text)
    _output(command)


OPTIONS = {
    "run": _run,
    "backfill": _backfill,
    "refresh": _refresh,
    "list": _output,
    "status": _status,
    "diff": _diff,
    "verify": _verify,
    "calendar": _calendar,
    "revisions": _revisions,
    "add": _add,
    "lab": _lab,
    "watch": _watch,
    "new": _new,
    "claims": _claims,
    "check": lambda command: None,
    "accept": _accept,
    "languages": _languages,
    "init": _init,
    "prune": _prune,
    "site": _site,
}
