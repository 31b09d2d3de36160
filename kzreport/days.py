"""Days as text: the one reader of ISO dates."""

from __future__ import annotations

import re
from datetime import date

from kzreport.errors import ParameterError, explain

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def read_day(text: str) -> date:
    """Return the day of an ISO date. Raises :class:`ValueError` for other text; callers say where it stands.

    >>> read_day("2026-09-30")
    datetime.date(2026, 9, 30)
    """
    if not _DAY.fullmatch(text):
        raise ValueError("expected a date such as 2026-09-30")
    return date.fromisoformat(text)


def parse_day(as_of: date | str) -> date:
    """Return a date from ISO text, or the date itself. Raises :class:`ParameterError`."""
    if not isinstance(as_of, str):
        return as_of
    try:
        return read_day(as_of)
    except ValueError:
        raise ParameterError(explain("as_of", repr(as_of[:40]), "a date such as 2026-09-30")) from None
