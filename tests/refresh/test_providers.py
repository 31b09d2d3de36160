"""Adapters: each reads its minimal reply, and refuses every other form with words that say what came."""

import ast
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import provider_replies as replies
import pytest

import kzreport
from kzreport.errors import DataError
from kzreport.files import project_root
from kzreport.refresh.mapping import mapped_series
from kzreport.refresh.provider import find_provider

TODAY = date(2026, 11, 26)
FDI = {"report_date": "2026-04-01", **replies.FDI, "amount": 3069.95567}
DUE = {  # series of the project -> provider, what its card asks for, a reply
    "wdi_inflation": ("worldbank", {"request": {"countries": ["KAZ", "UZB"]}}, replies.worldbank()),
    "weo_inflation_average": ("imf", {"request": {"countries": ["KAZ"]}}, replies.imf()),
    "oil_price": ("eia", {}, replies.eia()),
    "cny_per_usd": ("fed", {"request": {"package": "abc"}}, replies.fed()),
    "fdi_net": ("nbk", {"select": {"where": replies.FDI}}, replies.nbk_form(337, [FDI])),
    "base_rate": ("nbk", {}, replies.nbk_base_rate(("2026-09-07", 16.25), ("2026-07-27", 16.75))),
    "usd_rate": ("nbk_rates", {}, replies.nbk_rates(("2026-09-24", 1, "480.0"), ("2026-09-25", 1, "481,0"))),
    "cpi_yy": ("bns", {}, replies.taldau()),
    "exports_monthly": ("bns_trade", {}, replies.trade()),
    "exports_by_partner": ("bns_listing", {"period": "2025", "listed": "2026-08-14"}, replies.partners()),
}


def about(series, **other):
    """What a provider is told of a series of the project: its card, and what a test changes of it."""
    found = mapped_series()[series].about(series)
    for key, value in {**DUE[series][1], **other}.items():
        found[key] = found[key] | value if isinstance(value, dict) and key in found else value
    return found


def read(series, raw, **other):
    return find_provider(DUE[series][0]).read(raw, about(series, **other))


@pytest.mark.parametrize(
    ("series", "part", "key", "value", "said"),
    [
        ("wdi_fdi", "request", "countries", "KAZ", "countries: 'KAZ', expected a list of texts"),
        ("wdi_fdi", "request", "indicator", ["a", "b"], "indicator: ['a', 'b'], expected a text"),
        ("weo_growth", "request", "since", "../../etc", "since: '../../etc', expected a start such as 2011"),
        ("oil_price", "request", "sinse", "2011", "the key 'sinse'"),
        ("cpi_yy", "request", "index", "", "no 'index', expected the keys index, period"),
        ("usd_rate", "select", "decimals", "two", "decimals: 'two', expected a number of digits"),
        ("fdi_net", "select", "where", "x", "where: 'x', expected a map of texts"),
        ("exports_by_partner", "select", "zz q", "x", "the key 'zz q', expected one of title"),
        ("exports_monthly", "select", "row", "", "no 'row'"),
    ],
)
def test_what_a_card_asks_wrongly_is_refused_before_anything_is_sent(series, part, key, value, said):
    told = mapped_series()[series].about(series)
    told[part] = {**told[part], key: value}
    with pytest.raises(DataError) as error:
        find_provider(told["provider"]).requests(told, TODAY)
    assert f"data/{series}.yml, fetch.{part}: found " in str(error.value) and said in str(error.value)


