"""Cells of a row of claims or of facts, read and checked: numbers, words, a figure with its qualifier."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kzreport.claims.claim import Qualifier
from kzreport.days import read_day
from kzreport.errors import DataError, explain, one_of
from kzreport.model import Period
from kzreport.project.settings import project
from kzreport.series.table import NUMBER

_SIGNED = (Qualifier.EXACT, Qualifier.ROUNDED, Qualifier.ABOUT, Qualifier.PLANNED, Qualifier.INFERRED)
_UPPER = (Qualifier.AT_MOST, Qualifier.LESS_THAN)
_OPEN = (Qualifier.RANGE, Qualifier.IMPRECISE)  # their bounds stand in low and high, not in value


@dataclass(frozen=True)
class Row:
    """The cells of a row by column, and the place that its errors name."""

    cells: Mapping[str, str]
    where: str

    def bad(self, column: str, expected: str, todo: str = "") -> DataError:
        """Return the error for a cell."""
        return DataError(explain(f"{self.where}, column '{column}'", repr(self.cells[column])[:80], expected, todo))

    def check_text(self) -> None:
        """Raise :class:`DataError` for a cell with spaces around it or characters that do not print."""
        for column, text in self.cells.items():
            if text != text.strip() or not text.isprintable():
                raise self.bad(column, "printable text without spaces around it")

    def number(self, column: str) -> float | None:
        """Return the number of a cell, ``None`` if it is empty. Raises :class:`DataError` for other text."""
        text = self.cells[column]
        if text and not NUMBER.fullmatch(text):
            raise self.bad(column, "a number such as -12.5 or nothing")
        return float(text) if text else None

    def one_of(self, column: str, choices: Collection[str], *, empty: bool = False, listed_in: str = "") -> str:
        """Return the text of a cell that must be one of several, or with ``empty`` may be empty.

        Raises :class:`DataError` with the choices for another.
        """
        text = self.cells[column]
        if text not in choices and not (empty and not text):
            raise self.bad(column, f"{one_of(choices, text)}{listed_in}")
        return text

    def local(self, column: str) -> Mapping[str, str]:
        """Return language -> text."""
        return {k: self.cells[f"{column}.{k}"] for k in project().languages}

    def in_every_language(self, column: str) -> Mapping[str, str] | None:
        """Return language -> text, ``None`` if no language has any. Raises :class:`DataError` if one alone is empty."""
        texts = self.local(column)
        if any(texts.values()) and not all(texts.values()):
            raise self.bad(next(f"{column}.{k}" for k, t in texts.items() if not t), "words in every language")
        return texts if any(texts.values()) else None

    def period(self, column: str) -> Period | None:
        """Return the period of a cell, ``None`` if it is empty; a span of days is ``2021-04-28/2021-05-01``.

        Raises :class:`DataError` for other text.
        """
        text = self.cells[column]
        first, _, last = text.partition("/")
        try:
            if len(first) == len(last) == len("2021-04-28"):
                start, end = read_day(first), read_day(last)
                if end > start:
                    return Period(start, end, "S")
            return Period.parse(text) if text else None
        except (ValueError, DataError):
            pass
        raise self.bad(column, "2026, 2026-Q1, 2026-08, 2026-08-31, 2026-01/2026-08, 2026-08-01/2026-08-31 or nothing")

    def address(self, column: str) -> str:
        """Return an address, empty if the cell is. Raises :class:`DataError` unless it starts with https://."""
        text = self.cells[column]
        if text and not (text.startswith("https://") and text.isascii() and " " not in text):
            raise self.bad(column, "an address that starts with https://")
        return text


def check_figure(
    row: Row, qualifier: Qualifier, period: Period | None, value: float | None, low: float | None, high: float | None
) -> None:
    """Raise :class:`DataError` unless the numbers of a row and its qualifier go together.

    - a date has a period and no number
    - a lower bound ("more than") stands in ``value``, an imprecise one ("several") in ``low``; never in ``high`` alone
    """
    if row.cells["unit"] == "date":
        if value is not None or period is None:
            raise row.bad("value", "nothing, and a period: the date that is claimed")
        return
    if value is None and low is None and high is None:
        raise row.bad("value", "a number, or one in low or high")
    if value is not None and value < 0 and qualifier not in _SIGNED:
        raise row.bad("qualifier", "exact, rounded or about for a value below 0")
    if low is not None and high is not None and low > high:
        raise row.bad("low", "at most 'high'")
    if qualifier not in _OPEN and qualifier not in _UPPER and value is None and low is None:
        raise row.bad("high", f"'{qualifier}' with a number in 'value': it is no upper bound")
    if qualifier in _UPPER and value is None and high is None:
        raise row.bad("low", f"'{qualifier}' with a number in 'value': it is no lower bound")
    if qualifier is Qualifier.IMPRECISE and low is None:
        raise row.bad("high", "an imprecise figure with what it at least means in 'low'", "or at_most, less_than")
    if qualifier is Qualifier.RANGE and (low is None or high is None):
        raise row.bad("low", "both ends of a range, in 'low' and 'high'")


def check_step(row: Row, value: float, step: float | None) -> float:
    """Return the unit of the last printed digit. Raises :class:`DataError` if the value has digits below it.

    A step is a power of ten; 66.7 with a step of 1 has a digit that nobody printed.
    """
    if step is None or step <= 0:
        raise row.bad("step", "the unit of the last printed digit, above 0")
    digits = row.cells["step"].replace(".", "").strip("0")
    if digits != "1":
        raise row.bad("step", "a power of ten: 0.1, 1, 1000")
    times = value / step
    if abs(times - round(times)) > 1e-6 * max(1.0, abs(times)):
        raise row.bad("step", f"a step that the digits of {row.cells['value']} have")
    decimals = len(row.cells["value"].partition(".")[2])
    if decimals > max(0, len(row.cells["step"].partition(".")[2])):
        raise row.bad("step", f"a step that the digits of {row.cells['value']} have")
    return step
