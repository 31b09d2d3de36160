"""Listings of the Bureau of National Statistics, which state the day of each release, and tables of their workbooks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urljoin

from kzreport.refresh import asking, reading
from kzreport.refresh.provider import Reply, Request, Row

WHERE, SITE = "Bureau of National Statistics, listing", "https://stat.gov.kz"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the requests for the releases of each year up to this one."""
    ask = asking.asked(about, "section name since", "title sheet column rows{} by? also{}?")
    address = f"{SITE}/ru/industries/{ask['section']}/spreadsheets/"
    years = [{"year": str(year), "name": ask["name"]} for year in range(int(ask["since"][:4]), today.year + 1)]
    return [Request(address, {**year, "period": "", "type": "spreadsheets"}, expects="html") for year in years]


@reading.of_one_form(WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the requests for the workbooks whose titles say the period, or the rows of a table of one."""
    more: list[Request] = []
    for address, title, after in [] if raw[:2] == b"PK" else reading.html_links(raw, WHERE):
        if found := re.search(about["select"]["title"], title.lower()):
            month = f"-{reading.months_in('ru')[found['month']]:02}" if "month" in found.re.groupindex else ""
            known = {"period": found["year"] + month, "listed": str(reading.day_in(after, title))}
            more.append(Request(urljoin(SITE, address), expects="xlsx", known=known))
    return _table(raw, about, about["select"]) if raw[:2] == b"PK" else Reply((), "", tuple(more))


def _table(raw: bytes, about: Mapping[str, Any], select: Mapping[str, Any]) -> Reply:
    """Read the column whose heading has these words; the first cell of a row says what it is."""
    rows, above, column, year = [], "", 0, int(about["period"][:4])
    wanted = {key: select[key].format(year=year, last=year - 1) for key in ("sheet", "column")}
    for _, sheet in (one for one in reading.sheets(raw, WHERE) if re.search(wanted["sheet"], one[0].lower())):
        for cells in sheet:
            texts = reading.cell_texts(cells)
            above += "" if rows else " ".join(texts)
            if not column:
                column = next((n for n, text in enumerate(texts) if n and re.search(wanted["column"], text)), 0)
            elif code := next((key for key, name in select["rows"].items() if re.fullmatch(name, texts[0])), None):
                dims = {select["by"]: code, **select["also"]} if "by" in select else {}
                value = reading.amount(cells[column], WHERE, about, comma=True)
                rows.append(Row(about["period"], value, dims, date.fromisoformat(about["listed"])))
    if about["unit"] not in above:
        raise reading.other_form(WHERE, f"the headings {above}", about["unit"])
    return reading.reply_of(WHERE, about, rows, [f"listing {about['request']['name']}", about["unit"]])
