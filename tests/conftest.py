"""What tests share: a home of their own with real data, and a proof-reader."""

import csv
import io
import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import settings

from kzreport.claims import ledger as claims
from kzreport.files import project_root
from kzreport.model import Period
from kzreport.pages.notebooks import _parameters
from kzreport.series.issues import _issues
from kzreport.series.known import _known
from kzreport.series.resource import Resource, _package, resources
from kzreport.series.table import read_table

# The same examples on every machine; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

CACHES = (
    *(_package, read_table, _known, _issues),
    *(claims._about, claims._claims, _parameters),
)


def forget() -> None:
    """Files change faster here than the clock that caches tell changes by."""
    for cache in CACHES:
        cache.cache_clear()


class Home:
    """A copy of ``data/``, ``notebooks/`` and ``params/``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.data = root / "data"
        self.package = json.loads((self.data / "datapackage.json").read_text(encoding="utf-8"))

    def put(self, table: str, content: bytes, *, restated: bool = True) -> None:
        """Replace a table; restated: the description has its hash, so that another fault is what is met."""
        (self.data / f"{table}.csv").write_bytes(content)
        if restated:
            self.entry(table)["hash"] = "sha256:" + sha256(content).hexdigest()
            self.describe()
        forget()

    def only(self, *tables: str) -> None:
        """Drop the other tables from the description."""
        self.package["resources"] = [r for r in self.package["resources"] if r["name"] in tables]
        self.describe()

    def entry(self, table: str) -> dict:
        return next(r for r in self.package["resources"] if r["name"] == table)

    def describe(self) -> None:
        """Write the description as it stands in ``package``."""
        text = json.dumps(self.package, ensure_ascii=False)
        (self.data / "datapackage.json").write_text(text, encoding="utf-8")
        forget()

    def write(self, path: str, content: str | bytes) -> None:
        """Write any file of the home."""
        raw = content.encode() if isinstance(content, str) else content
        (self.root / path).write_bytes(raw)
        forget()

    def notebook(self, page: str) -> dict:
        return json.loads((self.root / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    root = tmp_path / "home"
    for name in ("data", "notebooks", "params"):
        shutil.copytree(project_root() / name, root / name)
    monkeypatch.setenv("KZREPORT_HOME", str(root))
    forget()
    yield Home(root)
    forget()


@pytest.fixture
def handlers() -> Iterator[None]:
    """For a test that calls the command line in this process: its signal handlers go when it ends."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


# --- the proof-reader

_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_VOWEL = r"(?=[aeiouéèêâîôAEIOUÉÈÊÂÎÔ])"
_VERB = r"(?!\w+(?:er|ir|re)\b)"  # "de les additionner" is right, "de les pays" is not
_BOTH = {
    "a mark not filled": r"[{}]|\bNone\b|\b[Nn]a[Nn]\b|\binf\b|\(\s*\)",
    "a unit twice": r"%\s*%|\bpoints? points?\b",
    "a word twice": r"\b([a-zà-ÿ]{2,}) \1\b",
    "spaces": r"[^\s|] {2,}\S| [,.](?:\s|$)|\( | \)",
    "a straight apostrophe": r"\w'\w",
}
_RULES = {
    "fr": {
        "no elision": rf"\b(?:[Dd]e|[Ll][ea]|[Qq]ue|[NnSs]e|[JjLl]usque) (?!onz|oui\b|ou\b|un\b){_VOWEL}",
        "no contraction": rf"\b(?:de|à) les? {_VERB}",
        "an article before a vowel": r"\b(?:au|du) (?=[AEIOUÉÎ][a-zéî])",
        "a first of the month without er": rf"(?<![\d,.])1[ \u00a0](?:{_MONTHS})",
        "a month with a capital": rf"[a-zé] (?:{'|'.join(m.capitalize() for m in _MONTHS.split('|'))})\b",
        "no no-break space": r"[^\s\u00a0\u202f][;!?]|[^\u00a0\s]:(?=\s)| [:;!?»%]|\d(?: |\u202f)?%"
        r"|«(?!\u00a0)|[^\u00a0]»",
        "a plural of less than two": r"(?<![\d,.\u202f])[01](?:,\d+)?\u00a0(?:points|millions|milliards|tonnes|dollars"
        r"|tenges|euros|wagons|personnes)\b"
        r"|(?<![\d,.\u202f])1[ \u00a0](?:années|marchandises|chiffres|séries|lignes)\b",
        "a singular of two or more": r"(?<![\d,.\u202f])(?:[2-9]|\d{2,})(?:,\d+)?\u00a0(?:point|million|milliard|tonne"
        r"|dollar|chiffre|série|année|marchandise)\b",
    },
    "en": {
        "a before a vowel": r"(?<![/’'])\b[Aa] (?!one\b|once\b|un|us|eu)(?=[aeiou])",
        "an before a consonant": r"\b[Aa]n (?!h)(?=[bcdfghjklmnpqrtvwyz])",
        "a space too many": r" [:;!?%]",
        "a plural of one": r"(?<![\d,.])1[ \u00a0](?:years|months|goods|figures|countries|tonnes)\b",
        "a singular of several": r"(?<![\d,.])(?:[2-9]|(?!20\d\d)\d{2,})[ \u00a0](?:year|month|figure|country|tonne)\b",
    },
}


