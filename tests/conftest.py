"""What tests share: a home of their own with real data, and a proof-reader."""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings

from kzreport.files import clear_caches, project_root
from kzreport.pages.context import PageContext
from kzreport.pages.outputs import Output

pytest_plugins = ["known_then", "local_project", "run_fixtures"]

# The same examples on every machine; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


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
        clear_caches()

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
        clear_caches()

    def write(self, path: str, content: str | bytes) -> None:
        """Write any file of the home."""
        raw = content.encode() if isinstance(content, str) else content
        (self.root / path).write_bytes(raw)
        clear_caches()

    def notebook(self, page: str) -> dict:
        return json.loads((self.root / "notebooks" / f"{page}.ipynb").read_text(encoding="utf-8"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    root = tmp_path / "home"
    for name in ("data", "notebooks", "params"):
        shutil.copytree(project_root() / name, root / name)
    monkeypatch.setenv("KZREPORT_HOME", str(root))
    clear_caches()
    yield Home(root)
    clear_caches()


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Output]:
    """The outputs that pages display, in place of a kernel's front end."""
    outputs: list[Output] = []
    monkeypatch.setattr(PageContext, "display", lambda self, output: outputs.append(output))
    return outputs


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
    "two closing quotes": r"(?<![^\s(|«“])’\w|”[^“”\n]*”",
}
_COUNTED = (
    "années|affirmations|chiffres|documents|estimateurs|marchandises|mois|organismes|partenaires|pays|piliers|séries"
    "|tours"
)
_RULES = {
    "fr": {
        "an ordinal that is not superscript": r"(?<![\w.,-])\d{1,3}(?:er|re|e|ème|nde?)s?\b",
        "no for n°": r"\b[Nn]o\.?[ \u00a0]\d|n° ?\d",
        "a calque of print": r"\b(?:[Ii]mprim|[Rr]éimprim)\w+",
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
        "no for No.": r"\bno\.?[ \u00a0]\d{2,}(?![\d-]*[ \u00a0-][a-z])|n°",
        "printed for published": r"\b[Pp]rint(?:s|ed|ing)?\b",
        "x for ×": r"(?<![\w.])x\d",
        "a before a vowel": r"(?<![/’'])\b[Aa] (?!one\b|once\b|un|us|eu)(?=[aeiou])",
        "an before a consonant": r"\b[Aa]n (?!h)(?=[bcdfghjklmnpqrtvwyz])",
        "a space too many": r" [:;!?%]",
        "a plural of one": r"(?<![\d,.])1[ \u00a0](?:years|months|goods|figures|countries|tonnes)\b",
        "a singular of several": r"(?<![\d,.])(?:[2-9]|(?!20\d\d)\d{2,})[ \u00a0](?:year|month|figure|country|tonne)\b",
    },
}


# In sentences alone: a table keeps its digits.
_SENTENCES = {
    "fr": {
        "digits for letters": rf"(?<![\d,./+−–\u202f])(?<!\d[ \u00a0])(?:[2-9]|1[0-6])[ \u00a0](?:{_COUNTED})\b",
    },
    "en": {
        "digits for letters": r"(?<![\d,./+−–$€])(?:[2-9]|10)[ \u00a0]"
        r"(?:claims|countries|documents|figures|goods|months|partners|publishers|rounds|series|years)\b",
    },
}


_HEADS = {  # in the cells of tables: "Wagons (wagons)", "Share of GDP (% of GDP)"
    "a unit twice in a head": r"(?im)\b(\w{3,})[^|().\n]{0,25}\((?:%[^|().\n]{0,8} )?\1\)(?= \||$)",
}


def _misprints(text: str, language: str) -> list[str]:
    """What is wrong with the text of a page in a language: the rule, and where."""
    plain = re.sub(r"https?://[^\s)]+|`[^`]*`", "X", re.sub(r"\\(?=\W)|\*+", "", text))
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    lines = plain.split("\n")
    cells, sentences = ("\n".join(line for line in lines if (" | " in line) is wanted) for wanted in (True, False))
    rules = {**_BOTH, **_RULES[language]}
    return [
        f"{name}: {read[max(0, m.start() - 40) : m.end() + 30]!r}"
        for read, few in ((plain, rules), (cells, _HEADS), (sentences, _SENTENCES[language]))
        for name, rule in few.items()
        for m in re.finditer(rule, read)
    ]


@pytest.fixture(scope="session")
def misprints():
    """(text, language) -> what is wrong with it."""
    return _misprints
