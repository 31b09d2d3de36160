"""``kzreport status``: report the health of the editions, for a person or a monitor."""

from __future__ import annotations

import argparse
import json
from datetime import date

from kzreport.commands.session import open_store, show
from kzreport.console.streams import IN_JSON
from kzreport.editions.definition import definition_names
from kzreport.editions.status import State, list_states
from kzreport.errors import ParameterError, explain, short_repr

FAIL_IF_OVERDUE = 30  # days: a release that is later than a month is no longer a delay
MAX_AGE = 40  # days: a monthly edition, and some days of delay


def run(args: argparse.Namespace) -> int:
    """Print the state of each definition; return 0 if all are healthy, else 1.

    Raises :class:`ParameterError` for an unknown definition.
    """
    store = open_store(args)
    if args.definition and args.definition not in definition_names():
        choices = f"one of {', '.join(definition_names())}"
        raise ParameterError(explain("report definition", short_repr(args.definition), choices))
    today = date.today()
    late = FAIL_IF_OVERDUE if args.fail_if_overdue is None else args.fail_if_overdue
    states = list_states(store, today, args.definition, overdue_limit=late, age_limit=args.max_age or MAX_AGE)
    healthy = bool(states) and all(state.healthy for state in states)
    if args.json:
        about = {"healthy": healthy, "today": today.isoformat(), "definitions": [state.data() for state in states]}
        show(json.dumps(about, ensure_ascii=False, indent=1), IN_JSON)
    else:
        for state in states:
            show("\n  ".join(_lines(state)))
        if not states:
            show("no edition yet: 'kzreport run' makes one")
    return 0 if healthy else 1


def _lines(state: State) -> list[str]:
    lines = [f"{state.definition}: {'healthy' if state.healthy else 'not healthy'}"]
    lines += [f"! {reason}" for reason in state.reasons]
    if state.edition:
        until = f", figures until {state.data_until}" if state.data_until else ""
        lines.append(f"newest edition {state.edition}, {state.age} day{'s' * (state.age != 1)} old{until}")
    longest = f", up to {state.overdue[0].days} days" if state.overdue else ""
    lines.append(f"overdue series: {len(state.overdue)}{longest}")
    if state.last_run:
        made = f", made {', '.join(state.last_run.made)}" if state.last_run.made else ""
        lines.append(f"last run ended {state.last_run.ended} with {state.last_run.exit_code}{made}")
    else:
        lines.append("last run: not recorded")
    return lines
