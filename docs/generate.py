"""Reference pages that are generated from the code: they cannot say anything else than the program does.

``conf.py`` calls :func:`write_all` before each build; nothing of it is committed.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

import kzreport
from kzreport.charts.kinds import KINDS
from kzreport.claims.verbs import VERBS
from kzreport.claims.verdict import Verdict
from kzreport.commands.cli import COMMANDS, EXIT_CODES, parser
from kzreport.editions.manifest import Manifest
from kzreport.editions.shapes import RunData, Summary
from kzreport.guards.table import GUARDS
from kzreport.language.words import Words
from kzreport.model import Status
from kzreport.pages.shapes import ChangesData
from kzreport.render.formats import FORMATS
from kzreport.units import UNITS

WIDTH = 92  # characters of a line of a usage

SCHEMAS: Mapping[str, tuple[str, Any]] = {
    "run": ("`run.json`, beside the editions: the last run that ran any page", RunData),
    "diff": ("the answer of `kzreport diff --format json` (ChangesData)", ChangesData),
    "summary": ("the summary of a run, as `--notify` sends it", Summary),
    "manifest": ("`manifest.json`, in the folder of an edition", Manifest),
}


def cell(text: str) -> str:
    """Return a text that stays inside one cell of a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(cell, row)) + " |" for row in lines)


# --- the command line --------------------------------------------------------------------------------------------


def subparsers() -> Mapping[str, argparse.ArgumentParser]:
    """Return the parser of each command."""
    actions = parser()._subparsers._group_actions  # type: ignore[union-attr]  # argparse has no public way
    found: Mapping[str, argparse.ArgumentParser] = actions[0].choices  # type: ignore[assignment]
    return found


def command_line() -> str:
    """Return the page of the command line, from its parser."""
    parts = [
        "# Command line",
        "This page is generated from the program itself: it lists what `kzreport COMMAND --help` prints.",
        "See [exit codes](../exit-codes.md) for what a command returns.",
    ]
    for group, commands in COMMANDS.items():
        parts.append(f"## {group.capitalize()}")
        parts += [_command(name, subparsers()[name]) for name in commands]
    return "\n\n".join(parts)


def _command(name: str, command: argparse.ArgumentParser) -> str:
    command.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=WIDTH)
    usage = command.format_usage().removeprefix("usage: ").rstrip().replace("\n       ", "\n")
    parts = [f"### `kzreport {name}`", str(command.description), f"```text\n{usage}\n```"]
    rows = [
        (_name(a), str(a.help))
        for a in command._actions
        if a.help not in (None, argparse.SUPPRESS) and a.dest != "help"
    ]
    if rows:
        parts.append(table(("Option", "Meaning"), rows))
    return "\n\n".join(parts)


def _name(action: argparse.Action) -> str:
    if not action.option_strings:
        shown = action.metavar if isinstance(action.metavar, str) else action.dest
        return f"`{shown}`"
    value = ""
    if action.nargs != 0:
        value = " " + (str(action.metavar) if action.metavar else "{" + ",".join(map(str, action.choices or ())) + "}")
    return ", ".join(f"`{o}{value}`" for o in action.option_strings)


def exit_codes() -> str:
    """Return the table of exit codes."""
    return table(("Code", "Meaning"), [(f"`{code}`", text) for code, text in EXIT_CODES.items()])


# --- nouns -------------------------------------------------------------------------------------------------------


def units() -> str:
    """Return the table of the engine's units, with the name of each and its digits."""
    words = Words("en")
    yes = {True: "yes", False: ""}
    rows = [
        (f"`{u.name}`", words.unit(u.name), str(u.decimals), yes[u.rate], f"`{u.of_difference}`")
        for u in UNITS.built_in.values()
    ]
    return table(("Unit", "In English", "Digits", "Rate", "Unit of a difference"), rows)


def statuses() -> str:
    """Return the statuses of a reading with their words."""
    words = Words("en")
    rows = [
        (f"`{s}`", words.word("statuses", str(s)) if words.has_word("statuses", str(s)) else "a number") for s in Status
    ]
    return table(("Status", "The page says"), rows)


def verdicts() -> str:
    """Return the verdicts with their words, in the order of the pages."""
    words = Words("en"), Words("fr")
    rows = [(f"`{v}`", *(w.word("verdicts", str(v)) for w in words), str(v.severity)) for v in Verdict]
    return table(("Verdict", "English", "French", "Severity"), rows)


def guards() -> str:
    """Return the guards: what each looks at, how severe it is, its rule."""
    looks_at = {"table": "one table", "state": "all figures of a date", "change": "a table before and after"}
    looks_at |= {"card": "a card before and after"}
    return table(
        ("Guard", "Severity", "Looks at", "Rule"),
        [(f"`{g.name}`", g.severity, looks_at[g.looks_at], g.about) for g in GUARDS.values()],
    )


def formats() -> str:
    """Return the formats of an edition."""
    rows = [("`html`", ".html", "always made", "")]
    rows += [(f"`{n}`", f.ending, "made unless others are chosen" if f.default else "on demand",
              f"`kzreport[{f.extra}]`" if f.extra else "") for n, f in FORMATS.items()]  # fmt: skip
    return table(("Format", "Ending", "When", "Needs"), rows)


