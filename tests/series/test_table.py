"""Bad data is refused by file, line and column; what is loaded is what an independent reader reads (rows B1 to B3)."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kzreport.errors import DataError, ParameterError
from kzreport.files import project_root, sealed
from kzreport.model import Period
from kzreport.series.assemble import assemble
from kzreport.series.issues import known_issues
from kzreport.series.known import data_fingerprint, load_series, load_vintages, present_state
from kzreport.series.resource import describe_series, resources
from kzreport.series.table import check_table, parse_table
from kzreport.yamlfile import read_yaml

# Small tables under the real descriptions: what is tried here does not depend on the figures of today.
CPI = b"period,value,published\n2024-01,109.5,2024-02-02\n2024-02,109.3,2024-03-02\n2024-03,109.1,2024-04-02\n"
PARTS = (
    b"period,value,published,component\n2024-01,108.8,2024-02-02,food\n2024-02,108.4,2024-03-02,food\n"
    b"2024-01,109.1,2024-02-02,nonfood\n2024-02,108.9,2024-03-02,nonfood\n"
)
WEIGHTS = b"period,value,published,component\n2024,42.0,2024-02-02,food\n2024,58.0,2024-02-02,services\n"
READINGS = (
    b"period,value,published,measure,partner,publisher,via,dated\n"
    b'2022,1400,2023-07-20,gross,CHN,mfa_kaz,"TASS, 2023-07-20",recorded\n'
    b'2023,1500,2024-07-20,gross,CHN,mfa_kaz,"The ""Post"", Astana",recorded\n'
    b"2022,1500,2023-03-31,gross,RUS,mfa_kaz,Interfax,estimated\n"
)
VINTAGES = (
    b"period,value,published,country\n2005,271,2018-08-01,AFG\n2005,270,2025-12-17,AFG\n2005,-12.5,2018-08-01,KAZ\n"
)
NET = b"period,value,published\n2024-Q1,687.6,2024-06-29\n2024-Q2,-586.1,2024-09-28\n"
GOOD = {
    "cpi_yy": CPI,
    "cpi_components_yy": PARTS,
    "cpi_weights": WEIGHTS,
    "fdi_readings": READINGS,
    "wdi_fdi": VINTAGES,
    "fdi_net": NET,
}


@pytest.mark.parametrize("table", GOOD)
def test_the_small_tables_are_sound(home, table):
    home.put(table, GOOD[table])
    assert len(check_table(describe_series(table))) == GOOD[table].count(b"\n") - 1


def cpi(old: bytes, new: bytes) -> bytes:
    assert CPI.count(old) == 1
    return CPI.replace(old, new)


def readings(old: bytes, new: bytes) -> bytes:
    assert READINGS.count(old) == 1
    return READINGS.replace(old, new)


def value(text: str) -> bytes:
    return cpi(b"109.3", text.encode())


# name: (table, bytes, line, column, words of the message)
BAD = {
    "truncated in a row": ("cpi_yy", CPI[:-14], 4, None, "it was cut"),
    "truncated in a number": ("cpi_yy", CPI[: CPI.index(b"109.1") + 3], 4, None, "it was cut"),
    "truncated in a date": ("cpi_yy", CPI[:-3], 4, None, "it was cut"),
    "no final line end": ("cpi_yy", CPI[:-1], 4, None, "it was cut"),
    "truncated, with a line end": ("cpi_yy", CPI[:-14] + b"\n", 4, None, "2 columns"),
    "HTML page": ("cpi_yy", b"<!DOCTYPE html>\n<html><body>404</body></html>\n", 1, None, "<!DOCTYPE html>"),
    "JSON error": ("cpi_yy", b'{"error": "quota exceeded"}\n', 1, None, "quote"),
    "JSON error, bare": ("cpi_yy", b"{error: quota}\n", 1, None, "{error: quota}"),
    "header only": ("cpi_yy", CPI[: CPI.index(b"\n") + 1], 1, None, "header without rows"),
    "empty": ("cpi_yy", b"", None, None, "an empty file"),
    "one line end": ("cpi_yy", b"\n", 1, None, "header period,value,published"),
    "NUL byte": ("cpi_yy", cpi(b"109.3", b"109\0.3"), 3, None, "NUL"),
    "every row one column too many": (
        "cpi_yy",
        re.sub(rb"(?m)^(2.*)$", rb"\1,", CPI),
        2,
        None,
        "4 columns",
    ),
    "header and rows one column too many": ("cpi_yy", CPI.replace(b"\n", b",\n"), 1, None, "header"),
    "one row too long": ("cpi_yy", cpi(b"2024-03-02", b"2024-03-02,x"), 3, None, "4 columns"),
    "one row too short": ("cpi_yy", cpi(b",2024-03-02", b""), 3, None, "2 columns"),
    "blank line": ("cpi_yy", cpi(b"2024-02,", b"\n2024-02,"), 3, None, "1 columns"),
    "semicolons and decimal commas": ("cpi_yy", CPI.replace(b",", b";").replace(b".", b","), 1, None, "period;value"),
    "decimal comma, quoted": ("cpi_yy", value('"109,3"'), 3, "value", "decimal point"),
    "decimal comma, bare": ("cpi_yy", value("109,3"), 3, None, "4 columns"),
    "thousands comma": ("fdi_readings", readings(b"2022,1400", b'2022,"1,400"'), 2, "value", "1,400"),
    "thousands space": ("fdi_readings", readings(b"2022,1400", b"2022,1 400"), 2, "value", "thousands"),
    "thousands no-break space": ("fdi_readings", readings(b"2022,1400", b"2022,1\xc2\xa0400"), 2, "value", "1\\xa0400"),
    "nan": ("cpi_yy", value("nan"), 3, "value", "'nan'"),
    "NaN": ("cpi_yy", value("NaN"), 3, "value", "'NaN'"),
    "inf": ("cpi_yy", value("inf"), 3, "value", "'inf'"),
    "1e400": ("cpi_yy", value("1e400"), 3, "value", "'1e400'"),
    "exponent": ("cpi_yy", value("1.093E+02"), 3, "value", "1.093E+02"),
    "400 digits": ("cpi_yy", value("9" * 400), 3, "value", "from 90 to 150"),
    "underscore": ("cpi_yy", value("1_09.3"), 3, "value", "1_09.3"),
    "Arabic digits": ("cpi_yy", value("١٠٩"), 3, "value", "a number such as"),
    "full-width digits": ("cpi_yy", value("１０９"), 3, "value", "a number such as"),
    "plus sign": ("cpi_yy", value("+109.3"), 3, "value", "+109.3"),
    "minus of typography": ("fdi_net", NET.replace(b"-586.1", "−586.1".encode()), 3, "value", "−586.1"),
    "leading zero": ("cpi_yy", value("0109.3"), 3, "value", "0109.3"),
    "no digit after the point": ("cpi_yy", value("109."), 3, "value", "109."),
    "no digit before the point": ("cpi_yy", value(".93"), 3, "value", ".93"),
    "space before a number": ("cpi_yy", value(" 109.3"), 3, "value", "' 109.3'"),
    "'..' of the World Bank": ("cpi_yy", value(".."), 3, "value", "'..'"),
    "dash for missing": ("cpi_yy", value("-"), 3, "value", "'-'"),
    "n/a": ("cpi_yy", value("n/a"), 3, "value", "'n/a'"),
    "TRUE": ("cpi_yy", value("TRUE"), 3, "value", "'TRUE'"),
    "formula": ("cpi_yy", value("=B2"), 3, "value", "'=B2'"),
    "Excel error": ("cpi_yy", value("#REF!"), 3, "value", "'#REF!'"),
    "percent sign": ("cpi_yy", value("109.3%"), 3, "value", "109.3%"),
    "Excel made a date of a value": ("cpi_yy", value("09.mars"), 3, "value", "09.mars"),
    "Excel made a date of a period": ("cpi_yy", cpi(b"2024-02,", b"Feb-24,"), 3, "period", "Feb-24"),
    "Excel's day number": ("cpi_yy", cpi(b"2024-03-02", b"45353"), 3, "published", "45353"),
    "mixed date orders": ("cpi_yy", cpi(b"2024-03-02", b"02/03/2024"), 3, "published", "02/03/2024"),
    "date without dashes": ("cpi_yy", cpi(b"2024-03-02", b"20240302"), 3, "published", "20240302"),
    "date and time": ("cpi_yy", cpi(b"2024-03-02", b"2024-03-02T00:00"), 3, "published", "T00:00"),
    "0000-00-00": ("cpi_yy", cpi(b"2024-03-02", b"0000-00-00"), 3, "published", "0000-00-00"),
    "30 February": ("cpi_yy", cpi(b"2024-03-02", b"2024-02-30"), 3, "published", "2024-02-30"),
    "no publication date": ("cpi_yy", cpi(b"2024-03-02", b""), 3, "published", "''"),
    "month 13": ("cpi_yy", cpi(b"2024-02,", b"2024-13,"), 3, "period", "2024-13"),
    "no period": ("cpi_yy", cpi(b"2024-02,", b","), 3, "period", "''"),
    "month without its zero": ("cpi_yy", cpi(b"2024-02,", b"2024-2,"), 3, "period", "2024-2"),
    "wrong frequency": ("cpi_yy", cpi(b"2024-02,", b"2024-Q1,"), 3, "period", "frequency M"),
    "year in a monthly table": ("cpi_yy", cpi(b"2024-02,", b"2024,"), 3, "period", "frequency M"),
    "span that ends before it starts": (
        "fdi_readings",
        readings(b"2022,1400", b"2022-07/2022-01,1400"),
        2,
        "period",
        "2022-07/2022-01",
    ),
    "cp1251": ("fdi_readings", readings(b"Interfax", "Интерфакс".encode("cp1251")), 4, None, "0xc8"),
    "latin-1": ("fdi_readings", readings(b"Interfax", "Sénat".encode("latin-1")), 4, None, "0xe9"),
    "UTF-16": ("cpi_yy", CPI.decode().encode("utf-16"), 1, None, "0xff"),
    "UTF-16 without a mark": ("cpi_yy", CPI.decode().encode("utf-16-le"), 1, None, "NUL"),
    "byte order mark": ("cpi_yy", b"\xef\xbb\xbf" + CPI, 1, None, "byte order mark"),
    "byte order mark inside": ("cpi_yy", cpi(b"2024-02,", b"\xef\xbb\xbf2024-02,"), 3, None, "byte order mark"),
    "half a character": ("fdi_readings", readings(b"Interfax", b"Inter\xd0"), 4, None, "0xd0"),
    "surrogate in UTF-8": ("fdi_readings", readings(b"Interfax", b"\xed\xa0\x80"), 4, None, "0xed"),
    "CRLF": ("cpi_yy", CPI.replace(b"\n", b"\r\n"), 1, None, "carriage return"),
    "CR inside": ("cpi_yy", cpi(b"109.3", b"109.3\r"), 3, None, "carriage return"),
    "unclosed quote": ("fdi_readings", readings(b'20",recorded', b"20,recorded"), 2, None, "not closed"),
    "stray quote": ("fdi_readings", readings(b"Interfax", b'Inter"fax'), 4, None, "inside a cell"),
    "line break in a cell": ("fdi_readings", readings(b"TASS, ", b"TASS,\n"), 2, None, "not closed"),
    "duplicate columns": ("cpi_yy", CPI.replace(b"period,value,published", b"period,value,value"), 1, None, "header"),
    "reordered columns": ("cpi_yy", CPI.replace(b"period,value", b"value,period"), 1, None, "value,period,published"),
    "header lost": ("cpi_yy", CPI[CPI.index(b"\n") + 1 :], 1, None, "header"),
    "header twice": ("cpi_yy", CPI + CPI, 5, "period", "'period'"),
    "unsorted rows": (
        "cpi_yy",
        CPI + b"2023-12,109.8,2024-01-02\n",
        5,
        None,
        "2023-12 after 2024-03",
    ),
    "unsorted groups": (
        "cpi_components_yy",
        b"".join(PARTS.splitlines(True)[i] for i in (0, 3, 4, 1, 2)),
        4,
        None,
        "2024-01 food after 2024-02 nonfood",
    ),
    "duplicate row": ("cpi_yy", CPI + CPI.splitlines(True)[3], 5, None, "as on line 4"),
    "gap": ("cpi_yy", cpi(b"2024-02,109.3,2024-03-02\n", b""), 3, None, "no row for 2024-02"),
    "out of range": ("cpi_yy", value("1093"), 3, "value", "from 90 to 150"),
    "below range": ("cpi_yy", value("9.3"), 3, "value", "from 90 to 150"),
    "published before the period began": (
        "fdi_readings",
        readings(b"2023-07-20,gross", b"2021-07-20,gross"),
        2,
        "published",
        "after 2022 began",
    ),
    "before the declared lag": ("cpi_yy", cpi(b"2024-03-02", b"2024-03-01"), 3, "published", "'recorded'"),
    "unknown component": (
        "cpi_components_yy",
        PARTS.replace(b"nonfood", b"nonfod"),
        4,
        "component",
        "food, nonfood, services",
    ),
    "component in capitals": ("cpi_components_yy", PARTS.replace(b"nonfood", b"NonFood"), 4, "component", "nonfood"),
    "Namibia as NaN": ("wdi_fdi", VINTAGES.replace(b"KAZ", b"NA"), 4, "country", "KAZ"),
    "zero-width space": ("wdi_fdi", VINTAGES.replace(b"KAZ", "KAZ\u200b".encode()), 4, "country", "\\u200b"),
    "Cyrillic letters that look Latin": ("wdi_fdi", VINTAGES.replace(b"KAZ", "КАZ".encode()), 4, "country", "КАZ"),
    "right-to-left override": ("fdi_readings", readings(b"Interfax", "Inter\u202efax".encode()), 4, "via", "\\u202e"),
    "escape sequence": ("fdi_readings", readings(b"Interfax", b"\x1b[31mInterfax"), 4, "via", "\\x1b"),
    "space after a name": ("fdi_readings", readings(b"Interfax", b"Interfax "), 4, "via", "'Interfax '"),
    "no source": ("fdi_readings", readings(b"Interfax", b""), 4, "via", "printable text"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_where_it_is_bad(home, name):
    table, content, line, column, words = BAD[name]
    home.put(table, content)
    with pytest.raises(DataError) as caught:
        load_series(table, "2026-09-30")
    place = f"data/{table}.csv"
    if line:
        place += f", line {line}"
    if column:
        place += f", column '{column}'"
    message = str(caught.value)
    assert message.startswith(f"{place}: found "), message
    assert words in message
    assert message.isprintable(), "one line, and no sign that a terminal or an eye would not see"
    assert len(message) < 600


def dated(*rows: str) -> bytes:
    return "\n".join(["period,value,published,dated", *rows, ""]).encode()


def test_a_known_day_stands_in_a_table_of_estimated_ones(home):
    """A later day is a release that was late, or a revision; an earlier one says that it was recorded."""
    late = CPI + b"2024-04,108.9,2024-05-09\n"
    revised = late.replace(b"2024-04-02\n", b"2024-04-02\n2024-03,109.0,2024-05-09\n")
    home.put("cpi_yy", revised)
    assert load_series("cpi_yy", "2024-05-08").last == Period.parse("2024-03")
    assert load_series("cpi_yy", "2024-05-08").values[Period.parse("2024-03")] == 109.1
    assert load_series("cpi_yy", "2024-05-09").values[Period.parse("2024-03")] == 109.0


def test_a_column_dated_says_which_days_are_recorded(home):
    choices = {"required": False, "enum": ["recorded", "estimated"]}
    home.entry("cpi_yy")["schema"]["fields"].append({"name": "dated", "type": "string", "constraints": choices})
    home.put("cpi_yy", dated("2024-01,109.5,2024-02-02,", "2024-02,109.3,2024-03-01,recorded"))
    assert [o.dims["dated"] for o in load_series("cpi_yy", "2024-12-31")] == ["", "recorded"]
    home.put("cpi_yy", dated("2024-01,109.5,2024-02-01,", "2024-02,109.3,2024-03-01,recorded"))
    with pytest.raises(DataError, match=r"line 2, column 'published'.*2024-02-02.*'recorded'"):
        load_series("cpi_yy", "2024-12-31")
    home.put("cpi_yy", dated("2024-01,109.5,2024-02-02,", "2024-02,109.3,2024-01-31,recorded"))
    with pytest.raises(DataError, match=r"line 3, column 'published'.*after 2024-02 began"):
        load_series("cpi_yy", "2024-12-31")
    home.put("cpi_yy", dated("2024-01,109.5,2024-02-02,guessed"))
    with pytest.raises(DataError, match=r"line 2, column 'dated'.*recorded, estimated"):
        load_series("cpi_yy", "2024-12-31")


def test_a_series_of_one_late_state_is_told_at_a_past_date(home):
    home.entry("fdi_net")["state"] = "2024-12-29"
    home.put("fdi_net", NET + b"2024-Q3,12.0,2024-12-29\n")
    assert describe_series("fdi_net").state == date(2024, 12, 29)
    assert describe_series("cpi_yy").state is None
    assert present_state(["cpi_yy", "fdi_net", "fdi_net"], "2024-06-29") == ("fdi_net",)
    assert present_state(["cpi_yy", "fdi_net"], "2024-06-28") == (), "nothing was known yet"
    assert present_state(["fdi_net"], "2024-12-28") == ("fdi_net",)
    assert present_state(["fdi_net"], "2024-12-29") == (), "it is what was known"


def test_a_mixed_table_leaves_no_day_open(home):
    home.put("fdi_readings", READINGS.replace(b'TASS, 2023-07-20",recorded', b'TASS, 2023-07-20",'))
    with pytest.raises(DataError, match=r"line 2, column 'dated'"):
        load_series("fdi_readings", "2026-09-30")


def test_other_bytes_than_described(home):
    home.put("cpi_yy", CPI, restated=False)
    with pytest.raises(DataError, match=r"^data/cpi_yy.csv: found a change that was not accepted.*accept --data"):
        load_series("cpi_yy", "2026-09-30")


def test_no_file(home):
    (home.data / "cpi_yy.csv").unlink()
    with pytest.raises(DataError, match=r"^data/cpi_yy.csv: found no such file"):
        load_series("cpi_yy", "2026-09-30")


def test_too_large(home):
    home.put("cpi_yy", b"period,value,published\n" + b"x" * 20_000_001)
    with pytest.raises(DataError, match="at most 20000000"):
        load_series("cpi_yy", "2026-09-30")


# --- B3: values that cannot be -----------------------------------------------------------------------------------

IMPOSSIBLE = {
    "two values of one month": ("cpi_yy", CPI + b"2024-03,109.2,2024-04-02\n", "line 5: found 2024-03"),
    "negative index": ("cpi_yy", value("-109.3"), "line 3, column 'value'"),
    "ten times the month before": ("cpi_yy", value("1093"), "line 3, column 'value'"),
    "negative gross inflow": ("fdi_readings", readings(b"2022,1400", b"2022,-1400"), "line 2, column 'value'"),
    "dollars in a table of millions": ("fdi_readings", readings(b"2022,1400", b"2022,1400000000"), "column 'value'"),
    "weight over 100": ("cpi_weights", WEIGHTS.replace(b"58.0", b"100.5"), "line 3, column 'value'"),
    "negative weight": ("cpi_weights", WEIGHTS.replace(b"58.0", b"-58.0"), "line 3, column 'value'"),
    "no country": ("wdi_fdi", VINTAGES.replace(b"KAZ", b""), "line 4, column 'country'"),
    "unknown country": ("wdi_fdi", VINTAGES.replace(b"KAZ", b"KZK"), "line 4, column 'country'"),
    "month of the future": ("cpi_yy", CPI + b"2062-04,108.7,2062-05-02\n", "line 5: found 2062-04 and no row for"),
    "outcome of a year to come": ("wdi_fdi", VINTAGES.replace(b"2005,-12.5", b"2062,-12.5"), "column 'published'"),
    "vintage nobody declared": ("wdi_fdi", VINTAGES.replace(b"2025-12-17", b"2062-12-17"), "one of the vintages"),
    "estimate of a date before the lag": (
        "fdi_readings",
        readings(b"2023-03-31,gross", b"2023-01-31,gross"),
        "line 4, column 'published'",
    ),
    "year 9999": ("wdi_fdi", VINTAGES.replace(b"2005,-12.5", b"9999,-12.5"), "line 4, column 'period'"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_impossible_values(home, name):
    table, content, words = IMPOSSIBLE[name]
    home.put(table, content)
    with pytest.raises(DataError) as caught:
        load_series(table, "2026-09-30")
    assert str(caught.value).startswith(f"data/{table}.csv, line ")
    assert words in str(caught.value)


def test_a_country_lost(home):
    whole = (home.data / "wdi_fdi.csv").read_bytes()
    home.put("wdi_fdi", re.sub(rb"(?m)^.*,UZB\n", b"", whole), restated=False)
    with pytest.raises(DataError, match=r"data/wdi_fdi\.csv: found a change that was not accepted"):
        load_series("wdi_fdi", "2026-09-30", country="KAZ")


# --- B2: mutated files -------------------------------------------------------------------------------------------


def strict_rows(raw: bytes) -> list[list[str]]:
    """RFC 4180 one character at a time, written without the catalogue in mind. Raises ValueError."""
    text = raw.decode("utf-8")
    rows: list[list[str]] = [[]]
    cell, state = "", "start"
    for c in text:
        if state in ("start", "bare", "after") and c in ",\n":
            rows[-1].append(cell)
            cell, state = "", "start"
            if c == "\n":
                rows.append([])
        elif state == "start" and c == '"':
            state = "quoted"
        elif state in ("start", "bare") and c not in '"\r\0\ufeff':
            cell, state = cell + c, "bare"
        elif state == "quoted" and c == '"':
            state = "after"
        elif state == "quoted" and c not in "\n\r\0\ufeff":
            cell += c
        elif state == "after" and c == '"':
            cell, state = cell + c, "quoted"
        else:
            raise ValueError(f"{c!r} in state {state}")
    if rows.pop() or state != "start" or cell or len({len(r) for r in rows}) != 1:
        raise ValueError("torn or ragged")
    return rows


def strict_table(raw: bytes) -> list[tuple[object, ...]]:
    header, *rows = strict_rows(raw)
    found: list[tuple[object, ...]] = []
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        try:
            number = float(Decimal(cells["value"])) if cells["value"] else None
        except InvalidOperation:
            raise ValueError(cells["value"]) from None
        day = date(*(int(part) for part in cells["published"].split("-")))
        found.append((cells["period"], number, day, tuple(row[3:])))
    if not found or len(set((p, d, r) for p, _, d, r in found)) != len(found):
        raise ValueError("nothing, or twice")
    return found


def cut(draw, raw: bytes) -> bytes:
    i = draw(st.integers(0, len(raw)))
    return raw[: draw(st.integers(0, i))] + raw[i:]


def head(draw, raw: bytes) -> bytes:
    return raw[: draw(st.integers(0, len(raw)))]


def flip(draw, raw: bytes) -> bytes:
    if not raw:
        return raw
    i = draw(st.integers(0, len(raw) - 1))
    return raw[:i] + bytes([draw(st.integers(0, 255))]) + raw[i + 1 :]


def digit(draw, raw: bytes) -> bytes:
    places = [i for i, b in enumerate(raw) if 48 <= b <= 57]
    if not places:
        return raw
    i = draw(st.sampled_from(places))
    return raw[:i] + bytes([draw(st.integers(48, 57))]) + raw[i + 1 :]


def lines(draw, raw: bytes) -> bytes:
    rows = raw.splitlines(True)
    if not rows:
        return raw
    i, j = (draw(st.integers(0, len(rows) - 1)) for _ in "ij")
    what = draw(st.sampled_from(["swap", "duplicate", "drop"]))
    if what == "swap":
        rows[i], rows[j] = rows[j], rows[i]
    elif what == "duplicate":
        rows.insert(j, rows[i])
    else:
        del rows[i]
    return b"".join(rows)


def cells(draw, raw: bytes) -> bytes:
    parts = re.split(rb"([,\n])", raw)
    i, j = (2 * draw(st.integers(0, len(parts) // 2)) for _ in "ij")
    parts[i], parts[j] = parts[j], parts[i]
    return b"".join(parts)


def insert(draw, raw: bytes) -> bytes:
    bits = [
        b",",
        b"\n",
        b"\r",
        b'"',
        b'""',
        b" ",
        b"\0",
        b"-",
        b".",
        b"0",
        b"nan",
        b"\xef\xbb\xbf",
        b"\xc3\xa9",
        b"\xff",
    ]
    bits += [text.encode() for text in ("\u2028", "\x85", "\u200b", "\u0663", "\u2212", "\x0c", "\x1a")]
    i = draw(st.integers(0, len(raw)))
    return raw[:i] + draw(st.sampled_from(bits)) + raw[i:]


def encode(draw, raw: bytes) -> bytes:
    name = draw(st.sampled_from(["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp037"]))
    return raw.decode("utf-8", "replace").encode(name, "replace")


MUTATIONS = (digit, lines, cells, head, cut, flip, insert, encode)


@st.composite
def mutated(draw) -> tuple[str, bytes]:
    table = draw(st.sampled_from(list(GOOD)))
    raw = GOOD[table]
    for mutation in draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=3)):
        raw = mutation(draw, raw)
    return table, raw


def refused_or_right(home, table: str, raw: bytes) -> bool:
    """True if the file was loaded, and then as the strict reader reads it."""
    home.put(table, raw)
    try:
        found = check_table(describe_series(table))
    except DataError as e:
        assert str(e).startswith(f"data/{table}.csv"), e
        return False
    assert [(str(o.period), o.value, o.published, tuple(o.dims.values())) for o in found] == strict_table(raw)
    return True


FUZZ = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow], "deadline": None}


@settings(max_examples=200, **FUZZ)
@given(case=mutated())
def test_mutated_file_is_refused_or_read_exactly(home, case):
    home.only(*GOOD)
    refused_or_right(home, *case)


@pytest.mark.slow
@settings(max_examples=2000, **FUZZ)
@given(case=mutated())
def test_mutated_file_is_refused_or_read_exactly_2000(home, case):
    home.only(*GOOD)
    refused_or_right(home, *case)


@settings(max_examples=50, **FUZZ)
@given(
    st.lists(st.decimals(90, 150, places=2), min_size=1, max_size=20),
    st.booleans(),
)
def test_sound_file_is_read_exactly(home, values, gone):
    """The other half of the law: a reader that refused everything would pass the test above."""
    home.only("cpi_yy")
    month, rows = Period.parse("2023-01"), []
    for v in values:
        rows.append(f"{month},{v},{month.end + timedelta(days=2)}")
        month = month.shift(1)
    if gone:
        rows[-1] = re.sub(",[^,]*,", ",,", rows[-1])
    raw = "\n".join(["period,value,published", *rows, ""]).encode()
    assert refused_or_right(home, "cpi_yy", raw)


# --- as_of -------------------------------------------------------------------------------------------------------

TABLES = sorted(resources())
DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))


def latest(table: str, day: date) -> dict[tuple[str, ...], tuple[float | None, str]]:
    """By hand from the raw file: of each period and set of dimensions the row published last, up to a day."""
    d = describe_series(table)
    header, *rows = strict_rows((project_root() / "data" / d.path).read_bytes())
    found: dict[tuple[str, ...], tuple[float | None, str]] = {}
    for row in rows:
        cells = dict(zip(header, row, strict=True))
        key = (cells["period"], *(cells[k] for k in d.dimensions))
        if cells["published"] <= day.isoformat() and cells["published"] >= found.get(key, (None, ""))[1]:
            found[key] = (float(cells["value"]) if cells["value"] else None, cells["published"])
    return found


def keyed(table: str, day: date | str) -> dict[tuple[str, ...], tuple[float | None, str]]:
    d = describe_series(table)
    series = load_series(table, day)
    found = {(str(o.period), *(o.dims[k] for k in d.dimensions)): (o.value, o.published.isoformat()) for o in series}
    assert len(found) == len(series)
    return found


@settings(max_examples=100)
@given(st.sampled_from(TABLES), DAYS)
def test_nothing_published_later_and_the_last_word_of_each_period(table, day):
    found = keyed(table, day)
    assert all(published <= day.isoformat() for _, published in found.values())
    assert found == latest(table, day)


@pytest.mark.parametrize("table", TABLES)
def test_every_publication_date_is_a_boundary(table):
    days = sorted({o.published for o in check_table(describe_series(table))})
    for day in days[:3] + days[-3:]:
        for near in (day - timedelta(days=1), day):
            assert keyed(table, near) == latest(table, near)


@settings(max_examples=100)
@given(st.sampled_from(TABLES), DAYS, DAYS)
def test_an_earlier_date_shows_nothing_unknown_later(table, one, other):
    before, after = sorted((one, other))
    early, late = keyed(table, before), keyed(table, after)
    assert set(early) <= set(late)
    assert all(late[k][1] >= published for k, (_, published) in early.items())


@pytest.mark.parametrize("table", TABLES)
def test_fingerprint_says_whether_a_date_knows_more(table):
    days = sorted({o.published for o in check_table(describe_series(table))})
    first = days[0]
    assert data_fingerprint(table, first - timedelta(days=1)) != data_fingerprint(table, first)
    assert data_fingerprint(table, days[-1]) == data_fingerprint(table, days[-1].isoformat())


def test_what_comes_later_leaves_an_old_fingerprint(home):
    home.put("wdi_fdi", VINTAGES)
    home.entry("wdi_fdi")["sources"] = [{"title": "WB", "path": "https://example.org"}]
    home.describe()
    old, now = (data_fingerprint("wdi_fdi", day) for day in ("2025-12-31", "2026-09-30"))
    home.entry("wdi_fdi")["vintages"].append("2026-08-01")
    home.entry("wdi_fdi")["sources"].append({"title": "WB 2", "path": "https://example.org", "since": "2026-08-01"})
    home.put("wdi_fdi", VINTAGES + b"2005,-13,2026-08-01,KAZ\n")
    assert data_fingerprint("wdi_fdi", "2025-12-31") == old
    assert data_fingerprint("wdi_fdi", "2026-09-30") != now
    home.entry("wdi_fdi")["titles"]["en"] += "!"
    home.describe()
    assert data_fingerprint("wdi_fdi", "2025-12-31") != old


def test_a_withdrawn_value_is_the_last_word(home):
    home.put("wdi_fdi", VINTAGES + b"2005,,2025-12-17,KAZ\n")
    assert [o.value for o in load_series("wdi_fdi", "2025-12-16", country="KAZ")] == [-12.5]
    assert [o.value for o in load_series("wdi_fdi", "2025-12-17", country="KAZ")] == [None]


def test_vintages_are_the_states_known_by_then():
    found = load_vintages("wdi_fdi", "2026-05-31", country="KAZ")
    assert [s.as_of for s in found] == [date(2018, 8, 1), date(2025, 12, 17), date(2026, 5, 1)]
    assert all(o.published <= s.as_of for s in found for o in s)


def test_an_edited_table_is_read_again(home):
    home.put("cpi_yy", CPI)
    first = load_series("cpi_yy", "2026-09-30")
    assert load_series("cpi_yy", "2026-09-30") is first, "the second load should cost nothing"
    path = home.data / "cpi_yy.csv"
    path.write_bytes(CPI + b"2024-04,108.7,2024-05-02\n")
    assemble()
    assert load_series("cpi_yy", "2026-09-30").last == Period.parse("2024-04")


# --- asking ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "as_of", "dims", "error", "words"),
    [
        ("cpi", "2026-09-30", {}, DataError, "no series 'cpi', expected one of afghanistan_composition, "),
        ("cpi_yy", "2026-9-30", {}, ParameterError, "a date such as"),
        ("cpi_yy", "20260930", {}, ParameterError, "'20260930'"),
        ("cpi_yy", "2026-02-30", {}, ParameterError, "'2026-02-30'"),
        ("cpi_yy", "", {}, ParameterError, "a date such as"),
        ("cpi_yy", "2026-09-30", {"country": "KAZ"}, DataError, "dimension 'country', expected one of none"),
        ("wdi_gdp", "2026-09-30", {"region": "KAZ"}, DataError, "expected one of country"),
        ("wdi_gdp", "2026-09-30", {"country": "Kazakhstan"}, DataError, "'Kazakhstan', expected one of AFG, "),
    ],
)
def test_impossible_question(name, as_of, dims, error, words):
    with pytest.raises(error, match=re.escape(words)):
        load_series(name, as_of, **dims)


# --- the description ---------------------------------------------------------------------------------------------


def without(key):
    return lambda entry: entry.pop(key)


def with_(key, value):
    return lambda entry: entry.update({key: value})


DESCRIPTIONS = {
    **{f"no {key}": without(key) for key in ("name", "path", "hash", "schema", "titles", "unit", "basis", "frequency")},
    **{f"no {key}, either": without(key) for key in ("dimensions", "licence", "publication", "range", "continuous")},
    "path out of data/": with_("path", "../params/monthly.yml"),
    "absolute path": with_("path", "/etc/passwd"),
    "address": with_("path", "https://example.org/x.csv"),
    "unit unknown": with_("unit", "per cent"),
    "unit not text": with_("unit", 5),
    "frequency unknown": with_("frequency", "monthly"),
    "title in one language": with_("titles", {"fr": "Prix"}),
    "title in three": with_("titles", {"fr": "Prix", "en": "Prices", "ru": "Цены"}),
    "hash of another kind": with_("hash", "md5:abc"),
    "range of one": with_("range", [5]),
    "range of text": with_("range", ["low", "high"]),
    "dimension without column": with_("dimensions", ["country"]),
    "columns in another order": with_("schema", {"fields": [{"name": "value"}, {"name": "period"}]}),
    "fields not a list": with_("schema", {"fields": 5}),
    "field without name": with_("schema", {"fields": [{}]}),
    "publication of no kind": with_("publication", {"lag_days": 2}),
    "vintage not a date": with_("vintages", ["yesterday"]),
    "gaps not a list": with_("known_gaps", 5),
    "name twice": with_("name", "cpi_mm"),
}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_broken_description(home, name):
    DESCRIPTIONS[name](home.entry("cpi_yy"))
    home.describe()
    with pytest.raises(DataError, match=r"^data/datapackage\.json"):
        resources()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "data/datapackage.json, line 1"),
        ("[]", "no list of resources"),
        ('{"resources": {}}', "no list of resources"),
        ('{"resources": []}', "key 'digest': found nothing"),
        ({"resources": []}, "key 'made_from': found nothing"),
        ({"made_from": {"../x.yml": ""}, "resources": []}, "key 'made_from'"),
        ({"publishers": {}, "made_from": {}, "resources": [5]}, "resource 1"),
        ('{"resources": ' + "[" * 100_000, "data/datapackage.json"),
        (b"\xff", "0xff"),
    ],
)
def test_torn_description(home, content, words):
    home.write("data/datapackage.json", json.dumps(sealed(content)) if isinstance(content, dict) else content)
    with pytest.raises(DataError, match=re.escape(words)):
        resources()


# --- accepting ---------------------------------------------------------------------------------------------------


def test_accepting_takes_sound_data_only(home):
    path = home.data / "datapackage.json"
    assert assemble() == []
    home.put("cpi_yy", CPI, restated=False)
    before = path.read_bytes()
    (home.data / "cpi_mm.csv").write_bytes(b"period,value,published\n2024-01,nan,2024-02-02\n")
    with pytest.raises(DataError, match=r"cpi_mm\.csv, line 2, column 'value'"):
        assemble()
    assert path.read_bytes() == before
    (home.data / "cpi_mm.csv").write_bytes(b"period,value,published\n2024-01,100.5,2024-02-02\n")
    assert assemble() == ["cpi_mm", "cpi_yy"]
    assert len(load_series("cpi_yy", "2026-09-30")) == 3
    assert assemble() == []


# --- issues ------------------------------------------------------------------------------------------------------

ISSUE = """- id: a
  series: wdi_fdi
  where: {country: KAZ}
  periods: ["2023"]
  kind: caveat
  since: "2026-01-01"
  fr: Un défaut.
  en: A fault.
