"""A refresh: fetch, read, guard and merge everything into a proposal, which the caller may write.

What belongs here: the order of these steps and what became of each series. What does not: the network
(:mod:`kzreport.refresh.http`), words for an analyst (:mod:`kzreport.commands.refresh`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

from kzreport.errors import DataError, ProviderDown, explain
from kzreport.files import project_root
from kzreport.guards.change import About, check_change
from kzreport.guards.finding import Finding, errors_of, questions_of, warnings_of
from kzreport.guards.state import check_state
from kzreport.model import Observation
from kzreport.refresh.ledger import Ledger
from kzreport.refresh.mapping import Fetch, card_text, with_fetch, with_vintage
from kzreport.refresh.provider import Request, Row, find_provider
from kzreport.refresh.transport import Answer, NoKey, Transport, address_of
from kzreport.refresh.vintages import Change, Days, Merged, merge, table_rows
from kzreport.series.append import TableRow, held_rows, restated_package, with_rows
from kzreport.series.resource import Resource, describe_series
from kzreport.series.table import check_table

State = Literal["new", "unchanged", "refused", "down", "no key", "unconfirmed"]

_MOST_REQUESTS = 200  # for one series: the pages of an archive, the months of a listing
# What a person may accept of one series, giving a reason; the others are impossible.
_ACCEPTABLE = (
    "redefinition",
    "switch",
    "mass_revision",
    "first_contact",
    "completeness",
    "unit_jump",
    "withdrawal",
    "outlier",
)


@dataclass(frozen=True)
class Wishes:
    """The request for a refresh: which series, and what may be done.

    - ``since``: periods that end in an earlier year are left alone
    - ``backfill``: older states are read, and rows may be put before rows that are known
    - ``accepted``: series -> reason why a change that guards refuse is accepted
    """

    since: int | None = None
    backfill: bool = False
    accepted: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """The outcome of one series.

    - ``state``: ``new`` figures, ``unchanged``, ``refused``, its provider ``down``, ``no key`` for it, or its mapping
      ``unconfirmed``
    - ``changes``: what is new and what was revised
    - ``said``: reasons of a refusal, warnings, what was left out
    - ``rows``: to add
    - ``fingerprint``: what the reply says it is, if that is to be written into the card
    """

    series: str
    provider: str
    state: State
    changes: tuple[Change, ...] = ()
    said: list[str] = field(default_factory=list)
    rows: tuple[TableRow, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True)
class Proposal:
    """The end of a refresh before anything is written. ``files``: path below ``data/`` -> content.

    ``ledger``: the files that record the requests; they are written even if no figure is new.
    """

    day: date
    outcomes: tuple[Outcome, ...]
    files: Mapping[str, bytes]
    ledger: Mapping[str, bytes]

    def with_state(self, *states: State) -> tuple[Outcome, ...]:
        """Return the series with this state."""
        return tuple(o for o in self.outcomes if o.state in states)


def propose(
    wanted: Mapping[str, Fetch], today: date, transport: Transport, wishes: Wishes, *, keep_going: bool = True
) -> Proposal:
    """Return what a refresh of some series would change.

    Parameters
    ----------
    wanted
        Name of a series -> its mapping.
    today
        The day.
    transport
        The network, or a recording.
    wishes
        Further wishes.
    keep_going
        Write the sound series where a reply was refused; else nothing.

    Raises
    ------
    DataError
        If a table or card that is held has a fault.
    """
    ledger = Ledger(project_root() / "data")
    session = _Session(today, transport, ledger, wishes)
    outcomes = [session.series(name, fetch) for name, fetch in wanted.items()]
    _guard_together(outcomes, today)
    if not keep_going and any(o.state == "refused" for o in outcomes):
        for o in outcomes:
            if o.state == "new":
                o.said.append("sound, but not written: another reply was refused; --keep-going writes this one")
        written: list[Outcome] = []
    else:
        written = [o for o in outcomes if o.state == "new" or o.fingerprint]
    files = dict(_changed(written))
    if files:
        files["datapackage.json"] = restated_package(files)
    session.close(outcomes)
    return Proposal(today, tuple(outcomes), files, ledger.files())


@dataclass(frozen=True)
class _Asked:
    """A request that was made: the reply, or the reason why none came."""

    request: Request
    answer: Answer | None
    down: ProviderDown | None


class _Session:
    """The requests of one refresh: each is made once, even if several series need it."""

    def __init__(self, today: date, transport: Transport, ledger: Ledger, wishes: Wishes) -> None:
        self._today, self._transport, self._ledger, self._wishes = today, transport, ledger, wishes
        self._asked: dict[str, _Asked] = {}
        self._users: dict[str, dict[str, str]] = {}  # address -> series -> provider

    def series(self, name: str, fetch: Fetch) -> Outcome:
        """Return the outcome of one series."""
        if not fetch.confirmed:
            todo = "its identifiers were never seen in a live reply: 'kzreport refresh --probe' looks"
            return Outcome(name, fetch.provider, "unconfirmed", said=[todo])
        try:
            rows, fingerprint, notes, answers = self.replies(name, fetch)
            return self._outcome(name, fetch, rows, fingerprint, notes, answers)
        except NoKey as e:
            return Outcome(name, fetch.provider, "no key", said=[str(e)])
        except ProviderDown as e:
            return Outcome(name, fetch.provider, "down", said=[str(e)])
        except DataError as e:
            return Outcome(name, fetch.provider, "refused", said=[str(e)])

    def replies(self, name: str, fetch: Fetch) -> tuple[list[Row], str, list[str], list[Answer]]:
        """Return all rows of a series, the fingerprint of its replies, notes, and the replies.

        Raises :class:`ProviderDown`, :class:`DataError` for a reply of another form.
        """
        provider = find_provider(fetch.provider)
        about = fetch.about(name) | ({"backfill": True} if self._wishes.backfill else {})
        waiting = list(self._guarded(lambda: provider.requests(about, self._today), name))
        rows: list[Row] = []
        marks: dict[str, None] = {}
        notes: list[str] = []
        answers: list[Answer] = []
        seen: set[tuple[str, str]] = set()
        while waiting:
            request = waiting.pop(0)
            at = (address_of(request), repr(sorted(request.known.items())))
            if at in seen:
                continue
            seen.add(at)
            if len(seen) > _MOST_REQUESTS:
                raise DataError(explain(name, f"more than {_MOST_REQUESTS} requests", "fewer", "look at its mapping"))
            answer = self._fetch(name, fetch.provider, request)
            known = about | dict(request.known)
            reply = self._guarded(lambda raw=answer.content, k=known: provider.read(raw, k), name)
            rows += reply.rows
            notes += reply.notes
            waiting += reply.more
            answers.append(answer)
            if reply.fingerprint:
                marks[reply.fingerprint] = None
        return rows, " ; ".join(sorted(marks)), notes, answers

    @staticmethod
    def _guarded(call: Any, name: str) -> Any:
        """Call a provider's function; its errors become errors about the reply or the mapping."""
        try:
            return call()
        except (DataError, ProviderDown):
            raise
        except ImportError as e:
            todo = "install it: python -m pip install 'kzreport[refresh]'"
            raise DataError(explain(name, f"no package {e.name}", "the extra 'refresh'", todo)) from None
        except Exception as e:  # a provider's module is the project's: its faults are reported, and stop no other
            raise DataError(explain(name, f"{type(e).__name__}: {str(e)[:120]}", "a reply of the known form")) from e

    def _fetch(self, name: str, provider: str, request: Request) -> Answer:
        address = address_of(request)
        self._users.setdefault(address, {})[name] = provider
        if address not in self._asked:
            kept = self._ledger.kept(request)
            try:
                answer = self._transport.fetch(request, kept[0] if kept else None)
                if answer.unchanged:
                    answer = replace(answer, content=kept[1] if kept else b"")
                self._asked[address] = _Asked(request, answer, None)
            except ProviderDown as e:
                self._asked[address] = _Asked(request, None, e)
        asked = self._asked[address]
        if asked.answer is None:
            raise asked.down or ProviderDown(address)
        return asked.answer

    def _outcome(
        self,
        name: str,
        fetch: Fetch,
        rows: list[Row],
        fingerprint: str,
        notes: list[str],
        answers: Sequence[Answer],
    ) -> Outcome:
        d, today, wishes = describe_series(name), self._today, self._wishes
        files = [a.file_day for a in answers if a.file_day]
        days = Days(today, max(files) if files and fetch.published == "file" else None)
        fetched = [r for r in table_rows(d, rows, days) if wishes.since is None or r.period.year >= wishes.since]
        merged = merge(d, held_rows(d), fetched, today=today, backfill=wishes.backfill)
        first = not fetch.fingerprint
        about = About(
            first=first,
            fingerprint=(fetch.fingerprint, fingerprint),
            revises_history=bool(getattr(find_provider(fetch.provider), "REVISES_HISTORY", False)),
            whole=wishes.since is None and not wishes.backfill,
            backfill=wishes.backfill,
        )
        waiting = set(map(id, merged.waiting))
        new = [_observation(r) for r in fetched if id(r) not in waiting]
        if wishes.backfill:
            new = [_observation(r) for r in merged.rows]
        found = check_change(d, check_table(d), new, today, about)
        said = [*notes, *(f.message for f in warnings_of(found))]
        said += [f"{_label(r)}: {r.value}, a second value of today, is added tomorrow" for r in merged.waiting]
        accepted = wishes.accepted.get(name)
        against = [*errors_of(found), *questions_of(found)]
        refused = [f for f in against if not (accepted and f.guard in _ACCEPTABLE)]
        if refused:
            return Outcome(name, fetch.provider, "refused", said=[*said, *map(_refusal, refused)])
        said += [f"accepted ({accepted}): {f.message}" for f in against]
        added = merged.rows + (merged.withdrawn if accepted else ())
        changes = merged.changes + (_withdrawals(merged) if accepted else ())
        mark = fingerprint if fingerprint != fetch.fingerprint and not wishes.backfill else ""
        return Outcome(name, fetch.provider, "new" if added else "unchanged", changes, said, added, mark)

    def close(self, outcomes: Sequence[Outcome]) -> None:
        """Record the result of every request in the ledger."""
        states = {o.series: o for o in outcomes}
        for name, reason in self._wishes.accepted.items():
            if name in states and states[name].state != "refused":
                self._ledger.note("accepted", name, reason, self._today)
        if self._wishes.backfill:
            for o in outcomes:
                if o.rows:
                    words = f"{len(o.rows)} rows of earlier days: what past dates knew has changed"
                    self._ledger.note("backfill", o.series, words, self._today)
        for address, asked in self._asked.items():
            users = self._users[address]
            if isinstance(asked.down, NoKey):
                continue
            own = [states[name] for name in users if name in states]
            outcome = "nothing new"
            for state, words in (("new", "new figures"), ("refused", "refused"), ("down", "failed")):
                if any(o.state == state for o in own):
                    outcome = words
                    break
            if outcome == "nothing new" and any(o.fingerprint for o in own):
                outcome = "first contact"
            why = str(asked.down or "")
            self._ledger.add(next(iter(users.values())), users, asked.request, asked.answer, outcome, why)