@pytest.mark.parametrize(
    ("series", "change", "said"),
    [
        ("exports_by_partner", {"select": {"by": "country"}}, "the column 'country', expected one of period"),
        ("exports_by_partner", {"select": {"also": {"publisher": "!!x"}}}, "publisher: '!!x', expected one of bns"),
        ("exports_by_partner", {"select": {"rows": {"XXX": "?"}}}, "partner: 'XXX', expected one of AFG"),
        ("cpi_components_yy", {"request": {"terms": {"fod": "1"}}}, "'fod', expected one of"),
        ("wdi_fdi", {"request": {"countries": ["KAZ", "KZA"]}}, "country: 'KZA', expected one of AFG"),
        ("weo_growth", {"request": {"countries": ["KZA"]}}, "country: 'KZA', expected one of AFG"),
    ],
)
def test_a_cell_that_no_column_has_is_refused_before_anything_is_sent(series, change, said):
    told = mapped_series()[series].about(series)
    told |= {part: told[part] | values for part, values in change.items()}
    with pytest.raises(DataError) as error:
        find_provider(told["provider"]).requests(told, TODAY)
    assert f"data/{series}.yml, fetch: found " in str(error.value) and said in str(error.value)


def figures(reply):
    return {(row.period, *row.dims.values()): row.value for row in reply.rows}


@pytest.mark.parametrize(
    ("series", "expected", "published"),
    [
        (
            "wdi_inflation",
            {("2023", "KAZ"): "14.5", ("2024", "KAZ"): "8.7", ("2024", "UZB"): None},
            date(2026, 7, 13),
        ),
        (
            "weo_inflation_average",
            {
                ("2024", "KAZ", "actual"): "8.7",
                ("2025", "KAZ", "estimate"): "11.4",
                ("2027", "KAZ", "projection"): "7.5",
            },
            date(2026, 4, 14),
        ),
        ("oil_price", {("2026-09",): "114.16", ("2026-10",): "81.2"}, None),
        ("cny_per_usd", {("2026-05",): "6.7996", ("2026-06",): "6.7758"}, None),
        ("fdi_net", {("2026-Q1",): "3069.95567"}, None),
        ("usd_rate", {("2026-09",): "480.5"}, None),
        ("cpi_yy", {("2026-07",): "110.2", ("2026-08",): "109.8"}, None),
        ("exports_monthly", {("2026-01",): "4803.47297", ("2026-02",): "3762.98814"}, None),
        (
            "exports_by_partner",
            {("2025", "AFG", "bns"): "500.0005", ("2025", "USA", "bns"): "1"},
            date(2026, 8, 14),
        ),
    ],
)
def test_a_minimal_reply_is_read(series, expected, published):
    reply = read(series, DUE[series][2])
    assert figures(reply) == {key: value if value is None else Decimal(value) for key, value in expected.items()}
    assert {row.published for row in reply.rows} == {published}
    assert reply.fingerprint and not reply.more and not reply.notes


def test_a_decision_is_known_on_the_day_that_it_states():
    reply = read("base_rate", DUE["base_rate"][2])
    assert {(row.period, str(row.value), str(row.published)) for row in reply.rows} == {
        ("2026-09-07", "16.25", "2026-09-07"),
        ("2026-07-27", "16.75", "2026-07-27"),
    }


EUR = mapped_series()["eur_per_usd"]


def test_a_rate_that_is_quoted_the_other_way_round_is_turned():
    reply = find_provider("fed").read(replies.fed(), EUR.about("eur_per_usd"))
    assert figures(reply) == {("2026-05",): Decimal("0.8561"), ("2026-06",): None}


EMPTY = {
    "wdi_inflation": replies.worldbank(()),
    "weo_inflation_average": replies.imf(()),
    "oil_price": replies.eia(()),
    "cny_per_usd": replies.fed(()),
    "fdi_net": replies.nbk_form(337, []),
    "base_rate": b"[]",
    "usd_rate": replies.nbk_rates(),
    "cpi_yy": b"[]",
    "exports_monthly": replies.workbook({"2026": [["a text"]]}),
    "exports_by_partner": replies.workbook({"2026": [["a text"]]}),
}
ERRORS = {  # with the status 200
    "wdi_inflation": (replies.WORLDBANK_ERROR, "parameter value is not valid"),
    "weo_inflation_average": (b'{"errors": [{"code": 140, "title": "Syntax error"}]}', "data"),
    "oil_price": (replies.EIA_ERROR, "API_KEY_MISSING"),
    "cny_per_usd": (b'"Status","No such series"\n', "No such series"),
    "fdi_net": (b'{"message": "form is closed"}', "rows"),
    "base_rate": (b'{"message": "closed"}', "another form"),
    "usd_rate": (b"<html><body>No rates for these days</body></html>", "without a table"),
    "cpi_yy": (b'{"error": "Object reference not set"}', "another form"),
    "exports_monthly": (b'{"error": "not found"}', "not found"),
    "exports_by_partner": (b"<html><body>404</body></html>", "without a link"),
}
GARBAGE = bytes(range(128, 256)) * 4
PAGE = b"<!DOCTYPE html><html><head><title>Open Data</title></head><body>Welcome</body></html>"