def chart_kinds() -> str:
    """Return a section for each kind of chart: what it draws, and its options."""
    parts = []
    for name, kind in KINDS.items():
        options = [p for p in list(inspect.signature(kind.draw).parameters.values())[2:]]
        said = ", ".join(f"`{p.name}`" for p in options) or "none"
        text = inspect.getdoc(kind.draw) or ""
        parts.append(f"## `{name}`\n\n{plain(text)}\n\nOptions: {said}.")
    return "\n\n".join(parts)


def plain(text: str) -> str:
    """Return a docstring as Markdown: marks of code once, roles left out, the parameters as a list."""
    text, _, section = text.partition("\nParameters\n----------\n")
    listed = re.findall(r"^(\w+)\n((?:    .+\n?)+)", section, flags=re.MULTILINE)
    text += "".join(f"\n- ``{name}``: {' '.join(said.split())}" for name, said in listed)
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", text)
    return text.replace("``", "`")


def verbs() -> str:
    """Return the number of operands of each verb, and what they may be."""
    takes = {"claim": "claims", "fact": "facts", "event": "an event or facts", "": "any operand"}
    rows = [
        (f"`{n}`", str(v.fewest) if v.fewest == v.most else f"{v.fewest} to {v.most}", takes[v.takes] if v.most else "")
        for n, v in VERBS.items()
    ]
    return table(("Verb", "Operands", "Of what kind"), rows)


# --- schemas -----------------------------------------------------------------------------------------------------


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each file and answer that a program may read."""
    found = {}
    for name, (text, shape) in SCHEMAS.items():
        schema = TypeAdapter(shape).json_schema()
        found[name] = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **schema,
            "title": f"kzreport: {text.replace('`', '')}",
        }
    return found


def schema_page() -> str:
    """Return the page of the schemas: the fields of each object, and the schema to download."""
    parts = [
        "# JSON Schemas",
        "Programs may read these. Each schema is generated from the types that the program itself uses, and the tests "
        "hold real answers against them.",
    ]
    told: set[str] = set()
    for name, schema in schemas().items():
        link = f'<a href="../../{name}.schema.json">{name}.schema.json</a>'
        parts += [f"## {name}", f"This is {SCHEMAS[name][0]}. Schema: {link}", _object(schema)]
        told.add(SCHEMAS[name][1].__name__)
        for title, part in schema.get("$defs", {}).items():
            if "properties" in part and title not in told:
                told.add(title)
                said = plain(part.get("description", "")).strip()
                parts.append(f"**{title.lstrip('_')}**{': ' if said else ''}{said}\n\n{_object(part)}")
    return "\n\n".join(parts)


def _object(schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", [])
    rows = []
    for name, p in schema["properties"].items():
        said = [p.get("description", ""), "" if name in needed else "may be absent"]
        rows.append((f"`{name}`", _type(p), "; ".join(filter(None, said)).replace("->", "→")))
    return table(("Key", "Type", "Meaning"), rows)


def _type(p: Mapping[str, Any]) -> str:
    if "$ref" in p:
        return str(p["$ref"]).rpartition("/")[2].lstrip("_")
    if "anyOf" in p:
        return " or ".join(map(_type, p["anyOf"]))
    if "enum" in p:
        return "one of " + ", ".join(f"`{e}`" for e in p["enum"])
    if "const" in p:
        return f"`{p['const']}`"
    if p.get("type") == "array":
        return f"list of {_type(p['items'])}"
    if p.get("type") == "object":
        of = p.get("additionalProperties")
        return f"map of {_type(of)}" if isinstance(of, Mapping) else "map"
    return {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "yes or no",
        "null": "nothing",
    }.get(p.get("type", ""), "any value")


# --- the house ---------------------------------------------------------------------------------------------------


def packages() -> str:
    """Return the packages of the engine with the job of each, from the top, as ``kzreport/__init__.py`` lists them."""
    listed = re.findall(r"^- ``(\w+)``: (.+(?:\n  .+)*)", inspect.getdoc(kzreport) or "", flags=re.MULTILINE)
    return table(("Package", "Job"), [(f"`{name}`", plain(job)) for name, job in listed])


# --- writing -----------------------------------------------------------------------------------------------------


def write_all(folder: Path) -> None:
    """Write the generated pages, parts of pages and schemas; files that would not change are left alone."""
    pages = {
        "command-line.md": command_line(),
        "schemas.md": schema_page(),
        "parts/exit-codes.md": exit_codes(),
        "parts/units.md": units(),
        "parts/statuses.md": statuses(),
        "parts/verdicts.md": verdicts(),
        "parts/formats.md": formats(),
        "parts/guards.md": guards(),
        "parts/chart-kinds.md": chart_kinds(),
        "parts/verbs.md": verbs(),
        "parts/packages.md": packages(),
    }
    pages |= {f"schemas/{name}.schema.json": json.dumps(s, indent=1) for name, s in schemas().items()}
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text + "\n":
            path.write_text(text + "\n", encoding="utf-8")
