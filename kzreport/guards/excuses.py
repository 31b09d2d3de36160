"""Excuses: findings that an issue of ``data/issues.yml`` declares to be true figures, with the reason."""

from __future__ import annotations

from collections.abc import Iterable

from kzreport.errors import DataError, explain
from kzreport.guards.finding import Finding
from kzreport.guards.table import GUARDS
from kzreport.series.issues import Issue, excusing_issues


def not_excused(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that no issue excuses.

    An issue excuses a finding on its series, or in which its series takes part, if it names the guard under
    ``excuses`` and its ``periods`` and ``where`` hold the figure. It does so on every date: it is about what is held.

    Raises :class:`DataError` for an issue that excuses a guard that does not exist.
    """
    issues = excusing_issues()
    for issue in issues:
        if unknown := [name for name in issue.excuses if name not in GUARDS]:
            where = f"data/issues.yml, {issue.id}, key 'excuses'"
            raise DataError(explain(where, unknown[0], f"guards among {', '.join(GUARDS)}"))
    return [f for f in findings if not any(_excuses(issue, f) for issue in issues)]


def _excuses(issue: Issue, f: Finding) -> bool:
    return (
        f.guard in issue.excuses
        and (issue.series == f.series or issue.series in f.others)
        and (not issue.periods or f.period in map(str, issue.periods))
        and all(issue.is_about(column, (value,)) for column, value in f.dims.items())
    )