@pytest.mark.parametrize("series", DUE)
def test_a_reply_without_figures_is_refused(series):
    with pytest.raises(DataError):
        read(series, EMPTY[series])


@pytest.mark.parametrize("series", DUE)
def test_an_error_with_the_status_200_is_told(series):
    raw, words = ERRORS[series]
    with pytest.raises(DataError, match=words):
        read(series, raw)


@pytest.mark.parametrize("series", DUE)
@pytest.mark.parametrize("raw", [b"", b" \n", PAGE, GARBAGE, b"null", b"{}", b"[[[[", b"5\n", b'{"a": 1, "a": 2}'])
def test_another_form_is_refused(series, raw):
    with pytest.raises(DataError, match="found"):
        read(series, raw)


@pytest.mark.parametrize("series", DUE)
@pytest.mark.parametrize("part", [0.2, 0.5, 0.8, 0.97])
def test_a_reply_that_was_cut_is_refused(series, part):
    raw = DUE[series][2]
    with pytest.raises(DataError):
        read(series, raw[: int(len(raw) * part)])


@pytest.mark.parametrize("series", [s for s in DUE if not s.startswith("exports")])
def test_a_mark_of_byte_order_changes_nothing(series):
    raw = DUE[series][2].removeprefix(b"\xef\xbb\xbf")
    assert read(series, b"\xef\xbb\xbf" + raw) == read(series, raw)


def renamed(raw, old, new):
    assert old.encode() in raw
    return raw.replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("series", "raw"),
    [
        ("wdi_inflation", renamed(replies.worldbank(), '"value": 8.7', '"val": 8.7')),
        ("wdi_inflation", renamed(replies.worldbank(), "lastupdated", "updated")),
        ("wdi_inflation", replies.worldbank(code="FP.CPI.TOTL")),
        ("wdi_inflation", replies.worldbank((("FRA", "2024", 2.0),))),
        ("wdi_inflation", replies.worldbank((("KAZ", "2024Q1", 2.0),))),
        ("wdi_inflation", replies.worldbank((("KAZ", "2024", 2.0), ("KAZ", "2024", 3.0)))),
        ("wdi_inflation", replies.worldbank((("KAZ", "2024", "2,0"),))),
        ("wdi_inflation", replies.worldbank((("KAZ", "2024", True),))),
        ("wdi_inflation", renamed(replies.worldbank(), "8.7", "NaN")),
        ("wdi_inflation", replies.worldbank(total=50)),
        ("wdi_inflation", renamed(replies.worldbank(), '"pages": "1"', '"pages": "8"')),
        ("weo_inflation_average", replies.imf(columns=[c for c in replies.IMF_COLUMNS if c != "PUBLICATION_DATE"])),
        ("weo_inflation_average", replies.imf(columns=[c for c in replies.IMF_COLUMNS if c[:6] != "LATEST"])),
        ("weo_inflation_average", renamed(replies.imf(), "OBS_VALUE", "VALUE")),
        ("weo_inflation_average", renamed(replies.imf(), "A,2025,", "A,2025,,")),  # shifted by a column
        ("weo_inflation_average", replies.imf(INDICATOR="PCPIEPCH")),
        ("weo_inflation_average", replies.imf((("KAZ", "2025", "1,234.5"),))),
        ("oil_price", replies.eia(series="RWTC")),
        ("oil_price", replies.eia(total=470)),
        ("oil_price", replies.eia((("2026-09", "dear"),))),
        ("cny_per_usd", renamed(replies.fed(), "RXI_N.M.CH", "RXI_N.M.XX")),
        ("cny_per_usd", replies.fed() + b'"2026-07","1.1"\n'),
        ("fdi_net", renamed(replies.nbk_form(337, [FDI]), "amount", "sum")),
        ("fdi_net", replies.nbk_form(334, [FDI])),
        ("fdi_net", replies.nbk_form(337, [FDI], total=9)),
        ("fdi_net", replies.nbk_form(337, [FDI | {"direction_code": None}])),  # the wrong row of the two
        ("usd_rate", replies.nbk_rates(("2026-09-24", 1, "480.0", 6, "500.0"))),  # a joint table
        ("usd_rate", replies.nbk_rates(("2026-09-24", 0, "480.0"))),
        ("cpi_yy", replies.taldau((("y082026", "n.d."),))),
        ("cpi_yy", replies.taldau((("082026", "109.8"),))),
        ("cpi_yy", replies.taldau((("y132026", "109.8"),))),
        ("cpi_yy", replies.taldau(territory="741881")),
        ("exports_monthly", replies.trade(shift=1)),
        ("exports_monthly", replies.trade(unit="миллионов долларов США")),
        ("exports_monthly", replies.trade(row="Область")),
        ("exports_by_partner", replies.partners(column="Сальдо")),
        ("exports_by_partner", replies.partners(unit="млн. долларов США")),
    ],
)
def test_other_columns_are_refused(series, raw):
    with pytest.raises(DataError):
        read(series, raw)


