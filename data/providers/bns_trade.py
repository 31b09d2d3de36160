"""Monthly trade in workbooks of the Bureau of National Statistics: a sheet a year, three columns a month."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any

from kzreport.refresh import asking, reading
from kzreport.refresh.provider import Reply, Request, Row

WHERE = "Bureau of National Statistics, monthly trade"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the request for the workbook of an element; it has 54 to 94 MB."""
    address = (
        f"https://stat.gov.kz/api/iblock/element/{asking.asked(about, 'element since', 'row')['element']}/file/ru/"
    )
    return [Request(address, expects="xlsx", most=150_000_000)]


@reading.of_one_form(WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the months of the row of the Republic: the third column under each month, if its heading is the unit."""
    rows, names, unit = [], reading.months_in("ru"), about["unit"]
    form = re.compile(rf"({'|'.join(names)}) (\d{{4}}) ?г(?:ода|\.)?\*?")
    for title, sheet in reading.sheets(raw, WHERE):
        heads, columns = {}, {}
        for cells in islice(sheet, 8):  # the row stands first: the rest of 90 MB is not read
            texts = reading.cell_texts(cells)
            if any(map(form.fullmatch, texts)):
                found = {n: form.fullmatch(text) for n, text in enumerate(texts)}
                heads = {n + 2: f"{m[2]}-{names[m[1]]:02}" for n, m in found.items() if m}
            elif heads and unit in texts and any(texts[n : n + 1] != [unit] for n in heads):
                raise reading.other_form(f"{WHERE}, {title}", f"the headings {texts}", f"{unit} in each third column")
            elif heads and unit in texts:
                columns = heads
            elif heads and texts[0] == about["select"]["row"]:
                if not columns:
                    raise reading.other_form(f"{WHERE}, {title}", "no such heading above the row", unit)
                rows += [Row(m, reading.amount(cells[n], WHERE, about, comma=True)) for n, m in columns.items()]
    marks = [f"element {about['request']['element']}", about["select"]["row"], about["unit"]]
    return reading.reply_of(WHERE, about, rows, marks)
