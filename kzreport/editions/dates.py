"""Languages and dates of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from kzreport.days import parse_day
from kzreport.errors import ArgumentError, explain, of_arguments, one_of, short_repr
from kzreport.project.settings import project


def check_language(code: str) -> str:
    """Return the language or raise :class:`ArgumentError` with the choices."""
    languages = project().languages
    if code not in languages:
        raise ArgumentError(explain("--lang", short_repr(code), one_of(languages, code)))
    return code


def check_languages(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the languages, each once. Raises as :func:`check_language`."""
    return tuple(dict.fromkeys(check_language(code) for code in codes))


def check_date(text: str, today: date) -> date:
    """Return the date of an edition, at most ``today``. Raises :class:`ArgumentError`."""
    with of_arguments():
        day = parse_day(text, "--as-of")
    if day > today:
        raise ArgumentError(
            explain("--as-of", text, f"a date up to today ({today})", "an edition says what is known, not what will be")
        )
    return day


def check_months(first: str, last: str, today: date) -> list[date]:
    """Return the last days of the months from ``first`` to ``last``, both included. Raises :class:`ArgumentError`.

    >>> [str(d) for d in check_months("2023-12", "2024-02", date(2024, 3, 1))]
    ['2023-12-31', '2024-01-31', '2024-02-29']
    """
    for option, text in (("--from", first), ("--to", last)):
        if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", text):
            raise ArgumentError(explain(option, repr(text[:40]), "a month such as 2026-09"))
    if first > last:
        raise ArgumentError(explain("--from", first, f"a month up to {last}"))
    found, year, month = [], int(first[:4]), int(first[5:])
    while f"{year}-{month:02}" <= last:
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        found.append(date(year, month, 1) - timedelta(days=1))
    if found[-1] > today:
        todo = "an edition says what is known, not what will be"
        raise ArgumentError(explain("--to", last, f"a month that has ended by today ({today})", todo))
    return found