@pytest.mark.parametrize(
    ("series", "raw", "other"),
    [
        ("wdi_inflation", replies.worldbank(label="Inflation, consumer prices (2015 = 100)"), {}),
        ("weo_inflation_average", replies.imf(UNIT="IX"), {}),
        ("oil_price", replies.eia(units="$/GAL"), {}),
        ("cny_per_usd", replies.fed(unit="Currency:_Per_1000_USD"), {}),
        ("cpi_yy", replies.taldau(label="тонн"), {}),
        ("usd_rate", replies.nbk_rates(("2026-09-24", 1, "480.0"), head=("Дата", "Кол-во", "EUR")), {}),
    ],
)
def test_another_unit_or_label_alters_the_fingerprint(series, raw, other):
    assert read(series, raw).fingerprint != read(series, DUE[series][2]).fingerprint


def test_what_a_provider_changes_at_random_leaves_the_fingerprint():
    """Labels of columns, the order of columns and of concepts, the version of an edition."""
    labelled = replies.nbk_form(337, [FDI], labels="another label")
    assert read("fdi_net", labelled).fingerprint == read("fdi_net", DUE["fdi_net"][2]).fingerprint
    assert read("cny_per_usd", replies.fed(swap=True)) == read("cny_per_usd", replies.fed())
    vintage = replies.imf(STRUCTURE_ID="IMF.RES:WEO_2025_OCT_VINTAGE(1.0.0)")
    weo = "weo_inflation_average"
    assert read(weo, vintage).fingerprint == read(weo, replies.imf()).fingerprint
    assert read(weo, replies.imf(columns=replies.IMF_COLUMNS[::-1])) == read(weo, replies.imf())


# --- World Bank: archives; IMF: editions


def test_archived_states_are_asked_for_oldest_first_and_known_at_the_end_of_their_month():
    provider, told = find_provider("worldbank"), about("wdi_inflation", backfill=True)
    (first,) = provider.requests(told, TODAY)
    more = provider.read(replies.worldbank_versions("202607", "201712", "202604"), told).more
    assert first.url.endswith("/sources/57/version")
    assert [one.url.split("/version/")[1] for one in more] == ["202604/data", "202607/data"]
    for turn in range(4):
        (row,) = provider.read(replies.worldbank_archive(turn=turn), told).rows
        assert (row.period, row.dims, str(row.value), row.published) == (
            "2024",
            {"country": "KAZ"},
            "8.69",
            date(2026, 4, 30),
        )
    assert (
        provider.read(replies.worldbank_archive(), told).fingerprint
        == read("wdi_inflation", replies.worldbank()).fingerprint
    )


