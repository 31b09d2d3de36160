"""Replies in the forms of the providers, written anew: a few rows each, with numbers of our own."""

import io
import json

import openpyxl


def worldbank(rows=(("KAZ", "2023", 14.5), ("KAZ", "2024", 8.7), ("UZB", "2024", None)), **other):
    """A state of the World Development Indicators."""
    about = {"day": "2026-07-13", "label": "Inflation, consumer prices (annual %)", "code": "FP.CPI.TOTL.ZG"} | other
    head = {"page": "1", "pages": "1", "per_page": "20000", "total": about.get("total", len(rows))}
    head |= {"sourceid": "2", "lastupdated": about["day"]}
    code = {"id": about["code"], "value": about["label"]}
    fixed = {"unit": "", "obs_status": "", "decimal": 1}
    data = [
        {"indicator": code, "country": {"id": c[:2], "value": c}, "countryiso3code": c, "date": y, "value": v} | fixed
        for c, y, v in rows
    ]
    return json.dumps([head, data]).encode()


WORLDBANK_ERROR = json.dumps(
    [{"message": [{"id": "120", "key": "Invalid value", "value": "The provided parameter value is not valid"}]}]
).encode()


def worldbank_versions(*months):
    """The list of archived states; some of its names are no months."""
    variables = [{"id": m, "value": m} for m in (*months, "WDI")]
    concept = [{"id": "version", "name": "Version", "variable": variables}]
    source = [{"id": "57", "name": "WDI Database Archives", "concept": concept}]
    return json.dumps({"page": 1, "pages": 1, "per_page": "300", "total": len(variables), "source": source}).encode()


def worldbank_archive(version="202604", value=8.69, turn=0):
    """An archived state; ``turn``: its concepts stand in another order."""
    cells = [
        {"concept": "Country", "id": "KAZ", "value": "Kazakhstan"},
        {"concept": "Version", "id": version, "value": "2026 Apr"},
        {"concept": "Series", "id": "FP.CPI.TOTL.ZG", "value": "Inflation, consumer prices (annual %)"},
        {"concept": "Time", "id": "YR2024", "value": "2024"},
    ]
    data = [{"variable": cells[turn:] + cells[:turn], "value": value}]
    source = {"id": "57", "name": "WDI Database Archives", "data": data}
    return json.dumps({"page": 1, "pages": 1, "per_page": "30000", "total": 1, "source": source}).encode()


def imf_flows(*flows):
    """The list of dataflows: pairs of name and version."""
    found = [{"id": name, "version": version, "agencyID": "IMF.RES"} for name, version in flows]
    return json.dumps({"data": {"dataflows": found}, "meta": {}}).encode()


IMF_COLUMNS = (
    "STRUCTURE[;]",
    "STRUCTURE_ID",
    "ACTION",
    "COUNTRY",
    "INDICATOR",
    "FREQUENCY",
    "TIME_PERIOD",
    "OBS_VALUE",
    "SCALE",
    "UNIT",
    "LATEST_ACTUAL_ANNUAL_DATA",
    "PUBLICATION_DATE",
    "UPDATE_DATE",
)


def imf(rows=(("KAZ", "2024", "8.7"), ("KAZ", "2025", "11.4"), ("KAZ", "2027", "7.5")), columns=IMF_COLUMNS, **other):
    """An edition of the World Economic Outlook, with the mark of byte order that the provider writes."""
    fixed = {
        "STRUCTURE[;]": "dataflow",
        "STRUCTURE_ID": "IMF.RES:WEO(9.0.0)",
        "ACTION": "R",
        "INDICATOR": "PCPIPCH",
        "FREQUENCY": "A",
        "SCALE": "0",
        "UNIT": "PT",
        "LATEST_ACTUAL_ANNUAL_DATA": "2024",
        "PUBLICATION_DATE": "2026-04-14T13:00:00Z",
        "UPDATE_DATE": "",
    } | other
    lines = [",".join(columns)]
    for country, year, value in rows:
        cells = fixed | {"COUNTRY": country, "TIME_PERIOD": year, "OBS_VALUE": value}
        lines.append(",".join(cells.get(name, "") for name in columns))
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def eia(rows=(("2026-09", "114.16"), ("2026-10", "81.2")), total=None, units="$/BBL", series="RBRTE"):
    """Spot prices; numbers are texts."""
    data = [{"period": p, "series": series, "value": v, "units": units} for p, v in rows]
    return json.dumps({"response": {"total": str(len(data) if total is None else total), "data": data}}).encode()