def _refusal(finding: Finding) -> str:
    hint = f" To accept it: --accept-redefinition {finding.series}=REASON." if finding.guard in _ACCEPTABLE else ""
    return finding.message + hint


def _withdrawals(merged: Merged) -> tuple[Change, ...]:
    return tuple(Change(r.period, r.dims, None, "", r.published, r.dated) for r in merged.withdrawn)


def _label(row: TableRow) -> str:
    return " ".join([str(row.period), *row.dims.values()])


def _observation(row: TableRow) -> Observation:
    dims = dict(row.dims) | ({"dated": row.dated} if row.dated else {})
    return Observation(row.period, float(row.value) if row.value else None, row.published, dims)


def _with(d: Resource, rows: Sequence[TableRow]) -> list[Observation]:
    """Return the rows of a table and further ones, in the order of a file."""
    every = [*check_table(d), *map(_observation, rows)]
    return sorted(every, key=lambda o: (*(o.dims[k] for k in d.dimensions), o.period, o.published))


def _guard_together(outcomes: Sequence[Outcome], today: date) -> None:
    """Refuse new figures that do not fit the figures of other series, held or new; misfits known before are ignored."""
    before = {f.message for f in errors_of(check_state(today))}
    while changed := {o.series: o for o in outcomes if o.state == "new"}:
        rows = {name: _with(describe_series(name), o.rows) for name, o in changed.items()}
        found = [f for f in errors_of(check_state(today, changed=rows)) if f.message not in before]
        guilty = {name: f for f in found for name in (f.series, *f.others) if name in changed}
        if not guilty:
            return
        for name, finding in guilty.items():
            o = changed[name]
            o.state, o.rows, o.changes, o.fingerprint = "refused", (), (), ""
            o.said.append(finding.message)


