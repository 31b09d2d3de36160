"""Languages: French and English write what they wrote; a third language works without grammar and without words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kzreport.commands.cli import main
from kzreport.commands.languages import list_warnings
from kzreport.errors import WordsError
from kzreport.files import sealed
from kzreport.language.lint import language_faults, shared_faults
from kzreport.language.locale import Locale
from kzreport.language.translation import copy_untranslated, untranslated
from kzreport.language.wordfiles import UNTRANSLATED, built_in_languages, language_path
from kzreport.language.words import Words
from kzreport.model import Interval, Period, Reading, Status
from kzreport.units import UNITS
from kzreport.yamlfile import read_yaml

REFERENCE = Path(__file__).parent / "reference"
OTHERS = ("es", "de", "mn")
NOW = Period.parse("2026-08")
VALUES = (0.0, 1.0, -1.0, 1.25, -12.34, 999.5, 1500.0, 4_500_000.0, 2_345_678_901.0)
PERIODS = (
    *("2026", "2025-01", "2026-04", "2026-08", "2026-10", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"),
    *("2026-09-01", "2026-09-02", "2026-04-21", "2023-01/2023-07", "2023-08/2023-12", "2021-10/2022-04"),
    *("2015-01/2020-12",),
)
COUNTRIES = ("KAZ", "UZB", "MNG", "USA", "SGP", "GBR", "IND")


def sheet(language: str) -> str:
    """All that a language writes by itself, a line each: units, ranges, ranks, counts, periods, days, places, marks."""
    return "\n".join(_lines(Words(language))) + "\n"


def _lines(w: Words) -> Iterator[str]:
    for unit in UNITS.built_in:
        yield f"{unit}: {w.unit(unit)}"
        for value in VALUES:
            r = Reading("x", value, unit, NOW)
            specs = " | ".join(w.reading(r, spec) for spec in ("", "signed", "abs", "bare", "full"))
            guess = w.reading(r.of(estimated=True))
            spread = w.range(r.of(interval=Interval(value - 1.5, value + 1000)))
            yield f"  {value:g}: {specs} | {guess} | {spread} | {w.printed(value, unit, 0.5)}"
    for status in Status:
        yield f"{status}: {w.status(status)}"
    for number in (0, 1, 2, 3, 4, 11, 21, 22, 23, 1000):
        yield f"{number}: {w.ordinal(number)} | {w.count(number, 'new_figures')} | {w.count(number, 'others')}"
    for text in PERIODS:
        cases = ("", "in", "of", "since", "to", "short")
        yield f"{text}: {' | '.join(w.period(Period.parse(text), case) for case in cases)}"
    for month in range(1, 13):
        yield f"{w.day(date(2026, month, 1))} | {w.day(date(2026, month, 12))}"
    for country in COUNTRIES:
        yield f"{country}: {w.label(country)} | {' | '.join(w.place(country, case) for case in ('the', 'in', 'of'))}"
    yield w.typography("Quoi ? Oui ; « mot » : l'or ! 3 %") + w.colon + w.semicolon
    yield w.elided("un recul de environ, de onze, De août, de mai")


@pytest.mark.parametrize("language", built_in_languages())
def test_languages_of_the_engine_write_what_they_wrote(language):
    """To accept a deliberate change: write ``sheet(language)`` into ``reference/``."""
    assert sheet(language) == (REFERENCE / f"{language}.txt").read_text(encoding="utf-8")


@pytest.fixture(params=OTHERS)
def other(request, tmp_path, monkeypatch):
    """A project in English and another language, whose words were only copied."""
    return project_in(request.param, tmp_path, monkeypatch)


def project_in(language: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for folder in ("data", "params", "notebooks"):
        (root / folder).mkdir()
    settings = {
        "name": {"en": "Ruritania", language: "Ruritania"},
        "languages": ["en", language],
        "default": "monthly",
        "engine": "0.1",
    }
    (root / "params" / "project.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (root / "data" / "datapackage.json").write_text(
        json.dumps(sealed({"publishers": {}, "resources": [], "made_from": {}})), encoding="utf-8"
    )
    articles = {"articles": {c: {"en": "#", language: "#"} for c in ("KAZ", "UZB", "MNG", "USA", "SGP", "GBR", "IND")}}
    (root / "data" / "labels.yml").write_text(yaml.safe_dump(articles), encoding="utf-8")
    monkeypatch.setenv("KZREPORT_HOME", str(root))
    copy_untranslated(language)
    return language


def test_a_language_without_grammar_writes_everything(other):
    written = sheet(other)
    assert UNTRANSLATED not in written and not re.search(r"[{}#]|\bNone\b", written)
    assert "million" in written  # English words that wait for a translator


def test_numbers_dates_and_countries_are_those_of_the_language(tmp_path, monkeypatch):
    project_in("es", tmp_path, monkeypatch)
    w = Words("es")
    assert w.number(12345.6, 1) == "12.345,6"
    assert w.day(date(2026, 9, 1)) == "1\u00a0de septiembre de 2026"
    assert w.period(Period.parse("2026-08")) == "agosto de 2026"
    assert (w.label("DEU"), w.place("USA", "in")) == ("Alemania", "in Estados Unidos")
    assert w.own_name("en") == "English" and Words("en").own_name("es") == "Español"


@given(st.dates(date(2005, 1, 1), date(2035, 12, 31)), st.sampled_from(["de", "es", "mn", "ru", "ja", "ar"]))
def test_babel_alone_writes_a_day(day, language):
    written = Locale.from_grammar(language, {}, "here").day(day)
    assert str(day.year) in written and str(day.day) in written


def test_what_is_translated_stays_and_is_no_longer_listed(tmp_path, monkeypatch):
    language = project_in("es", tmp_path, monkeypatch)
    waiting = untranslated(language)
    line = next(w for w in waiting if "words.ui.sources" in w)
    assert line == "params/languages/es.yml, words.ui.sources: Sources"
    path = language_path(language)
    text = path.read_text(encoding="utf-8").replace(" sources: 'untranslated: Sources'", " sources: Fuentes")
    path.write_text(text, encoding="utf-8")
    assert Words(language).ui("sources") == "Fuentes"
    assert untranslated(language) == [w for w in waiting if w != line]
    copy_untranslated(language)
    assert read_yaml(path)["words"]["ui"]["sources"] == "Fuentes"
    assert path.read_text(encoding="utf-8") == text
    assert shared_faults() == []


def test_plural_forms_are_those_of_the_language(tmp_path, monkeypatch):
    language = project_in("ru", tmp_path, monkeypatch)
    change(language, lambda words: words["units"]["months"].update(sentence=MONTHS))
    w = Words(language)
    shown = [w.reading(Reading("x", n, "months", Period.parse("2026-08"))) for n in (1, 2, 5, 21)]
    assert shown == ["1\u00a0месяц", "2\u00a0месяца", "5\u00a0месяцев", "21\u00a0месяц"]


MONTHS = {"one": "# месяц", "few": "# месяца", "many": "# месяцев", "other": "# месяца"}


def change(language, edit):
    path = language_path(language)
    raw = deepcopy(read_yaml(path))
    edit(raw["words"])
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")


def test_grammar_of_a_project_is_rules_in_its_file(tmp_path, monkeypatch):
    language = project_in("it", tmp_path, monkeypatch)
    path = language_path(language)
    rules = "grammar:\n  first_day: 1º\n  elision:\n    - ['\\bdi (?=[aeiou])', \"d’\"]\n"
    path.write_text(rules + path.read_text(encoding="utf-8"), encoding="utf-8")
    w = Words(language)
    assert w.day(date(2026, 5, 1)) == "1º\u00a0maggio 2026" and w.elided("di agosto") == "d’agosto"
    copy_untranslated(language)
    assert read_yaml(path)["grammar"]["first_day"] == "1º"


def spoil(words):
    del words["ui"]["sources"]
    words["quarter"] = "{ordinal} trimestre"
    words["reasons"]["within"] = "según 3 cifras"


def test_faults_of_a_language_are_named(tmp_path, monkeypatch):
    language = project_in("es", tmp_path, monkeypatch)
    change(language, spoil)
    found = "\n".join(language_faults(language))
    assert "params/languages/es.yml, words.ui.sources: found nothing" in found
    assert "words.quarter: found year not in every language" in found
    assert "words.reasons.within.es: found a digit typed by hand" in found
    with pytest.raises(WordsError, match=r"no 'ui\.sources' in es"):
        Words(language).ui("sources")


def test_a_language_that_cannot_be_is_refused(tmp_path, monkeypatch):
    with pytest.raises(WordsError, match="one of fr, en"):
        Words("de")
    with pytest.raises(WordsError, match="has no words for"):
        copy_untranslated("fr")
    with pytest.raises(WordsError, match="a locale of CLDR"):
        copy_untranslated("qq")
    project_in("es", tmp_path, monkeypatch)
    language_path("es").unlink()
    with pytest.raises(WordsError, match="kzreport languages --copy es"):
        Words("es")


@pytest.mark.parametrize(
    ("grammar", "found"),
    [
        ({"colour": "red"}, "colour"),
        ({"elision": [["(", ""]]}, "pairs of a regular expression"),
        ({"typography": "x"}, "pairs of a regular expression"),
    ],
)
def test_a_faulty_grammar_is_named(grammar, found):
    with pytest.raises(WordsError, match=re.escape(found)):
        Locale.from_grammar("es", grammar, "params/languages/es.yml, grammar")


def test_the_command_lists_what_waits(tmp_path, monkeypatch, handlers, capsys):
    project_in("es", tmp_path, monkeypatch)

    def listed(*options: str) -> list[str]:
        assert main(["languages", *options]) == 0
        return capsys.readouterr().out.splitlines()

    lines = listed()
    assert lines[0] == "en  words of the engine, 0 untranslated"
    assert re.fullmatch(r"es  words of the project, \d{3} untranslated", lines[1])
    assert list_warnings() == [f"es: {lines[1].split()[-2]} words untranslated; see 'kzreport languages --missing es'"]
    assert "params/languages/es.yml, words.ui.sources: Sources" in listed("--missing", "es")
    assert listed("--copy", "de") == ["params/languages/de.yml: add 'de' to 'languages' in params/project.yml"]


def test_pages_lack_a_language_that_is_not_the_projects():
    waiting = untranslated("de")
    assert any(line.startswith("notebooks/inflation.yml, title: ") for line in waiting)
    assert any(line.startswith("data/labels.yml, labels.food: Food") for line in waiting)
    assert any(line.startswith("params/methods.yml, ") for line in waiting)
    assert untranslated("fr") == untranslated("en") == []
