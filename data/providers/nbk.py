"""Open data of the National Bank of Kazakhstan: the decisions on the base rate, and the forms of statistics."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.refresh import asking, reading
from kzreport.refresh.provider import Reply, Request, Row

WHERE, SITE, SIZE = "National Bank of Kazakhstan", "https://data.nationalbank.kz/api/v1/data", 500


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the request for the first page of a form, or for the base rate; decisions to come are not asked for."""
    selected = "frequency shift value where{} without[]?" if "form" in about["request"] else ""
    form = asking.asked(about, "since form?", selected).get("form")
    return [page_of(form, 0, 0, "") if form else Request(f"{SITE}/base-rate", known={"until": today.isoformat()})]


def page_of(form: str, page: int, seen: int, last: str) -> Request:
    """Return the request for a page of a form, after ``seen`` different rows of which ``last`` comes again."""
    params = {"formId": form, "page": str(page), "pageSize": str(SIZE)}
    return Request(SITE, params, known={"seen": str(seen), "last": last})


@reading.of_one_form(WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the decisions, or the rows ``where`` a form has these words; its dates may be periods ahead."""
    reply, form, select = reading.json_reply(raw, WHERE), about["request"].get("form"), about["select"]
    if form is None:
        days = [(reading.day_in(one["effectiveDate"], WHERE), one["rate"]) for one in reply]
        return reading.reply_of(
            WHERE, about, [Row(str(d), reading.figure(v, WHERE), {}, d) for d, v in days], ["base-rate", "rate"]
        )
    unique = {json.dumps(row, sort_keys=True, default=str): row for row in reply["rows"]}
    seen = int(about.get("seen", 0)) + len(unique) - (about.get("last") in unique)
    more = seen < int(reply["totalRows"])
    if str(reply["formId"]) != form or (more and len(reply["rows"]) < SIZE):
        raise reading.other_form(
            WHERE, f"form {reply['formId']}, {seen} rows of {reply['totalRows']}", f"form {form}, all rows"
        )
    kept = [row for row in unique.values() if all(row.get(k) == v for k, v in select["where"].items())]
    kept = [row for row in kept if not any(row.get(k) for k in select.get("without", []))]
    periods = [
        reading.period_of(reading.day_in(row["report_date"], WHERE), select["frequency"], int(select["shift"]))
        for row in kept
    ]
    values = [reading.amount(row[select["value"]], WHERE, about, comma=True) for row in kept]
    following = [page_of(form, int(reply["page"]) + 1, seen, list(unique)[-1])] if more else []
    marks = [f"form {form}", *select["where"].values(), select["value"]]
    return reading.reply_of(WHERE, about, list(map(Row, periods, values)), marks, following)
