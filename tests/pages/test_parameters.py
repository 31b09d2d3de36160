"""A parameter is refused before a kernel starts, with its choices named, or arrives exactly as meant (row B4)."""

import enum
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import nbformat
import numpy as np
import papermill.iorw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.parameterize import parameterize_notebook

from kzreport.commands import cli
from kzreport.editions.dates import check_date, check_language
from kzreport.editions.definition import definition_names
from kzreport.errors import KzreportError, NotebookError, ParameterError
from kzreport.pages.parameters import injected_equal, read_cell, validate_parameters
from kzreport.project.settings import page_names

CELL = """\
lang: Language = "fr"  # language
as_of: Date = "2026-09-30"  # date of the edition
start: Month = "2019-01"  # first month
rows: Count = 13  # months in the table
peers: list[Country] = ["CHN", "KGZ"]  # countries
pages: list[PageName] = ["inflation"]  # pages drawn together
code: str = "0101"  # a code of the customs tariff
base: int = 2011  # a year
share: float = 0.5  # a share
bridge: bool = False  # whether gaps are bridged
limit: int | None = None  # a limit, or none
mode: Literal["gross", "net"] = "net"  # measure
"""
DECLARED = read_cell(CELL, "notebooks/x.ipynb, cell 3")


def arrives(values: dict) -> bool:
    """Through papermill's translation into its cell, and back."""
    nb = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "language": "python", "display_name": ""}}
    )
    cell = nbformat.v4.new_code_cell(CELL, metadata={"tags": ["parameters"]})
    nb.cells = [cell]
    nb = papermill.iorw.load_notebook_node(nb)
    done = parameterize_notebook(nb, values, kernel_name="python3", language="python")
    written = next(c for c in done.cells if "injected-parameters" in c.metadata.tags)
    scope: dict = {}
    exec(compile(written.source, "cell", "exec"), scope)
    same = {k: scope[k] for k in values}
    assert repr(same) == repr(values)
    return injected_equal(written.source, values)


def given_text(name: str, text: object) -> dict:
    return validate_parameters(DECLARED, {name: text}, "-p", text=True)


def given_value(name: str, value: object) -> dict:
    return validate_parameters(DECLARED, {name: value}, "call")


def test_defaults_are_valid_and_arrive():
    values = validate_parameters(DECLARED, {}, "defaults")
    assert values == {p.name: p.default for p in DECLARED}
    assert arrives(values)


# --- text, from the command line or a definition: exact ----------------------------------------------------------

EXACT = [
    ("lang", "en", "en"),
    ("as_of", "2024-02-29", "2024-02-29"),
    ("start", "2012-01", "2012-01"),
    ("rows", "1", 1),
    ("rows", "1000", 1000),
    ("peers", "KAZ", ["KAZ"]),
    ("peers", "RUS,UZB", ["RUS", "UZB"]),
    ("peers", ["RUS", "UZB"], ["RUS", "UZB"]),
    ("pages", "fdi,transit", ["fdi", "transit"]),
    ("code", "0101", "0101"),
    ("code", "101", "101"),
    ("code", "NO", "NO"),
    ("code", "12:30", "12:30"),
    ("code", "1_000", "1_000"),
    ("code", "2024_01", "2024_01"),
    ("code", "1e5", "1e5"),
    ("code", "null", "null"),
    ("code", "true", "true"),
    ("code", "nan", "nan"),
    ("code", "", ""),
    ("code", '"; import os; os.system("id")  # ', '"; import os; os.system("id")  # '),
    ("code", "'''\\", "'''\\"),
    ("code", "{x.__class__}", "{x.__class__}"),
    ("code", "../../etc/passwd", "../../etc/passwd"),
    ("code", "Қазақстан – “été”", "Қазақстан – “été”"),
    ("code", "\\n\\x00", "\\n\\x00"),
    ("code", "=1+1", "=1+1"),
    ("base", "-5", -5),
    ("base", "0", 0),
    ("share", "5", 5.0),
    ("share", "-0.25", -0.25),
    ("share", "0.1", 0.1),
    ("bridge", "true", True),
    ("bridge", "false", False),
    ("limit", "null", None),
    ("limit", "5", 5),
    ("mode", "gross", "gross"),
]


@pytest.mark.parametrize(("name", "text", "meant"), EXACT)
def test_text_becomes_what_its_type_says_and_arrives(name, text, meant):
    values = given_text(name, text)
    assert type(values[name]) is type(meant)
    assert values[name] == meant
    assert arrives(values)


# --- text: refused -----------------------------------------------------------------------------------------------

