"""The verdicts on the claims that pages of an edition speak of: judged once, in the command, for all its kernels."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

from kzreport.claims.assessment import judge_ahead
from kzreport.claims.claim import Claim
from kzreport.claims.handed import Handed, write_handed
from kzreport.claims.ledger import known_claims
from kzreport.days import month_before, parse_day
from kzreport.editions.plan import Plan, named_pages
from kzreport.errors import KzreportError
from kzreport.pages.values import page_values
from kzreport.pages.views import claims_read

_FILES = 16  # kept: pages of the editions before may still have to begin; without its file a page judges itself


class Verdicts:
    """The files of the verdicts, one for each edition, in a folder of the run's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[date, Path | None] = {}
        self._judged: dict[tuple[date, tuple[str, ...]], Handed] = {}

    def file_of(self, plan: Plan) -> Path | None:
        """Return the file of an edition; ``None`` if it judges no claim, or if claims have a fault.

        A fault is then reported by the page that needs them. What the edition before judged is not judged again.
        """
        if plan.as_of not in self._files:
            self._files[plan.as_of] = None
            with contextlib.suppress(KzreportError, OSError):
                self._files[plan.as_of] = self._written(plan)
            if len(self._files) > _FILES and (oldest := self._files.pop(min(self._files))):
                oldest.unlink(missing_ok=True)
        return self._files[plan.as_of]

    def _written(self, plan: Plan) -> Path | None:
        before, self._judged = self._judged, {}
        for day in _days(plan):
            if chosen := _chosen(plan, day):
                key = day, tuple(chosen)
                self._judged[key] = before.get(key) or judge_ahead(chosen.values(), day)
        path = self.folder / f"verdicts-{plan.as_of}"
        if self._judged:
            write_handed(path, {day: found for (day, _), found in self._judged.items()})
        return path if self._judged else None


def _days(plan: Plan) -> list[date]:
    """Return the date of an edition, and the one that its pages are compared with, if they are."""
    own = [values["previous"] for values in plan.definition.values.values() if "previous" in values]
    before = [parse_day(day) if day else month_before(plan.as_of) for day in own]
    return sorted({plan.as_of, *before})


def _chosen(plan: Plan, day: date) -> dict[str, Claim]:
    """Return the claims, printed by a day, that some page of a plan speaks of, by id."""
    values = plan.definition.values
    pages = set(values).union(*map(named_pages, values.values()))
    reads = [claims_read({page: values.get(page) or page_values(page, {}, page)}) for page in sorted(pages)]
    return {claim.id: claim for chosen in reads if chosen for claim in known_claims(day, **chosen)}
