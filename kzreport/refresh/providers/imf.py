"""World Economic Outlook of the IMF: the current edition and those before; each states its day of publication."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kzreport.refresh import asking, reading
from kzreport.refresh.provider import Reply, Request, Row

REVISES_HISTORY = True
_WHERE, _SITE = "IMF", "https://api.imf.org/external/sdmx/3.0"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return the request for the list of editions, which leads to their figures."""
    asking.asked(about, "indicator countries[] since")
    return [Request(f"{_SITE}/structure/dataflow/IMF.RES/*/*", {"detail": "allstubs"}, {"Accept": "application/json"})]


@reading.of_one_form(_WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return the figures of an edition, or the requests for the newest one; for a backfill, for those before it.

    Raises :class:`DataError` for a reply of another form.
    """
    ask = about["request"]
    if raw.lstrip(b"\xef\xbb\xbf \r\n")[:1] not in (b"{", b"["):
        return _edition(reading.csv_reply(raw, _WHERE), about, ask)
    name = r"WEO_\d{4}_(APR|OCT)_VINTAGE" if about.get("backfill") else "WEO"
    flows = [flow for flow in reading.json_reply(raw, _WHERE)["data"]["dataflows"] if re.fullmatch(name, flow["id"])]
    flows.sort(key=lambda flow: (flow["id"], [int(n) for n in flow["version"].split(".")]))
    if not flows:
        raise reading.other_form(_WHERE, "no edition of the World Economic Outlook in the list", "at least one")
    key, how = f"{'+'.join(ask['countries'])}.{ask['indicator']}.A", {"Accept": "application/vnd.sdmx.data+csv"}
    start = f"{_SITE}/data/dataflow/IMF.RES"
    paths = [f"{start}/{flow['id']}/{flow['version']}/{key}" for flow in flows[0 if about.get("backfill") else -1 :]]
    return Reply((), "", tuple(Request(path, {"attributes": "dsd"}, how, expects="csv") for path in paths))


def _edition(table: list[list[str]], about: Mapping[str, Any], ask: Mapping[str, Any]) -> Reply:
    """Read an edition. It may have been updated silently: a figure is known by the later of the two days."""
    rows, marks, wanted = [], set(), {f"{country}.{ask['indicator']}.A" for country in ask["countries"]}
    for cells in (dict(zip(table[0], row, strict=True)) for row in table[1:]):
        key = f"{cells['COUNTRY']}.{cells['INDICATOR']}.{cells['FREQUENCY']}"
        if key not in wanted:
            raise reading.other_form(_WHERE, key, "the indicator and a country asked for")
        days = [reading.day_in(cells[k], _WHERE) for k in ("PUBLICATION_DATE", "UPDATE_DATE") if cells.get(k)]
        year, last = cells["TIME_PERIOD"], re.search(r"\d{4}", cells["LATEST_ACTUAL_ANNUAL_DATA"])
        kind = "actual" if last and year <= last[0] else "estimate" if int(year) < days[0].year else "projection"
        value = reading.amount(cells["OBS_VALUE"], _WHERE, about)
        rows.append(Row(year, value, {"country": cells["COUNTRY"], "kind": kind}, max(days)))
        flow = re.sub(r"_\d{4}_[A-Z]{3}_VINTAGE|\(.*", "", cells["STRUCTURE_ID"])
        marks.add(f"{flow} {cells['INDICATOR']} {cells.get('UNIT', '')}")
    return reading.reply_of(_WHERE, about, rows, sorted(marks))