def test_the_newest_edition_is_asked_for_and_those_before_it_only_in_a_backfill():
    flows = (
        ("WEO", "6.0.0"),
        ("WEO", "10.0.0"),
        ("WEO", "9.0.0"),
        ("WEO_2025_OCT_VINTAGE", "1.0.0"),
        ("WEO_2025_APR_VINTAGE", "1.0.0"),
        ("WEOX", "1.0.0"),
        ("CPI", "5.0.0"),
    )
    weo = "weo_inflation_average"
    (newest,) = read(weo, replies.imf_flows(*flows)).more
    assert newest.url.endswith("/IMF.RES/WEO/10.0.0/KAZ.PCPIPCH.A")
    before = [one.url.split("IMF.RES/")[1] for one in read(weo, replies.imf_flows(*flows), backfill=True).more]
    assert before == [f"WEO_2025_{m}_VINTAGE/1.0.0/KAZ.PCPIPCH.A" for m in ("APR", "OCT")]
    with pytest.raises(DataError, match="no edition"):
        read(weo, replies.imf_flows(("CPI", "5.0.0")))


def test_an_edition_that_was_updated_is_known_from_its_update():
    reply = read("weo_inflation_average", replies.imf(UPDATE_DATE="2026-05-19T21:00:00Z"))
    assert {row.published for row in reply.rows} == {date(2026, 5, 19)}
    kinds = {row.period: row.dims["kind"] for row in reply.rows}
    assert kinds == {"2024": "actual", "2025": "estimate", "2027": "projection"}
    fiscal = read("weo_inflation_average", replies.imf(LATEST_ACTUAL_ANNUAL_DATA="FY2023/24"))
    assert {row.period: row.dims["kind"] for row in fiscal.rows}["2024"] == "estimate"


# --- National Bank


@pytest.mark.parametrize(
    ("form", "shift", "frequency", "day", "period"),
    [
        ("337", "-1", "Q", "2026-01-01", "2025-Q4"),
        ("337", "-1", "Q", "2026-04-01", "2026-Q1"),
        ("34", "-1", "M", "2026-01-01", "2025-12"),
        ("305", "0", "M", "2026-07-01", "2026-07"),
    ],
)
def test_the_date_of_a_form_is_shifted_by_its_own_rule(form, shift, frequency, day, period):
    select = {"where": {}, "shift": shift, "frequency": frequency}
    raw = replies.nbk_form(int(form), [{"report_date": day, "amount": 1.5}])
    reply = read("fdi_net", raw, request={"form": form}, select=select)
    assert [row.period for row in reply.rows] == [period]


def test_a_total_is_not_one_of_its_parts():
    rows = [
        {"report_date": "2026-09-01", "class_type": "gross international reserves", "amount": 63324.2},
        {"report_date": "2026-09-01", "class_type": "gross international reserves", "subtype": "gold", "amount": 40000},
        {"report_date": "2026-09-01", "class_type": "assets of the fund", "amount": 60000},
    ]
    told = mapped_series()["reserves"].about("reserves")
    assert figures(find_provider("nbk").read(replies.nbk_form(34, rows), told)) == {("2026-08",): Decimal("63324.2")}


def test_pages_that_share_a_row_are_read_to_the_end():
    rows = [{**FDI, "report_date": f"{2006 + n // 4}-{3 * (n % 4) + 1:02}-01", "amount": n} for n in range(80)]
    others = [{"report_date": "2026-01-01", "code": "else", "amount": n} for n in range(900)]
    every = [*rows[:40], *others, *rows[40:]]
    first, second = every[:500], every[499:]  # the row at the boundary comes twice
    provider, told = find_provider("nbk"), about("fdi_net")
    reply = provider.read(replies.nbk_form(337, first, total=len(every)), told)
    (request,) = reply.more
    assert request.params["page"] == "1"
    last = provider.read(replies.nbk_form(337, second, total=len(every), page=1), told | dict(request.known))
    assert not last.more
    assert len({row.period for row in (*reply.rows, *last.rows)}) == 80
    with pytest.raises(DataError, match="979 rows of 980"):
        provider.read(replies.nbk_form(337, second[:-1], total=len(every), page=1), told | dict(request.known))


