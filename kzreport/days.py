"""ISO dates: reading them, and messages on dates that cannot be read."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from kzreport.errors import ParameterError, explain

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})[-/.]([0-9]{4})", re.ASCII)


def read_day(text: str) -> date:
    """Return the day of an ISO date. Raises :class:`ValueError` for other text; callers say where it stands.

    >>> read_day("2026-09-30")
    datetime.date(2026, 9, 30)
    """
    if not _DAY.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no date such as 2026-09-30")
    return date.fromisoformat(text)


def parse_day(day: date | str, where: str = "as_of") -> date:
    """Return a date from ISO text, or the date itself.

    Raises :class:`ParameterError` naming ``where`` for text of another form, or a year before 2000 or after 2100.
    """
    if not isinstance(day, str):
        return day
    found = _iso_day(day)
    if found is None:
        raise ParameterError(explain(where, repr(day[:40]), expected_day(day)))
    return found


def expected_day(found: str) -> str:
    """Return the form that a day has, for messages, and the day that was probably meant.

    >>> expected_day("30/09/2026")
    'a date such as 2026-09-30, from 2000 to 2100 (did you mean 2026-09-30?)'
    >>> expected_day("2026-09-31")  # a month of thirty days
    'a date such as 2026-09-30, from 2000 to 2100 (did you mean 2026-09-30?)'
    >>> expected_day("04/05/2026")  # of April or of May
    'a date such as 2026-09-30, from 2000 to 2100'
    """
    meant = ""
    if parts := _YEAR_FIRST.fullmatch(found.strip()):
        meant = f"{parts[1]}-{parts[2]:0>2}-{parts[3]:0>2}"
    elif (parts := _YEAR_LAST.fullmatch(found.strip())) and (parts[2] == "." or int(parts[1]) > 12):
        meant = f"{parts[4]}-{parts[3]:0>2}-{parts[1]:0>2}"
    if re.fullmatch(r".*-(0[1-9]|1[012])-(29|3[01])", meant) and not _iso_day(meant):  # past the end of its month
        meant = f"{meant[:8]}{monthrange(int(meant[:4]), int(meant[5:7]))[1]}"
    guess = f" (did you mean {meant}?)" if _iso_day(meant) else ""
    return f"a date such as 2026-09-30, from 2000 to 2100{guess}"


def _iso_day(text: str) -> date | None:
    try:
        found = read_day(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def month_before(day: date) -> date:
    """Return the same day of the month before; of the last day of a month, the last one of the month before.

    >>> month_before(date(2024, 2, 29)), month_before(date(2024, 3, 30))
    (datetime.date(2024, 1, 31), datetime.date(2024, 2, 29))
    """
    last = day.replace(day=1) - timedelta(days=1)
    whole = (day + timedelta(days=1)).day == 1
    return last if whole or day.day > last.day else last.replace(day=day.day)