EIA_ERROR = b'{"error": {"code": "API_KEY_MISSING", "message": "No api_key was supplied."}}'


def fed(rows=(("2026-05", "1.1681", "6.7996"), ("2026-06", "ND", "6.7758")), unit="Currency:_Per_USD", swap=False):
    """The monthly package of H.10: what the columns are stands above the months."""
    names = ["RXI$US_N.M.EU", "RXI_N.M.CH"]
    lines = [
        ["Series Description", "US DOLLARS TO ONE EURO", "YUAN TO ONE US DOLLAR"],
        ["Unit:", "Currency:_Per_EUR", unit],
        ["Multiplier:", "1", "1"],
        ["Currency:", "USD", "CNY"],
        ["Unique Identifier: ", *(f"H10/H10/{name}" for name in names)],
        ["Time Period", *names],
        *map(list, rows),
    ]
    lines = [[a, c, b] if swap else [a, b, c] for a, b, c in lines]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines).encode()


FDI = {"code": "Direct investment (net inflow)", "direction_code": "In the country"}


def nbk_form(form, rows, total=None, page=0, labels="Amount"):
    """A page of a form; the labels of its columns change from page to page."""
    columns = [{"key": "report_date", "label": labels, "colId": "1"}]
    about = {"locale": "en", "formId": form, "columns": columns, "rows": rows, "page": page, "pageSize": 500}
    return json.dumps(about | {"totalRows": len(rows) if total is None else total}).encode()


def nbk_base_rate(*decisions):
    """Decisions on the base rate: pairs of day and rate."""
    return json.dumps(
        [{"effectiveDate": d, "rate": r, "corridorLower": r - 1, "corridorUpper": r + 1} for d, r in decisions]
    ).encode()


def nbk_rates(*rows, head=("Дата", "Кол-во", "USD")):
    """A page of daily rates: rows of day, quantity, rate."""
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>\n" for row in rows)
    heads = "".join(f"<th>{c}</th>" for c in head)
    return f"<html><body><table>\n<tr>{heads}</tr>\n{cells}</table></body></html>".encode()


def taldau(values=(("y072026", "110.2"), ("y082026", "109,8")), label="в процентах", territory="741880", **other):
    """A row of the tree of an index."""
    row = {"id": territory, "text": "РЕСПУБЛИКА КАЗАХСТАН", "leaf": "false", "measureName": label}
    return json.dumps([row | dict(values) | other, {"id": "99", "text": "A region"}], ensure_ascii=False).encode()


def listing(*entries):
    """A listing of publications: triples of address, title, day."""
    rows = "".join(
        f'<div class="row"><a href="{a}"><b>{t}</b></a> <span>xlsx</span><div class="text-right">{d}</div></div>'
        for a, t, d in entries
    )
    return f"<html><body>{rows}</body></html>".encode()


def workbook(sheets):
    """A workbook: title of a sheet -> rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


UNIT = "тысяч долларов США"


def trade(shift=0, unit=UNIT, row="Республики Казахстан"):
    """Monthly trade, three columns a month; ``shift``: columns that the figures stand too far right."""
    heads = ["", "январь 2026 года", None, None, "февраль 2026 года*", None, None]
    units = [None, *([None] * shift), "тонн", "доп. ед.", unit, "тонн", "доп. ед.", unit]
    figures = [row, *([None] * shift), 10, None, 4_803_472.97, 11, None, "3 762 988,14"]
    about = [["Метаданные"], ["a text"]]
    return workbook({"Метаданные": about, "2026": [["Экспорт"], heads, units, figures, ["Область", 1, 2, 3]]})


def partners(column="Экспорт", unit="тыс. долларов США"):
    """Annual trade by country."""
    rows = [
        ["Страна", "Товарооборот", column, "доля", "Импорт"],
        [None, unit, unit, "%", unit],
        ["Всего", 30, 20, 100, 10],
        ["Афганистан", None, 500_000.5, 3, 2_000],
        ["Соединенные Штаты Америки", None, 1_000, 3, 4_000],
        ["Атлантида", None, 1, 1, 1],
    ]
    return workbook({"Обложка": [["Дата опубликования: 14.08.2026"]], "12_2025": rows, "2024": rows[:3]})
