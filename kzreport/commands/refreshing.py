"""Refreshing for commands: options, transport, and writing the result.

What belongs here: what ``refresh`` and ``run --refresh`` share. What does not: the words about the outcome
(:mod:`kzreport.commands.refresh`).
"""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

from kzreport.editions.log import log_error
from kzreport.errors import ParameterError, explain
from kzreport.files import project_root
from kzreport.refresh.mapping import Fetch, mapped_series
from kzreport.refresh.refresh import Outcome, Proposal, Wishes, propose
from kzreport.refresh.replay import Recorder, Replay
from kzreport.refresh.transport import Transport
from kzreport.series.resource import describe_series
from kzreport.series.transaction import sole_writer

_INSTALL = "python -m pip install 'kzreport[refresh]' (in a checkout: .venv/bin/python -m pip install -e '.[refresh]')"


def network(say: Callable[[str], None]) -> Transport:
    """Return the network. Raises :class:`ParameterError` that says how to install what it needs."""
    try:
        module = importlib.import_module("kzreport.refresh.http")
    except ModuleNotFoundError as e:
        if (e.name or "").startswith("kzreport"):
            raise
        raise ParameterError(explain("refresh", f"no package {e.name}", "the extra 'refresh'", _INSTALL)) from None
    transport: Transport = module.HttpTransport(say=say)
    return transport


def transport_of(args: argparse.Namespace, today: date) -> tuple[Transport, date]:
    """Return the source of replies, and the day: today, or the day of a recording. Raises :class:`ParameterError`."""
    if args.replay:
        replay = Replay(Path(args.replay))
        return replay, replay.day
    inner = network(log_error)
    if getattr(args, "record", None):
        return Recorder(inner, Path(args.record), today), today
    return inner, today


def wanted_series(names: Iterable[str], providers: str | None) -> Mapping[str, Fetch]:
    """Return the chosen series, or all that can be fetched, of some providers or of all.

    Raises :class:`ParameterError` for a series that can only be had by hand, or a provider that no card names.
    """
    mapped = mapped_series()
    chosen = list(dict.fromkeys(names))
    for name in chosen:
        describe_series(name)
        if name not in mapped:
            todo = f"its figures come by hand: 'kzreport add {name} ...'"
            raise ParameterError(explain(f"series {name}", "no key 'fetch' in its card", "a provider", todo))
    known = sorted({fetch.provider for fetch in mapped.values()})
    asked = providers.split(",") if providers else known
    for provider in asked:
        if provider not in known:
            raise ParameterError(explain("--provider", repr(provider), f"among {', '.join(known) or 'none yet'}"))
    return {n: f for n, f in mapped.items() if f.provider in asked and (not chosen or n in chosen)}


def refresh(
    wanted: Mapping[str, Fetch], transport: Transport, today: date, wishes: Wishes, *, keep_going: bool
) -> Proposal:
    """Fetch, guard and write; return what was written. Raises :class:`Locked` if another refresh is at work."""
    with sole_writer(project_root() / "data") as writer:
        found = propose(wanted, today, transport, wishes, keep_going=keep_going)
        writer.replace({**found.files, **found.ledger})
    return found


def refresh_first(args: argparse.Namespace, today: date) -> tuple[Proposal, str]:
    """Refresh everything before editions are made; return the result and the record for their pages.

    The record is empty unless a provider was down or its reply refused: then it is JSON with the day and the series
    that stayed as they were. Raises :class:`ParameterError` if the extra is not installed.
    """
    transport, day = transport_of(args, today)
    found = refresh(wanted_series([], None), transport, day, Wishes(), keep_going=True)
    left = sorted(o.series for o in found.with_state("down", "refused"))
    return found, json.dumps({"day": day.isoformat(), "series": left}) if left else ""


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return 2 if a reply was refused, 3 if a provider was down, else 0."""
    states = {o.state for o in outcomes}
    return 2 if "refused" in states else 3 if "down" in states else 0
