"""The state of the editions of each definition: their age, what is overdue, the last run, and what is not well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from kzreport.editions.damage import list_damage
from kzreport.editions.definition import definition_names, load_definition
from kzreport.editions.ended import Ended, read_end
from kzreport.editions.log import OVERDUE
from kzreport.editions.manifest import read_manifest
from kzreport.editions.overdue import Overdue, list_overdue, overdue_data
from kzreport.editions.store import Store, list_editions
from kzreport.errors import KzreportError


@dataclass(frozen=True)
class State:
    """The state of one definition.

    - ``edition``: name of the newest one, empty if there is none; ``age``: days from its date to today
    - ``data_until``: the day on which its newest figure was published
    - ``overdue``: series that are overdue today, in the data as they are now
    - ``last_run``: the end of the last run, if it was recorded
    - ``reasons``: why it is not healthy, for a person; empty if it is
    """

    definition: str
    edition: str
    age: int | None
    data_until: str | None
    overdue: tuple[Overdue, ...]
    last_run: Ended | None
    reasons: tuple[str, ...]

    @property
    def healthy(self) -> bool:
        """True if nothing is wrong."""
        return not self.reasons

    def data(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "definition": self.definition,
            "healthy": self.healthy,
            "reasons": list(self.reasons),
            "edition": self.edition or None,
            "age_days": self.age,
            "data_until": self.data_until,
            "overdue": overdue_data(self.overdue),
            "last_run": self.last_run.model_dump() if self.last_run else None,
        }


def list_states(store: Store, today: date, chosen: str | None, *, overdue_limit: int, age_limit: int) -> list[State]:
    """Return the state of each definition that has editions or was run, or of the ``chosen`` one.

    Parameters
    ----------
    overdue_limit, age_limit
        days that a figure may be overdue, and the newest edition old, while all is well
    """
    found = []
    for name in [chosen] if chosen else definition_names():
        editions = [folder for folder in list_editions(store.root) if folder.parent.name == name]
        last, reasons = read_end(store, name), []
        if not (editions or last or chosen):
            continue
        edition, until, overdue, age = "", None, list[Overdue](), None
        try:
            overdue = list_overdue(load_definition(name), today)
        except KzreportError as e:
            reasons.append(str(e))
        if editions:
            edition = editions[-1].name
            age = (today - date.fromisoformat(edition[:10])).days
            try:
                until = read_manifest(editions[-1])["edition"].get("data_until")
                reasons += [f"{name}/{edition}: {fault}" for fault in list_damage(editions[-1], store)]
            except KzreportError as e:
                reasons.append(str(e))
        else:
            reasons.append("it has no edition")
        if age is not None and age > age_limit:
            reasons.append(f"its newest edition is {age} days old, more than {age_limit}")
        if late := [o for o in overdue if o.days > overdue_limit]:
            longest = f"{late[0].series} {late[0].period}, {late[0].days} days"
            reasons.append(f"{len(late)} series overdue by more than {overdue_limit} days, the longest: {longest}")
        if last and last.exit_code not in (0, OVERDUE):  # that limit was another
            why = f": {last.errors[0].splitlines()[0]}" if last.errors else ""
            reasons.append(f"its last run ended with {last.exit_code}{why}")
        found.append(State(name, edition, age, until, tuple(overdue), last, tuple(reasons)))
    return found