"""


def test_issue_is_known_from_its_day_and_for_its_window(home):
    home.write("data/issues.yml", ISSUE)
    ids = [i.id for i in known_issues("2026-01-01")]
    assert ids == ["a"]
    assert known_issues("2025-12-31") == ()
    assert known_issues("2026-01-01", frozenset({"cpi_yy"})) == ()
    assert len(known_issues("2026-01-01", frozenset({"wdi_fdi"}), Period.parse("2023-06"))) == 1
    assert known_issues("2026-01-01", None, Period.parse("2024-01")) == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("id: a", "id: [a]", "id: found ['a'], expected text"),
        ("series: wdi_fdi", "series: wdi", "no series 'wdi'"),
        ("series: wdi_fdi", "series: [wdi_fdi]", "series: found ['wdi_fdi'], expected text"),
        ("{country: KAZ}", "{region: KAZ}", "region: KAZ"),
        ("{country: KAZ}", "{country: KZK}", "country: KZK"),
        ("{country: KAZ}", "KAZ", "where: found 'KAZ', expected names with values"),
        ('["2023"]', '["2023-13"]', "'2023-13'"),
        ('["2023"]', '"2023"', "periods: found '2023', expected a list"),
        ("kind: caveat", "kind: rumour", "'error', 'break'"),
        ('since: "2026-01-01"', "since: last year", "since: found 'last year', expected a date"),
        ("  en: A fault.\n", "", "en: found nothing, expected this key"),
        ("  en: A fault.\n", "  en: ''\n", "en: found '', expected text"),
        ("  en: A fault.\n", "  en: A fault.\n  ru: Ошибка.\n", "found the key 'ru', expected keys among id, series"),
        ("  en: A fault.\n", "  en: A fault.\n" + ISSUE, "the id 'a' again"),
        ("  en: A fault.\n", "  en: A fault.\n  until: 2026-02-01\n", "ended: found nothing, expected 'until' a day"),
        ("  en: A fault.\n", "  en: A fault.\n  ended: {en: It ended., fr: Fini.}\n", "'until' a day and 'ended'"),
        ("  en: A fault.\n", "  en: A fault.\n  until: 2026-02-01\n  ended: {en: It ended.}\n", "words in fr, en"),
        (ISSUE, "a: 5", "a list of issues"),
        (ISSUE, "- 5", "entry 1"),
        (ISSUE, "", "a list of issues"),
    ],
)
def test_broken_issues(home, old, new, words):
    assert ISSUE.count(old) == 1
    home.write("data/issues.yml", ISSUE.replace(old, new))
    with pytest.raises(DataError, match=rf"^data/issues\.yml.*{re.escape(words)}"):
        known_issues("2026-09-30")


# --- YAML --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "key 'a' twice"),
        ("a: {b: 1, b: 2}\n", 1, "key 'b' twice"),
        ("a: &x 1\nb: *x\n", 2, "alias"),
        ("a: &x [*x]\n", 1, "alias"),
        ("a: !!python/object/apply:os.system [id]\n", 1, "the tag"),
        ("a: !!int '5'\n", 1, "the tag"),
        ("a: !x 5\n", 1, "the tag"),
        ("? [a, b]\n: 1\n", 1, "not text"),
        ("a: 1\n--- \nb: 2\n", 2, "found a second document, "),
        ("a: [1, 2\nb: 3\n", 2, "something else than the expected ',' or ']', expected plain YAML"),
        ("a:\n\tb: 1\n", 2, "found a tab, or a sign that cannot begin a text, "),
        ("a: 'x\n", 2, "found a quotation mark without its second, "),
        ("a:\n  en: Inflation: it fell\n", 2, "found a second ':' in a line, "),
        ("a:\n  en: {rate} in May\n", 2, "between quotes"),
        ("a: \x01\n", 1, "character"),
        ("[" * 5000, None, "nested too deeply"),
        ("a: " + "x" * 1_000_000, None, "at most 1000000"),
        ("a: 1\nb: \ufeff\n", 2, "byte order mark"),
    ],
)
def test_yaml_that_is_not_plain(home, text, line, words):
    home.write("data/issues.yml", text)
    with pytest.raises(DataError) as caught:
        read_yaml(home.data / "issues.yml")
    place = "data/issues.yml" + (f", line {line}" if line else "")
    assert str(caught.value).startswith(f"{place}: found ")
    assert words in str(caught.value)


def test_yaml_scalars_stay_what_was_typed(home):
    home.write("data/issues.yml", "[NO, 0101, 12:30, 1_000, 2024-02-30, null, ~, .inf, 0x1f, true, <<, =]\n")
    assert read_yaml(home.data / "issues.yml") == (
        ["NO", "0101", "12:30", "1_000", "2024-02-30", "null", "~", ".inf", "0x1f", "true", "<<", "="]
    )


def test_what_was_read_under_one_description_is_judged_by_another(home):
    """A text is read once for all descriptions that say the same: not for one that forbids what it has."""
    d = describe_series("cpi_yy")
    found, digest = parse_table(d)
    again, _ = parse_table(replace(d))
    assert again is found
    with pytest.raises(DataError, match="a value from 90 to 101 "):
        parse_table(replace(d, low=90.0, high=101.0))
    with pytest.raises(DataError, match="the header period,value,published,dated"):
        parse_table(replace(d, columns=(*d.columns, "dated")))
    home.put("cpi_yy", CPI)
    assert parse_table(describe_series("cpi_yy")) != (found, digest)


def test_a_table_is_read_once_however_many_there_are():
    first = [check_table(d) for d in resources().values()]
    assert all(again is check_table(d) for again, d in zip(first, resources().values(), strict=True))
