"""Exchange rates of the Federal Reserve, release H.10: a package of series in one CSV of the Data Download Program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.refresh.asking import asked
from kzreport.refresh.provider import Reply, Request, Row
from kzreport.refresh.reading import amount, csv_reply, of_one_form, other_form, reply_of

_WHERE, _SITE = "Federal Reserve, H.10", "https://www.federalreserve.gov/datadownload/Output.aspx"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the request for the package that holds a series."""
    fixed = {
        "rel": "H10",
        "filetype": "csv",
        "label": "include",
        "layout": "seriescolumn",
        "lastobs": "",
        "from": "",
        "to": "",
    }
    return [Request(_SITE, fixed | {"series": asked(about, "package since", "column")["package"]}, expects="csv")]


@of_one_form(_WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the months of a column; the rows above the months say what it is.

    Raises :class:`DataError` for a reply of another form.
    """
    table, wanted = csv_reply(raw, _WHERE), about["select"]["column"]
    head = next((n for n, row in enumerate(table) if row[0] == "Time Period"), 0)
    if wanted not in table[head]:
        raise other_form(_WHERE, f"the columns {', '.join(table[head][1:])}", wanted)
    column = table[head].index(wanted)
    rows = [Row(row[0], amount(row[column], _WHERE, about)) for row in table[head + 1 :]]
    return reply_of(_WHERE, about, rows, [row[column] for row in table[: head + 1]])
