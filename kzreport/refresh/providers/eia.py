"""Spot prices of the US Energy Information Administration, API v2; the key comes from the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.refresh.asking import asked
from kzreport.refresh.provider import Reply, Request, Row
from kzreport.refresh.reading import all_of, amount, json_reply, of_one_form, other_form, reply_of

_WHERE = "EIA"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the request for a series of monthly spot prices, newest first."""
    ask = asked(about, "series since")
    params = {
        "frequency": "monthly",
        "data[0]": "value",
        "facets[series][]": ask["series"],
        "start": ask["since"],
        "sort[0][column]": "period",
        "sort[0][direction]": "desc",
        "length": "5000",
    }
    return [Request("https://api.eia.gov/v2/petroleum/pri/spt/data/", params, key=("EIA_API_KEY", "api_key"))]


@of_one_form(_WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the months of a series.

    Raises :class:`DataError` for a reply of another form.
    """
    reply = json_reply(raw, _WHERE)
    if "response" not in reply:
        raise other_form(_WHERE, reply.get("error", reply), "'response'")
    data = all_of(reply["response"]["data"], reply["response"]["total"], _WHERE)
    if others := [one["series"] for one in data if one["series"] != about["request"]["series"]]:
        raise other_form(_WHERE, others[0], about["request"]["series"])
    rows = [Row(one["period"], amount(one["value"], _WHERE, about)) for one in data]
    return reply_of(_WHERE, about, rows, sorted({f"{one['series']} {one['units']}" for one in data}))