def test_a_decision_to_come_is_not_a_figure_yet():
    (request,) = find_provider("nbk").requests(about("base_rate"), date(2026, 9, 1))
    raw = replies.nbk_base_rate(("2026-07-27", 16.75), ("2026-09-07", 16.25))
    assert [row.period for row in read("base_rate", raw, **request.known).rows] == ["2026-07-27"]


def test_rates_are_asked_for_in_whole_months_and_few_years():
    requests = find_provider("nbk_rates").requests(about("usd_rate"), date(2026, 11, 26))
    spans = [(one.params["beginDate"], one.params["endDate"]) for one in requests]
    assert spans == [
        ("01.01.2011", "31.12.2015"),
        ("01.01.2016", "31.12.2020"),
        ("01.01.2021", "31.12.2025"),
        ("01.01.2026", "31.10.2026"),
    ]


def test_rates_of_a_week_end_and_of_a_holiday_are_left_out():
    """The holiday trap: asked for 7 May 2021, the source gave the rate of the day of the request."""
    raw = replies.nbk_rates(
        ("2021-05-05", 1, "426.99"),
        ("2021-05-06", 1, "427.89"),
        ("2021-05-07", 1, "464.77"),
        ("2021-05-08", 1, "464.77"),  # a Saturday
        ("2021-05-10", 1, "427.12"),
        ("2021-05-11", 100, "42700"),
    )
    reply = read("usd_rate", raw)
    assert figures(reply) == {("2021-05",): Decimal("427.25")}
    assert reply.notes == ("2021-05-07: 464.77 left out; 427.89 the day before and 427.12 the day after",)


def test_a_fall_of_the_currency_is_no_holiday():
    raw = replies.nbk_rates(("2015-08-19", 1, "188"), ("2015-08-20", 1, "255"), ("2015-08-21", 1, "252"))
    assert figures(read("usd_rate", raw)) == {("2015-08",): Decimal("231.666667")}


# --- Bureau of National Statistics


def test_each_group_is_asked_for_and_the_answer_is_known_by_the_question():
    told = mapped_series()["cpi_components_yy"].about("cpi_components_yy")
    requests = find_provider("bns").requests(told, TODAY)
    assert [one.known["value"] for one in requests] == ["food", "nonfood", "services"]
    assert len({one.body["p_terms"] for one in requests}) == 3
    reply = find_provider("bns").read(replies.taldau(), told | dict(requests[1].known))
    assert {row.dims["component"] for row in reply.rows} == {"nonfood"}


def test_a_quarter_is_named_by_its_last_month():
    told = mapped_series()["unemployment"].about("unemployment")
    raw = replies.taldau((("y062026", "4,5"), ("y032026", "x")), label="в процентах")
    assert figures(find_provider("bns").read(raw, told)) == {("2026-Q2",): Decimal("4.5"), ("2026-Q1",): None}
    with pytest.raises(DataError, match="y022026"):
        find_provider("bns").read(replies.taldau((("y022026", "4,5"),)), told)


def test_a_listing_leads_to_the_workbooks_of_whole_years_and_states_their_day():
    raw = replies.listing(
        ("/api/iblock/element/555/file/ru/", "Торговля по странам, январь-июнь 2026 года", "14.08.2026"),
        ("/api/iblock/element/556/file/ru/", "Торговля по странам, январь-декабрь 2025 года", "13.02.2026"),
        ("/api/iblock/element/557/file/ru/", "Торговля по странам (2025 г.)", "15.07.2026"),
    )
    reply = read("exports_by_partner", raw)
    assert [(one.url, one.known["period"], one.known["listed"]) for one in reply.more] == [
        ("https://stat.gov.kz/api/iblock/element/556/file/ru/", "2025", "2026-02-13"),
        ("https://stat.gov.kz/api/iblock/element/557/file/ru/", "2025", "2026-07-15"),
    ]
    assert reply.rows == () and reply.fingerprint == ""
    with pytest.raises(DataError, match="a day such as"):
        read("exports_by_partner", raw.replace(b"15.07.2026", b"soon"))


