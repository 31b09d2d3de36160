"""Official daily rates of the National Bank of Kazakhstan, one currency a request; monthly means of weekdays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from kzreport.refresh.asking import asked
from kzreport.refresh.provider import Reply, Request, Row
from kzreport.refresh.reading import (
    day_in,
    figure,
    html_rows,
    in_our_unit,
    monthly_means,
    of_one_form,
    reply_of,
)

WHERE = "National Bank of Kazakhstan, rates"
SITE = "https://nationalbank.kz/ru/exchangerates/ezhednevnye-oficialnye-rynochnye-kursy-valyut/report"


def requests(about: Mapping[str, Any], today: date) -> Sequence[Request]:
    """Return requests of five years each, from ``since`` to the end of last month; the page refuses more than ten."""
    ask, last = asked(about, "currency since"), today.replace(day=1) - timedelta(days=1)
    spans = [(y, min(date(y + 4, 12, 31), last)) for y in range(int(ask["since"][:4]), last.year + 1, 5)]
    days = [{"beginDate": f"01.01.{year}", "endDate": f"{end:%d.%m.%Y}"} for year, end in spans]
    return [Request(SITE, {"rates[]": ask["currency"], **span}, expects="html") for span in days]


@of_one_form(WHERE)
def read(raw: bytes, about: Mapping[str, Any]) -> Reply:
    """Return monthly means: each row of the page is a day, a quantity of the currency, and its rate."""
    table = html_rows(raw, WHERE)
    days, heads = [row for row in table if row[0][:1].isdigit()], [row for row in table if not row[0][:1].isdigit()]
    rates = {}
    for day, quantity, rate in days:
        if value := figure(rate, WHERE, comma=True):
            rates[day_in(day, WHERE)] = value / int(quantity)
    means, left_out = monthly_means(rates)
    rows = [Row(month, in_our_unit(value, about)) for month, value in means.items()]
    return reply_of(
        WHERE, about, rows, [f"currency {about['request']['currency']}", *map(" ".join, heads)], (), left_out
    )
