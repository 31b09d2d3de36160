"""Report definitions: text with the types that the pages declare, every fault with its key and choices (row B4)."""

import re

import pytest

from kzreport.editions.definition import definition_names, load_definition
from kzreport.errors import NotebookError, ParameterError
from kzreport.pages.notebooks import declared_parameters
from kzreport.project.settings import notebook_path, page_names

GOOD = """\
title:
  fr: Note
  en: Note
pages: [inflation, fdi]
languages: [fr]
parameters:
  inflation:
    years: 9
    peers: [KAZ, UZB]
  fdi: {rows: 5}
"""


def test_a_definition_is_its_file_with_the_defaults_of_its_pages(home):
    home.write("params/note.yml", GOOD)
    found = load_definition("note")
    defaults = {p.name: p.default for p in declared_parameters("inflation")}
    assert found.title == {"fr": "Note", "en": "Note"}
    assert (found.pages, found.languages) == (("inflation", "fdi"), ("fr",))
    assert found.values["inflation"]["years"] == 9
    assert found.values["inflation"]["peers"] == ["KAZ", "UZB"]
    assert found.values["inflation"]["rows"] == defaults["rows"]
    assert found.values["fdi"]["rows"] == 5
    assert not {"lang", "as_of"} & set(found.values["fdi"])


def test_what_the_command_line_says_wins(home):
    home.write("params/note.yml", GOOD)
    found = load_definition("note", ["rows=7", "fdi.peers=CHN,RUS", "inflation.rows=8"])
    assert {p: v["rows"] for p, v in found.values.items()} == {"inflation": 8, "fdi": 7}
    assert found.values["fdi"]["peers"] == ["CHN", "RUS"]
    assert found.values["inflation"]["peers"] == ["KAZ", "UZB"]


def test_every_definition_of_the_repository_is_sound():
    assert "monthly" in definition_names()
    for name in definition_names():
        found = load_definition(name)
        assert set(found.values) == set(found.pages) <= set(page_names())