def _changed(written: Sequence[Outcome]) -> Iterator[tuple[str, bytes]]:
    """Yield the tables and cards that change: path below ``data/``, content."""
    for o in written:
        d = describe_series(o.series)
        if o.rows:
            yield f"{o.series}.csv", with_rows(d, o.rows)
        text = before = card_text(o.series)
        if d.vintages:
            for day in sorted({row.published for row in o.rows}):
                text = with_vintage(text, day)
        if o.fingerprint:
            text = with_fetch(text, fingerprint=o.fingerprint)
        if text != before:
            yield f"{o.series}.yml", text.encode()


def probe(wanted: Mapping[str, Fetch], today: date, transport: Transport) -> Iterator[tuple[str, str, str]]:
    """Yield for each series what a live reply says: name, ``seen`` or ``down`` or ``refused``, and details.

    Nothing is written. It asks for what the mapping says, confirmed or not.
    """
    session = _Session(today, transport, Ledger(Path(project_root() / "data")), Wishes())
    for name, fetch in wanted.items():
        try:
            rows, fingerprint, notes, answers = session.replies(name, fetch)
        except ProviderDown as e:
            yield name, "down", str(e)
            continue
        except DataError as e:
            yield name, "refused", str(e)
            continue
        newest = max(rows, key=lambda r: r.period, default=None)
        last = f"{newest.period} {' '.join(newest.dims.values())} {newest.value}".replace("  ", " ") if newest else "-"
        size = sum(len(a.content) for a in answers)
        details = f"{len(rows)} figures in {size} bytes, the newest {last}; fingerprint {fingerprint!r}"
        yield name, "seen", "; ".join([details, *notes])
