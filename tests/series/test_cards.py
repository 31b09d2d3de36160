"""Cards: every key is checked, and the data package is what they say or is refused."""

import re
from datetime import date

import pytest

from kzreport.errors import DataError
from kzreport.series.assemble import assemble, check_package, package_text
from kzreport.series.resource import describe_series, resources

CARD = """\
titles:
  fr: Loyers
  en: Rents
unit: percent
basis: yy_month
frequency: M
publisher: bns
licence: cc_by_4
access: document
publication: 2_days_after_end
dimensions: [town]
columns:
  town:
    about: Town
    choices: [astana, almaty]
  country:
  kind: [actual, plan]
range: [-10.5, 90]
continuous: no
known_gaps: [2024-02]
caveats:
  - fr: Relevé partiel.
    en: A partial reading.
sources:
  - title: BNS
    path: https://stat.gov.kz
    since: 2024-02-02
"""
ROWS = "period,value,published,town,country,kind\n2024-01,9.5,2024-02-02,astana,KAZ,actual\n"


@pytest.fixture
def rents(home):
    """A home with one new table."""
    home.write("data/rents.yml", CARD)
    home.write("data/rents.csv", ROWS)
    return home


def test_a_new_series_is_one_table_and_one_card(rents):
    before = list(resources())
    with pytest.raises(DataError, match=r"no series 'rents'.*run 'kzreport accept --data'"):
        describe_series("rents")
    assert assemble() == ["rents"]
    d = describe_series("rents")
    assert list(resources()) == sorted([*before, "rents"])
    assert d.titles == {"fr": "Loyers", "en": "Rents"}
    assert (d.unit, d.low, d.high, d.continuous) == ("percent", -10.5, 90, False)
    assert d.columns == ("period", "value", "published", "town", "country", "kind")
    assert d.dimensions == ("town",)
    assert d.enums["town"] == ("astana", "almaty")
    assert "KAZ" in d.enums["country"], "the choices that cards share"
    assert d.enums["kind"] == ("actual", "plan")
    assert d.publisher == describe_series("cpi_yy").publisher
    assert d.publication == {"kind": "estimated", "lag_days": 2, "from": "end"}
    assert d.caveats == ({"fr": "Relevé partiel.", "en": "A partial reading."},)
    assert d.sources == ({"title": "BNS", "path": "https://stat.gov.kz", "since": "2024-02-02"},)
    assert assemble() == []


def test_a_caveat_holds_from_one_day_to_another(rents):
    rents.write(
        "data/rents.yml", CARD.replace("A partial reading.\n", "A.\n    since: 2024-02-02\n    until: 2024-03-01\n")
    )
    assemble()
    d, days = describe_series("rents"), ("2024-02-01", "2024-02-02", "2024-02-29", "2024-03-01")
    assert [d.caveats_on("en", date.fromisoformat(day)) for day in days] == [(), ("A.",), ("A.",), ()]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("unit: percent\n", "unit: percent\nunits: percent\n", "the key 'units', expected keys among titles, unit"),
        ("unit: percent\n", "unit: percent\nunit: ratio\n", "line 5: found key 'unit' twice"),
        ("unit: percent\n", "", "key 'unit': found nothing"),
        ("unit: percent\n", "unit: per_cent\n", "key 'unit': found 'per_cent', expected one of percent"),
        ("unit: percent\n", "unit: [percent]\n", "key 'unit'"),
        ("  fr: Loyers\n", "", "key 'titles', key 'fr': found nothing"),
        ("  fr: Loyers\n", "  fr: Loyers\n  ru: Аренда\n", "key 'titles': found the key 'ru'"),
        ("frequency: M", "frequency: monthly", "expected one of A, Q, M, D, S, mixed"),
        ("publisher: bns", "publisher: bnz", "key 'publisher': found 'bnz', expected one of afg_authorities"),
        ("publisher: bns\n", "", "expected a publisher, or a column 'publisher'"),
        ("licence: cc_by_4", "licence: free", "expected one of cc_by_4"),
        ("access: document", "access: found", "key 'access'"),
        ("publication: 2_days_after_end", "publication: later", "found 'later', expected one of recorded"),
        ("dimensions: [town]", "dimensions: [city]", "found 'city', expected one of town, country, kind"),
        ("dimensions: [town]", "dimensions: [town, town]", "each once"),
        ("dimensions: [town]", "dimensions: town", "a list"),
        ("    about: Town\n", "", "columns.town, key 'about'"),
        ("    about: Town\n", "    about: Town\n    enum: [a]\n", "columns.town: found the key 'enum'"),
        ("  country:\n", "  region:\n", "columns.region"),
        ("[actual, plan]", "actual", "columns.kind"),
        ("[-10.5, 90]", "[90, -10.5]", "the lowest and the highest"),
        ("[-10.5, 90]", "[low, 90]", "found 'low', expected a number"),
        ("[-10.5, 90]", "[5]", "the lowest and the highest"),
        ("continuous: no", "continuous: false", "one of yes, no"),
        ("[2024-02]", "[2024-13]", "key 'known_gaps': found '2024-13'"),
        ("known_gaps: [2024-02]", "vintages: [2024-02]", "key 'vintages': found '2024-02', expected a date"),
        ("    en: A partial reading.\n", "", "key 'caveats', key 'en'"),
        ("  - fr: Relevé partiel.\n", "  - fr: ''\n", "one line of text"),
        ("    en: A partial reading.\n", "    en: A.\n    since: spring\n", "key 'since': found 'spring'"),
        ("    en: A partial reading.\n", "    en: A.\n    from: 2024-01-01\n", "found the key 'from'"),
        (
            "    en: A partial reading.\n",
            "    en: A.\n    since: 2024-02-02\n    until: 2024-02-02\n",
            "key 'until': found 2024-02-02, expected a day after 2024-02-02",
        ),
        ("  - title: BNS\n    path", "  - path", "key 'sources', key 'title'"),
        ("https://stat", "ftp://stat", "an address"),
        ("since: 2024-02-02", "since: spring", "key 'sources': found 'spring'"),
        ("since: 2024-02-02", "grade: gospel", "primary, reported, weak"),
        (CARD, "5\n", "a map with the keys titles"),
        ("continuous: no\n", "continuous: no\nbasis_by: {town: {astana: a}}\n", "town, key 'almaty': found nothing"),
    ],
)  # fmt: skip
def test_a_broken_card_is_refused_where_it_is_broken(rents, old, new, words):
    assert CARD.count(old) == 1
    rents.write("data/rents.yml", CARD.replace(old, new))
    before = (rents.data / "datapackage.json").read_bytes()
    with pytest.raises(DataError) as caught:
        assemble()
    assert str(caught.value).startswith("data/rents.yml")
    assert words in str(caught.value)
    assert (rents.data / "datapackage.json").read_bytes() == before


