"""Groups of countries that figures are added up over, and their members on a day.

Which groups there are stands in the project, see :mod:`kzreport.series.groups`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Membership:
    """A member of a group, with its first and last day if it was not always one."""

    code: str
    since: date = date.min
    until: date = date.max


@dataclass(frozen=True)
class CountryGroup:
    """A group of countries. Its members may depend on the day.

    >>> union = CountryGroup("EU", (Membership("FRA"), Membership("GBR", until=date(2020, 1, 31))))
    >>> union.members(date(2019, 12, 31)), union.members(date(2020, 12, 31))
    (('FRA', 'GBR'), ('FRA',))
    """

    name: str
    memberships: tuple[Membership, ...]

    def members(self, day: date) -> tuple[str, ...]:
        """Return the codes of the members on a day. For a period, take its last day."""
        return tuple(m.code for m in self.memberships if m.since <= day <= m.until)


CountryGroups = Mapping[str, CountryGroup]