BAD = {
    "not YAML": ("pages: [inflation, fdi]", "pages: [inflation", "line 5"),
    "not a map": (GOOD, "- inflation\n", "expected names with values"),
    "empty": (GOOD, "", "names with values"),
    "key twice": ("languages: [fr]", "languages: [fr]\nlanguages: [en]", "line 6: found key 'languages' twice"),
    "parameter twice": ("{rows: 5}", "{rows: 5, rows: 6}", "line 10: found key 'rows' twice"),
    "unknown key": ("languages: [fr]", "languages: [fr]\nformat: pdf", "key 'format'"),
    "no pages": ("pages: [inflation, fdi]\n", "", "key 'pages'"),
    "empty pages": ("[inflation, fdi]", "[]", "key 'pages'"),
    "pages as text": ("[inflation, fdi]", "inflation", "key 'pages'"),
    "unknown page": (
        "[inflation, fdi]",
        "[inflation, trade]",
        "key 'pages.1': found 'trade', expected one of",
    ),
    "page by path": ("[inflation, fdi]", "[../notebooks/fdi]", f"one of {', '.join(page_names())}"),
    "page twice": ("[inflation, fdi]", "[inflation, fdi, fdi]", "key 'pages': found inflation, fdi, fdi"),
    "unknown language": ("[fr]", "[fr, de]", "key 'languages.1': found 'de', expected one of fr, en"),
    "no language": ("[fr]", "[]", "key 'languages'"),
    "language twice": ("[fr]", "[fr, fr]", "key 'languages'"),
    "Norway": ("[fr]", "[NO]", "found 'NO'"),
    "no title": ("title:\n  fr: Note\n  en: Note\n", "", "key 'title'"),
    "title in one language": ("  en: Note\n", "", "key 'title': found fr, expected a title in fr, en"),
    "title in Russian": ("  en: Note", "  ru: Note", "key 'title': found fr, ru, expected a title in fr, en"),
    "title with a line break": ("  en: Note", '  en: "No\\nte"', "key 'title.en'"),
    "parameters of another page": ("  fdi: {rows: 5}", "  transit: {years: 9}", "found 'transit'"),
    "unknown parameter": ("rows: 5", "row: 5", "parameter 'row': found an unknown name, expected one of lang, as_of"),
    "injection by name": ("rows: 5", "'x=1;import os': 5", "'x=1;import os': found an unknown name"),
    "wrong type": ("rows: 5", "rows: five", "parameters of 'fdi', parameter 'rows': found 'five'"),
    "octal looks": ("rows: 5", "rows: 0101", "parameter 'rows': found '0101'"),
    "sexagesimal looks": ("rows: 5", "rows: 12:30", "parameter 'rows': found '12:30'"),
    "boolean looks": ("rows: 5", "rows: yes", "parameter 'rows': found 'yes'"),
    "nothing": ("fdi: {rows: 5}", "fdi:\n    rows:", "parameter 'rows'"),
    "list for a number": ("rows: 5", "rows: [5]", "parameter 'rows'"),
    "map for a list": ("[KAZ, UZB]", "{a: KAZ}", "parameter 'peers'"),
    "list in a list": ("[KAZ, UZB]", "[[KAZ]]", "parameter 'peers'"),
    "deep nesting": ("[KAZ, UZB]", "[" * 60 + "]" * 60, "parameter 'peers'"),
    "very deep nesting": ("[KAZ, UZB]", "[" * 4000 + "]" * 4000, "nested too deeply"),
    "a megabyte": ("[KAZ, UZB]", "K" * 1_000_001, "at most 1000000"),
    "half a megabyte": ("[KAZ, UZB]", "K" * 500_000, "parameter 'peers'"),
    "alias": ("{rows: 5}", "&a {rows: *a}", "an alias"),
    "alias bomb": (
        "  fdi: {rows: 5}",
        "  a: &a [x, x]\n  b: &b [*a, *a]\n  c: &c [*b, *b]\n  d: [*c, *c]",
        "line 11: found an alias",
    ),
    "python object": ("rows: 5", "rows: !!python/object/apply:os.system [id]", "line 10: found the tag"),
    "python name": ("rows: 5", "rows: !!python/name:os.system x", "line 10: found the tag"),
    "tag of a type": ("rows: 5", "rows: !!int '5'", "line 10: found the tag"),
    "language in parameters": ("rows: 5", "lang: en", "a value for 'lang', expected none; use --lang or --as-of"),
    "date in parameters": ("rows: 5", "as_of: 2026-01-01", "a value for 'as_of'"),
    "UTF-16": (GOOD, GOOD.encode("utf-16"), "0xff"),
    "NUL": ("rows: 5", "rows: 5\0", "NUL"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_definition(home, name):
    old, new, words = BAD[name]
    assert GOOD.count(old) == 1
    home.write("params/note.yml", new if isinstance(new, bytes) else GOOD.replace(old, new))
    with pytest.raises(ParameterError) as caught:
        load_definition("note")
    message = str(caught.value)
    assert message.startswith("params/note.yml")
    assert words in message
    assert len(message) < 400


NAMES = (
    "é",
    "A note",
    "q1#2026",
    "inflation-brief (1)",
    "x" * 61,
    "CON",
    "con",
    "com1",
    "a.b",
    "latest",
    "failed",
    "-x",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_a_folder_everywhere(home, name):
    """Of it an edition was made that could not be read again, or its note was blamed."""
    home.write(f"params/{name}.yml", (home.root / "params" / "inflation-brief.yml").read_text())
    with pytest.raises(ParameterError, match=rf"params/{re.escape(name)}\.yml: found that name"):
        load_definition(name)


def test_no_definition_of_that_name(home):
    with pytest.raises(
        ParameterError, match=f"^report definition: found 'weekly', expected one of {', '.join(definition_names())}"
    ):
        load_definition("weekly")


def test_a_page_that_is_none_is_named_as_the_notebook_it_is(home):
    home.write("notebooks/fdi.ipynb", "{")
    with pytest.raises(NotebookError, match=r"^notebooks/fdi\.ipynb, line 1"):
        load_definition("monthly")


@pytest.mark.parametrize("page", ["trade", "", "../fdi", "fdi.ipynb", "FDI", "x" * 5000])
def test_unknown_page(page):
    with pytest.raises(ParameterError, match=f"^page: found .*expected one of {', '.join(page_names())}") as caught:
        notebook_path(page)
    assert len(str(caught.value)) < 300


def test_the_error_of_an_override_is_of_the_command_line(home):
    home.write("params/note.yml", GOOD)
    with pytest.raises(ParameterError, match=re.escape("-p, page 'fdi', parameter 'rows': found '0x5'")):
        load_definition("note", ["fdi.rows=0x5"])
    with pytest.raises(ParameterError, match="-p: found 'rows=8', expected one value for 'rows'; 'rows=7' was given"):
        load_definition("note", ["rows=7", "rows=8"])


def test_a_summary_draws_on_the_other_pages_of_its_definition():
    found = load_definition("monthly")
    # The page claims has a value that its edition fills in, and that is not its notebook's own: it is passed on.
    drawn = {p: {"previous": None} if p == "claims" else {} for p in found.pages if p != "summary"}
    assert found.values["summary"]["pages"] == drawn
    found = load_definition("monthly", ["summary.pages=fdi,transit", "fdi.years=9"])
    assert found.values["summary"]["pages"] == {"fdi": {"years": 9}, "transit": {}}
