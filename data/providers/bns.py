"""Taldau, the data base of the Bureau of National Statistics: indices of prices, and other series by their codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.refresh import asking, reading
from kzreport.refresh.provider import Reply, Request, Row

WHERE, SITE = "Bureau of National Statistics, Taldau", "https://taldau.stat.gov.kz/ru/NewIndex/GetIndexTreeData"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return a request for each value of the column ``by``: the reply does not repeat the terms asked for."""
    ask = asking.asked(about, "index period measure dictionaries territory terms* since by?")
    fixed = {"p_parent_id": "", "p_keyword": "", "idx": "0", "id": "", "filter": '[{"property":null,"value":null}]'}
    names = {"p_index_id": "index", "p_period_id": "period", "p_measure_id": "measure", "p_dicIds": "dictionaries"}
    body = fixed | {name: ask[key] for name, key in names.items()} | {"p_term_id": ask["territory"]}
    head = {"X-Requested-With": "XMLHttpRequest"}
    terms = ask["terms"] if "by" in ask else {"": ask["terms"]}
    return [Request(SITE, {}, head, body | {"p_terms": one}, known={"value": key}) for key, one in terms.items()]


@reading.of_one_form(WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the periods of the territory: keys such as y082026, by the last month of the period."""
    reply, ask = reading.json_reply(raw, WHERE), about["request"]
    found = [one for one in reply if one["id"] == ask["territory"]]
    if len(found) != 1:
        raise reading.other_form(WHERE, f"{len(found)} rows of {ask['territory']} among {len(reply)}", "one row")
    rows, dims = [], {ask["by"]: about["value"]} if "by" in ask else {}
    for key, value in found[0].items():
        if when := re.fullmatch(r"y(\d\d)(\d{4})", key, re.ASCII):
            months, frequency = {"4": (1, "M"), "5": (3, "Q"), "7": (12, "A")}[ask["period"]]
            if int(when[1]) % months:
                raise reading.other_form(WHERE, key, f"the last month of a period of {months}")
            period = reading.period_of(date(int(when[2]), int(when[1]), 1), frequency)
            rows.append(Row(period, reading.amount(value, WHERE, about, comma=True), dims))
    marks = [f"index {ask['index']}", found[0]["id"], found[0]["text"], found[0]["measureName"]]
    return reading.reply_of(WHERE, about, rows, marks)
