"""Age of figures: how long a figure may be reported as news."""

from __future__ import annotations

from datetime import date

from kzreport.model import Period


def is_old(period: Period, day: date) -> bool:
    """True for a period too old on a day to be reported as news: a year over for two years, a quarter or month for one.

    A day is an event, and never too old.

    >>> is_old(Period.parse("2022"), date(2024, 6, 30)), is_old(Period.parse("2016"), date(2020, 2, 29))
    (False, True)
    """
    if period.frequency == "D":
        return False
    years = 2 if period.frequency == "A" or (period.frequency == "S" and not period.is_part_year) else 1
    return (day.year - years, day.month, day.day) > (period.end.year, period.end.month, period.end.day)