def _misprints(text: str, language: str) -> list[str]:
    """What is wrong with the text of a page in a language: the rule, and where."""
    plain = re.sub(r"https?://[^\s)]+|`[^`]*`", "X", re.sub(r"\\(?=\W)|\*+", "", text))
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    return [
        f"{name}: {plain[max(0, m.start() - 40) : m.end() + 30]!r}"
        for name, rule in {**_BOTH, **_RULES[language]}.items()
        for m in re.finditer(rule, plain)
    ]


@pytest.fixture(scope="session")
def misprints():
    """(text, language) -> what is wrong with it."""
    return _misprints


# --- what was known on a day


class Known:
    """Every figure published by a day, read from the tables without the code that cuts them."""

    def __init__(self, as_of: str) -> None:
        self.as_of = as_of
        self.described = resources()
        self.figures = {name: self._read(d) for name, d in self.described.items()}

    def _read(self, d: Resource) -> dict[Period, dict[tuple[str, ...], dict[str, str]]]:
        """Period -> dimensions -> day of publication -> value; the last one is in force."""
        found: dict[Period, dict[tuple[str, ...], dict[str, str]]] = {}
        with (project_root() / "data" / d.path).open(encoding="utf-8", newline="") as file:
            for row in sorted(csv.DictReader(file), key=itemgetter("published")):
                if row["published"] <= self.as_of:
                    key = tuple(row[k] for k in d.dimensions)
                    found.setdefault(Period.parse(row["period"]), {}).setdefault(key, {})[row["published"]] = row[
                        "value"
                    ]
        return found

    def _values(self, name: str, period: Period, day: str) -> dict[tuple[str, ...], float]:
        """Dimensions -> the figure in force on a day."""
        latest = {
            key: next((v for d, v in reversed(dated.items()) if d <= day), "")
            for key, dated in self.figures[name].get(period, {}).items()
        }
        return {key: float(v) for key, v in latest.items() if v}

    def _reached(self, name: str, period: Period) -> str:
        """How the figures of a series reach a period: ``exact``, ``summed`` from its parts, ``held``, or not at all."""
        periods = [p for p in self.figures[name] if self._values(name, p, self.as_of)]
        if period in periods:
            return "exact"
        if any(p.end == period.end and p.start >= period.start for p in periods):
            return "summed"
        d = self.described[name]
        decided = (d.frequency == "D" or d.basis == "target") and period.frequency != "D"  # in force until the next
        held = any(
            (p.start <= period.start and p.end >= period.end)  # the weights of the year, for a month
            or (decided and p.start <= period.end)
            or (d.frequency == "mixed" and p.start >= period.start and p.end <= period.end)  # deliveries of a year
            for p in periods
        )
        return "held" if held else ""

    def _stands(self, row: dict[str, str], name: str, period: Period) -> bool:
        """Whether a figure of one series, in its unit and on its basis, is a published one, or the sum of its parts."""
        days = {row["group"] if re.fullmatch(r"\d{4}-\d\d-\d\d", row["group"]) else self.as_of}  # a vintage, or now
        if row["group"] == "then":  # a table of revisions: any earlier state
            days = {day for dated in self.figures[name].get(period, {}).values() for day in dated}
        known = [self._values(name, period, day) for day in days]
        if any(f"{v:.10g}" == row["value"] for values in known for v in values.values()):
            return True
        parts = [p for p in self.figures[name] if p != period and p.start >= period.start and p.end <= period.end]
        sums: dict[tuple[str, ...], float] = {}
        for p in parts:
            for key, value in self._values(name, p, self.as_of).items():
                sums[key] = sums.get(key, 0.0) + value
        return any(f"{v:.10g}" == row["value"] for v in sums.values())

    def faults(self, table: str) -> list[str]:
        """Rows of a figure's CSV that were not known on the day, by the series and basis that they name."""
        rows = csv.DictReader(io.StringIO(table))
        return [f"{fault}: {','.join(row.values())}" for row in rows if row["value"] and (fault := self.fault(row))]

    def published(self, row: dict[str, str]) -> bool:
        """Whether a row has the unit and basis of the one series it names: its figure is a published one."""
        d, period = self.described.get(row["series"]), Period.parse(row["period"])
        if d is None or row["estimated"] or (row["unit"], row["basis"]) != (d.unit, d.basis):
            return False
        items = {"", *(part for key in self.figures[d.name].get(period, {}) for part in key)}  # not a group's sum
        return row["item"] in items and self._reached(d.name, period) != "held"

    def fault(self, row: dict[str, str]) -> str:
        """Why a figure is not one that its own series had published by the day, or nothing."""
        period, names = Period.parse(row["period"]), row["series"].split()
        if names == ["claims"]:
            return "" if row["period"] == self.as_of else "claims are counted on the day"
        if not names or not self.described.keys() >= set(names):
            return "names no series"
        if row["estimated"]:
            empty = [n for n in names if not self.figures[n]]
            return f"estimated from {', '.join(empty)}, not published yet" if empty else ""
        how = {name: self._reached(name, period) for name in names}
        if not all(how.values()) or (len(how) > 1 and not {"exact", "summed"} & set(how.values())):
            return f"not known then: {', '.join(n for n in how if how[n] in ('', 'held'))}"
        return "another value was known then" if self.published(row) and not self._stands(row, *names, period) else ""


@pytest.fixture(scope="session")
def known():
    """A day -> what was known on it."""
    return lru_cache(maxsize=4)(Known)