REFUSED = [
    ("lang", "de", "one of fr, en"),
    ("lang", "FR", "one of fr, en"),
    ("lang", "", "one of fr, en"),
    ("as_of", "2024-02-30", "a date such as 2026-09-30, from 2000 to 2100"),
    ("as_of", "2025-02-29", "a date such as 2026-09-30, from 2000 to 2100"),
    ("as_of", "30/09/2026", "a date such as 2026-09-30"),
    ("as_of", "2026-9-30", "a date such as"),
    ("as_of", "20260930", "a date such as"),
    ("as_of", "2026-09-30T12:30", "a date such as"),
    ("as_of", "٢٠٢٦-٠٩-٣٠", "a date such as"),
    ("as_of", "2026-09-30\n", "a date such as"),
    ("as_of", "0001-01-01", "from 2000 to 2100"),
    ("as_of", "today", "a date such as"),
    ("start", "2019", "a month such as 2019-01"),
    ("start", "2019-13", "a month such as"),
    ("start", "2019-1", "a month such as"),
    ("rows", "0", "greater than or equal to 1"),
    ("rows", "-1", "greater than or equal to 1"),
    ("rows", "1001", "less than or equal to 1000"),
    ("rows", "13.0", "a whole number"),
    ("rows", "1_000", "a whole number"),
    ("rows", "0101", "a whole number"),
    ("rows", "+5", "a whole number"),
    ("rows", " 5", "a whole number"),
    ("rows", "٣", "a whole number"),
    ("rows", "0x1f", "a whole number"),
    ("rows", "12:30", "a whole number"),
    ("rows", "NO", "a whole number"),
    ("rows", "true", "a whole number"),
    ("rows", "nan", "a whole number"),
    ("rows", "", "a whole number"),
    ("rows", "1" * 1_000_000, "a whole number"),
    ("rows", ["5"], "a whole number"),
    ("rows", {"a": "5"}, "a whole number"),
    ("base", "99999999999999999999", "a whole number"),
    ("base", "999999999999999999", "less than or equal to"),
    ("share", "nan", "a number such as 0.5"),
    ("share", "inf", "a number such as 0.5"),
    ("share", "-inf", "a number such as 0.5"),
    ("share", "1e400", "a number such as 0.5"),
    ("share", "0,5", "a number such as 0.5"),
    ("share", ".5", "a number such as 0.5"),
    ("share", "٠.٥", "a number such as 0.5"),
    ("bridge", "yes", "true or false"),
    ("bridge", "True", "true or false"),
    ("bridge", "1", "true or false"),
    ("limit", "none", "a whole number"),
    ("mode", "Net", "'gross' or 'net'"),
    ("peers", "KZK", "one of AFG, ARM, AZE"),
    ("peers", "kaz", "one of AFG, ARM, AZE"),
    ("peers", "", "one of AFG"),
    ("peers", "RUS, UZB", "one of AFG"),
    ("peers", "[RUS]", "one of AFG"),
    ("peers", "RUS;UZB", "one of AFG"),
    ("peers", "KAZ,", "one of AFG"),
    ("peers", ",".join(["KAZ"] * 101), "at most 100"),
    ("pages", "trade", f"one of {', '.join(page_names())}"),
    ("pages", "../cli", f"one of {', '.join(page_names())}"),
    ("code", "x" * 201, "at most 200 printable"),
    ("code", "x" * 1_000_000, "at most 200 printable"),
    ("code", "two\nlines", "printable"),
    ("code", "nul\0", "printable"),
    ("code", "a\u202eb", "printable"),
    ("code", "a\u200bb", "printable"),
    ("code", "\ud800", "printable"),
    ("code", "\x1b[31m", "printable"),
]


@pytest.mark.parametrize(("name", "text", "words"), REFUSED, ids=lambda v: repr(v)[:30])
def test_text_is_refused_with_what_was_expected(name, text, words):
    with pytest.raises(ParameterError) as caught:
        given_text(name, text)
    message = str(caught.value)
    assert message.startswith(f"-p, parameter '{name}': found ")
    assert words in message
    assert next(p.comment for p in DECLARED if p.name == name) in message
    assert len(message) < 400
    assert message.isprintable()
    assert caught.value.exit_code == 2


# --- values, from a program --------------------------------------------------------------------------------------