@pytest.mark.parametrize(
    ("path", "old", "new", "words"),
    [
        ("publishers", "  recorded: {kind: recorded}", "  recorded: {kind: seen}", "publication.recorded, key 'kind'"),
        ("publishers", "lag_days: 75, from: end", "lag_days: 75", "lag_days and from, or neither"),
        ("publishers", "lag_days: 75", "lag_days: -75", "a number of days"),
        ("publishers", "\nlicences:", "\nterms: {}\nlicences:", "the key 'terms'"),
        (
            "columns",
            "    about: ISO 3166 alpha-3",
            "    text: ISO 3166 alpha-3",
            "country: found the key 'text'",
        ),
        ("package", "\nlicenses:", "\nlicence: x\nlicenses:", "the key 'licence'"),
    ],
)
def test_a_broken_shared_file_is_refused(home, path, old, new, words):
    text = (home.data / f"{path}.yml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    home.write(f"data/{path}.yml", text.replace(old, new))
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        assemble()
    assert str(caught.value).startswith(f"data/{path}.yml")


COPIES = (
    "cpi_yy (Anna's conflicted copy 2026-11-02)",
    "cpi_yy (copie en conflit de Anna 2026-11-02)",
    "cpi_yy.sync-conflict-20261102-101010-ABCDEFG",
    "~$cpi_yy",
    "cpi_yy (1)",
    "cpi_yy - Copie",
    "cpi_yy_LOCAL_4711",
)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_of_another_program_is_called_so(home, name):
    """Not a new table that wants a card: it may hold what somebody else entered."""
    home.write(f"data/{name}.csv", (home.data / "cpi_yy.csv").read_bytes())
    with pytest.raises(DataError, match=r"found a file that another program left.*compare it with the file") as error:
        package_text(home.data)
    assert str(error.value).startswith(f"data/{name}.csv")


def test_a_card_and_its_table_stand_together(home):
    (home.data / "cpi_mm.csv").unlink()
    with pytest.raises(DataError, match=r"^data/cpi_mm\.yml: found no table cpi_mm\.csv"):
        assemble()
    (home.data / "cpi_mm.yml").unlink()
    assert assemble() == ["cpi_mm"]
    (home.data / "cpi_yy.yml").unlink()
    with pytest.raises(DataError, match=r"^data/cpi_yy\.csv: found no card cpi_yy\.yml"):
        assemble()


def test_a_stale_package_is_refused_not_used(home):
    """A card, what cards share: in whatever process, before a figure is read."""
    for name in ("cpi_yy.yml", "publishers.yml"):
        path = home.data / name
        before = path.read_text(encoding="utf-8")
        home.write(f"data/{name}", before + "# seen\n")
        stale = rf"^data/{re.escape(name)}: found a change that was not accepted, .*kzreport accept --data"
        with pytest.raises(DataError, match=stale):
            resources()
        with pytest.raises(DataError, match=r"^data/datapackage\.json: found another state of"):
            check_package()
        home.write(f"data/{name}", before)
        check_package()
        assert resources()
    (home.data / "cpi_yy.yml").unlink()
    home.write("data/cpi_mm.yml", (home.data / "cpi_mm.yml").read_bytes())
    with pytest.raises(DataError, match=r"^data/cpi_yy\.yml: found no file, expected .*kzreport accept --data --yes"):
        resources()


def test_a_package_edited_by_hand_is_found(home):
    for key, value in (("unit", "ratio"), ("hash", "sha256:" + "0" * 64)):
        entry = home.entry("cpi_yy")
        before, entry[key] = entry[key], value
        home.describe()
        with pytest.raises(DataError, match=r"found another state of cpi_yy, expected what cards and tables say"):
            check_package()
        entry[key] = before
    home.describe()
    with pytest.raises(DataError, match=r"found another state of datapackage\.json"):
        check_package()
    assert assemble() == ["datapackage.json"]
    check_package()
    home.write("data/datapackage.json", "{")
    assert assemble() == ["datapackage.json"]
    assert len(resources()) == len(home.package["resources"])


def test_a_project_has_the_languages_that_it_says(rents):
    """One language more: every card lacks it. One less: it is one too many."""
    settings = (rents.root / "params" / "project.yml").read_text(encoding="utf-8")
    assert assemble() == ["rents"]
    settings = settings.replace("[fr, en]", "[fr, en, es]")
    rents.write("params/project.yml", settings.replace("  en: Kazakhstan\n", "  en: Kazakhstan\n  es: Kazajstán\n"))
    for read in (resources, assemble):
        with pytest.raises(DataError, match=r"(languages|expected words in) fr, en, es|key 'es': found nothing"):
            read()