def test_a_month_in_a_title_is_the_period():
    told = mapped_series()["core_yy"].about("core_yy")
    raw = replies.listing(("/x/", "Индекс потребительских цен, октябрь 2026", "02.11.2026"))
    (request,) = find_provider("bns_listing").read(raw, told).more
    assert request.known == {"period": "2026-10", "listed": "2026-11-02"}
    for heading in ("к соответствующему месяцу предыдущего года", "январю 2025г."):
        sheet = [
            ["в процентах"],
            ["Без учёта", "к предыдущему месяцу", heading],
            ["фрукты и овощи", 1, 2],
            ["фрукты и овощи, жилищно-коммунальные услуги", "100,4", "110,7"],
        ]
        book = replies.workbook({"Базовая инфляция": sheet})
        (row,) = find_provider("bns_listing").read(book, told | {"period": "2026-10", "listed": "2026-11-02"}).rows
        assert (str(row.value), row.published, row.dims) == ("110.7", date(2026, 11, 2), {})


def test_a_workbook_with_a_document_type_is_refused():
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(replies.trade())) as good, zipfile.ZipFile(raw, "w") as bad:
        for part in good.infolist():
            content = good.read(part)
            if part.filename == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            bad.writestr(part.filename, content)
    with pytest.raises(DataError, match="a DTD"):
        read("exports_monthly", raw.getvalue())


# --- the rules of the house


def code_lines(path):
    """Lines of a module without docstrings, comments and empty ones."""
    text = path.read_text(encoding="utf-8")
    words = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
            words |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(text.splitlines(), 1)
    return [line for n, line in lines if n not in words and line.strip() and not line.strip().startswith("#")]


ENGINE = Path(kzreport.__file__).parent / "refresh" / "providers"


@pytest.mark.parametrize("path", [*ENGINE.glob("*.py"), *(project_root() / "data/providers").glob("*.py")], ids=str)
def test_an_adapter_is_short_and_pure(path):
    assert len(code_lines(path)) <= 40
    names = {
        alias.name.split(".")[0] if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    allowed = {"__future__", "collections.abc", "datetime", "typing", "re", "json", "itertools", "urllib.parse"}
    own = {f"kzreport.refresh{part}" for part in ("", ".asking", ".provider", ".reading")}
    assert names - allowed <= own
    assert "today()" not in path.read_text(encoding="utf-8")


def test_every_mapping_is_one_that_its_provider_understands():
    """All but the two that lack the address of a package, and say so."""
    for name, fetch in mapped_series().items():
        provider = find_provider(fetch.provider)
        if fetch.provider == "fed":
            with pytest.raises(DataError, match="no 'package'"):
                provider.requests(fetch.about(name), TODAY)
            continue
        requests = provider.requests(fetch.about(name), TODAY)
        assert requests and all(one.url.startswith("https://") for one in requests)


def test_what_was_never_seen_is_not_confirmed():
    confirmed = {name for name, fetch in mapped_series().items() if fetch.confirmed}
    assert confirmed == {name for name, fetch in mapped_series().items() if fetch.provider == "worldbank"}


def test_a_mapping_with_an_unknown_key_is_refused():
    with pytest.raises(DataError, match="the key 'countrys'"):
        find_provider("worldbank").requests(about("wdi_inflation", request={"countrys": "x"}), TODAY)


def test_a_key_is_named_and_not_held():
    (request,) = find_provider("eia").requests(about("oil_price"), TODAY)
    assert request.key == ("EIA_API_KEY", "api_key") and "api_key" not in json.dumps(dict(request.params))