class Sneaky(str):
    """Text whose looks are code."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "__import__('os').system('id')"

    __str__ = __repr__


class Colour(enum.StrEnum):
    FR = "fr"


def nested(depth: int) -> list:
    found: list = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", True),
        ("rows", 5.0),
        ("rows", "5"),
        ("rows", np.int64(5)),
        ("rows", Decimal(5)),
        ("rows", None),
        ("rows", 10**5000),
        ("base", 2**53 + 1),
        ("base", -(10**5000)),
        ("share", float("nan")),
        ("share", float("inf")),
        ("share", Decimal("0.5")),
        ("share", np.float64(0.5)),
        ("share", True),
        ("share", 1j),
        ("code", ("x",)),
        ("code", Path("/etc/passwd")),
        ("code", b"bytes"),
        ("code", date(2026, 9, 30)),
        ("code", nested(100_000)),
        ("as_of", date(2026, 9, 30)),
        ("peers", ("CHN", "KGZ")),
        ("peers", {"CHN"}),
        ("peers", "CHN"),
        ("peers", nested(50)),
        ("peers", [None]),
        ("bridge", 1),
        ("bridge", "true"),
        ("limit", False),
        ("mode", ["net"]),
        ("lang", object()),
    ],
    ids=lambda v: re.sub(" at 0x[0-9a-f]+", "", type(v).__name__),
)
def test_value_of_another_type_is_refused(name, value):
    with pytest.raises(ParameterError, match=f"^call, parameter '{name}': found "):
        given_value(name, value)


@pytest.mark.parametrize(("name", "value"), [("code", Sneaky("x")), ("lang", Colour.FR), ("code", np.str_("y"))])
def test_a_subclass_of_text_is_refused_or_arrives_as_text(name, value):
    try:
        values = given_value(name, value)
    except ParameterError:
        return
    assert type(values[name]) is str
    assert arrives(values)


@pytest.mark.parametrize(
    "name", ["row", "Rows", "rows ", "x=1;import os;os.system('id');y", "__class__", "", "rows\n", 5, ("rows",), None]
)
def test_unknown_name_is_refused_with_the_names_there_are(name):
    with pytest.raises(ParameterError, match="an unknown name, expected one of lang, as_of, start, rows, "):
        validate_parameters(DECLARED, {name: "5"}, "-p", text=True)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "rows": st.integers(1, 1000),
            "base": st.integers(-(2**53), 2**53),
            "share": st.floats(allow_nan=False, allow_infinity=False),
            "code": st.text(max_size=200).filter(str.isprintable),
            "bridge": st.booleans(),
            "limit": st.none() | st.integers(-9, 9),
            "peers": st.lists(st.sampled_from(["KAZ", "CHN", "UZB"]), max_size=5),
        },
    )
)
def test_whatever_is_valid_arrives(values):
    whole = validate_parameters(DECLARED, values, "call")
    assert repr({k: whole[k] for k in values}) == repr(values)
    assert arrives(whole)


@given(st.sampled_from([p.name for p in DECLARED]), st.text(max_size=12))
def test_any_text_is_refused_or_arrives(name, text):
    try:
        values = given_text(name, text)
    except ParameterError as e:
        assert e.exit_code == 2
        return
    assert arrives(values)


# --- the cell that papermill wrote -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("# Parameters\na = 5\nb = 'x'\n", True),
        ("a = 5\nb = 'y'", False),
        ("a = 5.0\nb = 'x'", False),
        ("a = True\nb = 'x'", False),
        ("a = 5", False),
        ("a = 5\nb = 'x'\nc = 1", False),
        ("a = 5\nb = 'x'\nimport os", False),
        ("a = 5\nb = 'x'\na = 5", False),
        ("a = c = 5\nb = 'x'", False),
        ("a = 2 + 3\nb = 'x'", False),
        ("a = 5\nb = 'x'.strip()", False),
        ("a, b = 5, 'x'", False),
        ("a: int = 5\nb = 'x'", False),
        ("a = ", False),
        ("a = " + "(" * 5000, False),
    ],
)
def test_injected_cell_is_compared_as_literals(source, same):
    assert injected_equal(source, {"a": 5, "b": "x"}) is same


def test_true_is_not_one():
    assert not injected_equal("a = True", {"a": 1})
    assert not injected_equal("a = 1", {"a": True})


# --- the cell itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("x = 5  # no type", "name: type = value"),
        ("x: int  # no value", "name: type = value"),
        ("x: int = 5", "no comment"),
        ("x: int = y  # a name", "a literal value"),
        ("x: int = 2 + 3  # a sum", "a literal value"),
        ("x: str = f'{lang}'  # a template", "a literal value"),
        ("x: str = open('/etc/passwd').read()  # a call", "a literal value"),
        ("x: dict = {[]: 1}  # unhashable", "a literal value"),
        ("x: Path = '.'  # a type", "the type Path, expected str, int, float"),
        ("x: dict[str, int] = {}  # a type", "the type dict[str, int]"),
        ("x: Literal[open] = 1  # a type", "the type Literal[open]"),
        ("x: list = []  # a type", "the type list"),
        ("lang: str = 'x'  # again", "the name lang"),
        ("X: int = 5  # capital", "the name X"),
        ("_x: int = 5  # underscore", "the name _x"),
        ("import os  # code", "import os"),
        ("print(5)  # code", "print(5)"),
        ("page.x: int = 5  # attribute", "page.x: int = 5"),
        ("def f(): pass  # code", "def f()"),
        ("x: int = ", "plain Python"),
        ("%matplotlib inline", "plain Python"),
        ("x: int = " + "(" * 300 + "5" + ")" * 300 + "  # deep", "cell 3"),
        ("x: int = 5\0  # nul", "cell 3"),
        ("x: int = 5  # \u202e turned", "line 2: found the invisible character U+202E"),
    ],
)
def test_a_line_that_declares_nothing_is_named(line, words):
    with pytest.raises(NotebookError, match=r"^notebooks/x\.ipynb, cell 3(, line [12])?: ") as caught:
        read_cell(f'lang: Language = "fr"  # language\n{line}\n', "notebooks/x.ipynb, cell 3")
    assert words in str(caught.value)


def test_a_list_over_several_lines_keeps_its_comment():
    found = read_cell('peers: list[Country] = [\n    "CHN",\n]  # countries\n', "x")
    assert (found[0].comment, found[0].default) == ("countries", ["CHN"])


# --- dates and languages of a run --------------------------------------------------------------------------------

TODAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    "text", ["2026-10-01", "2030-01-01", "2026-09-31", "1999-12-31", "", "x" * 10_000, "2026-09-30 "]
)
def test_impossible_date_of_an_edition(text):
    with pytest.raises(ParameterError, match=r"^--as-of: found .*expected a date"):
        check_date(text, TODAY)


def test_possible_dates_of_an_edition():
    assert check_date("2026-09-30", TODAY) == TODAY
    assert check_date("2024-02-29", TODAY) == date(2024, 2, 29)


@pytest.mark.parametrize("code", ["de", "FR", "", "fr,en", "../fr"])
def test_unknown_language(code):
    with pytest.raises(ParameterError, match="expected one of fr, en"):
        check_language(code)


# --- the command line --------------------------------------------------------------------------------------------

TOMORROW = (date.today() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-p", "nope=1"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", "inflation.nope=1"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", "trade.rows=1"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", "rows"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", "=5"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", ".rows=5"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", "lang=en"], "--lang and --as-of"),
        (["-p", "fdi.as_of=2026-01-01"], "--lang and --as-of"),
        (["-p", "x=1;import os;os.system('id');y=5"], "fdi.peers, fdi.rows, fdi.years"),
        (["-p", "rows=abc"], "parameter 'rows': found 'abc'"),
        (["-p", "rows=1;import os"], "parameter 'rows'"),
        (["-p", "rows=0"], "parameter 'rows': found 0"),
        (["-p", "years=-3"], "parameter 'years'"),
        (["-p", "summary.pages=fdi,nowhere"], f"one of {', '.join(page_names())}"),
        (["-p", "inflation.peers=KAZ,XXX"], "one of AFG"),
        (["-p", "rows=" + "9" * 1_000_000], "parameter 'rows'"),
        (["--as-of", TOMORROW], "--as-of"),
        (["--as-of", "2024-02-30"], "--as-of"),
        (["--as-of", "yesterday"], "--as-of"),
        (["--lang", "de"], "one of fr, en"),
        (["weekly"], f"one of {', '.join(definition_names())}"),
        (["../monthly"], f"one of {', '.join(definition_names())}"),
        (["params/monthly.yml"], f"one of {', '.join(definition_names())}"),
    ],
    ids=lambda v: str(v)[:40],
)
def test_command_line_returns_2_and_says_why_in_a_line(home, handlers, tmp_path, capsys, arguments, words):
    before = set(tmp_path.rglob("*"))
    code = cli.main(["run", "--output", str(tmp_path / "out"), "--as-of", "2026-09-30", *arguments])
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert err.startswith("kzreport: ")
    assert err.count("\n") == 1
    assert words in err
    assert len(err) < 800
    assert set(tmp_path.rglob("*")) == before


def test_every_error_of_input_is_2():
    codes = {c.__name__: c.exit_code for c in KzreportError.__subclasses__()}
    assert codes.pop("InputError") == 2
    assert all(c.exit_code == 2 for c in (ParameterError, NotebookError))
    assert 2 not in codes.values()
