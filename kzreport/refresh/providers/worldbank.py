"""World Development Indicators of the World Bank: the current state, and the archives (source 57), a state a month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.refresh import asking, reading
from kzreport.refresh.provider import Reply, Request, Row

REVISES_HISTORY = True
_WHERE, _SITE, _WHOLE = "World Bank", "https://api.worldbank.org/v2", {"format": "json", "per_page": "20000"}


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the request for the current state; for a backfill, that for the list of archived states."""
    ask = asking.asked(about, "indicator countries[] since archives")
    if about.get("backfill"):
        return [Request(f"{_SITE}/sources/57/version", _WHOLE)]
    address = f"{_SITE}/country/{';'.join(ask['countries'])}/indicator/{ask['indicator']}"
    return [Request(address, {**_WHOLE, "date": f"{ask['since']}:{today.year}", "source": "2"})]


@reading.of_one_form(_WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the figures of a state, known on the day that it bears; or the requests for the archived states.

    Raises :class:`DataError` for a reply of another form.
    """
    reply, ask = reading.json_reply(raw, _WHERE), about["request"]
    head = reply if (archived := isinstance(reply, dict)) else reply[0]
    if "message" in head or int(head["pages"]) > 1:
        raise reading.other_form(_WHERE, head, "one page of figures")
    if archived and isinstance(head["source"], list):
        concepts = {c["id"].lower(): c["variable"] for c in head["source"][0]["concept"]}
        months = sorted(v["id"] for v in concepts["version"] if v["id"].isdigit() and v["id"] >= ask["archives"])
        start = f"{_SITE}/sources/57/country/{';'.join(ask['countries'])}/series/{ask['indicator']}/time/all/version"
        return Reply((), "", tuple(Request(f"{start}/{month}/data", _WHOLE) for month in months))
    data = head["source"]["data"] if archived else [*reply, None][1]
    rows, marks = [], set()
    for one in reading.all_of(data, head["total"], _WHERE):
        if archived:
            cell = {v["concept"].lower(): v for v in one["variable"]}
            code, country, year = cell["series"], cell["country"]["id"], cell["time"]["value"]
            day = reading.month_end(cell["version"]["id"])
        else:
            code, country, year = one["indicator"], one["countryiso3code"], one["date"]
            day = reading.day_in(head["lastupdated"], _WHERE)
        if (code["id"], country in ask["countries"], len(year)) != (ask["indicator"], True, 4):
            raise reading.other_form(_WHERE, f"{code['id']} of {country} in {year}", "what was asked for")
        rows.append(Row(year, reading.amount(one["value"], _WHERE, about), {"country": country}, day))
        marks.add(f"{code['id']} {code['value']}")
    return reading.reply_of(_WHERE, about, rows, sorted(marks))
