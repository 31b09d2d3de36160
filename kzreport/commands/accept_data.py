"""``kzreport accept --data``: take cards and tables as they are, and list what changed as a reader would see it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from kzreport.claims.frequencies import frequency_faults
from kzreport.commands.accept_cards import look_at_cards
from kzreport.commands.accept_lists import look_at_lists
from kzreport.commands.accepted import Accepted, accepted_file, accepted_state, keep_accepted
from kzreport.commands.add import may_pass, refuse
from kzreport.commands.proposed import compare_proposed, proposed_project
from kzreport.commands.session import show
from kzreport.errors import DataError
from kzreport.files import file_digest, holds_text, project_root
from kzreport.guards.change import About, check_change, key_of, replaced
from kzreport.guards.finding import Finding
from kzreport.machine import scratch
from kzreport.model import Observation
from kzreport.project.settings import project
from kzreport.refresh.mapping import demand_mappings
from kzreport.series.assemble import assemble, lists_of, package_text
from kzreport.series.resource import Resource, resource_of
from kzreport.series.table import parse_table
from kzreport.series.transaction import sole_writer

_MOST = 8  # rows of a table that are listed


def accept_data(today: date, *, yes: bool) -> int:
    """List what changed since the data were accepted, and accept them; return the exit code.

    A published figure that was altered or removed, and one that is unusual, need ``yes``. Raises :class:`DataError`
    for broken data, and for figures that a guard refuses.
    """
    data = project_root() / "data"
    with sole_writer(data):
        text, before = package_text(data), accepted_state()
        with proposed_project({"datapackage.json": text.encode()}):  # a card may name a column that it has just got
            demand_mappings((p.stem for p in data.glob("[!.]*.csv")), today)
        if before:
            changed = [n for n, digest in before.digests.items() if _digest(data / n) != digest]
            held = {n: accepted_file(n, before.digests[n]) for n in changed}
            with proposed_project(
                {"datapackage.json": text.encode()}
            ):  # issues excuse findings, and name cards as they are now
                findings = [f for name in before.entries for f in _look_at(name, before, held, data, today)]
            findings += look_at_cards(before.entries, {e["name"]: e for e in json.loads(text)["resources"]})
            findings += look_at_lists(before, data)
            for name in sorted({p.stem for p in data.glob("[!.]*.csv")} - before.entries.keys()):
                show(f"{name}: a new table")
            _demand_frequencies(before, data, text)
            findings += _turned(before, held, text, today) if all(held.values()) else ()
        else:
            findings = list(_without_comparison(data))
        if not may_pass(findings, yes=yes):
            return 2
        names = assemble()
        keep_accepted()
    show(f"changed in data/datapackage.json: {', '.join(names)}" if names else "the data are as described")
    return 0


def _without_comparison(data: Path) -> Iterator[Finding]:
    """Yield a question if there was a data package, and none can be read, here, in git or among the copies."""
    package = data / "datapackage.json"
    if package.exists():
        found = "no package that can be read, neither here nor in git nor kept"
        yield Finding("alteration", package.name, "", found, "one to compare the data with")


def _digest(path: Path) -> str:
    return file_digest(path) if path.is_file() else ""


def _demand_frequencies(before: Accepted, data: Path, text: str) -> None:
    """Raise :class:`DataError` for a new or changed claim of another frequency than its series.

    It could be judged on no day, and pages would say that its figure is not held.
    """
    lists = [n for n in lists_of(data) if n.startswith("claims/") and before.digests.get(n) != _digest(data / n)]
    if documents := {Path(name).stem for name in lists if name.endswith(".csv")}:
        with proposed_project({"datapackage.json": text.encode()}):
            if faults := list(frequency_faults(documents)):
                raise DataError("\n".join(faults))


def _look_at(
    name: str, before: Accepted, held: Mapping[str, bytes | None], data: Path, today: date
) -> Iterator[Finding]:
    """Print the changes of one table; yield what the guards find in them."""
    file = f"{name}.csv"
    if not (data / file).is_file():
        yield Finding("removal", name, "", "no table", "every table that was accepted")
    elif file in held:
        then = resource_of(before.entries[name], data, project().languages, f"data/{name}.yml")
        if (old_text := held[file]) is None:
            found = f"another text, and the one that was accepted ({then.hash[:20]}...) neither in git nor kept"
            yield Finding("alteration", name, "", found, "a text that can be compared")
            return
        now = resource_of(_entry(package_text(data), name), data, project().languages, f"data/{name}.yml")
        with scratch.folder() as own:
            copy = own / file
            copy.write_bytes(old_text)
            old, _ = parse_table(replace(then, file=copy))
        new, _ = parse_table(now)
        for line in _lines(now, old, new):
            show(line)
        yield from check_change(now, old, new, today, About(table=True))


def _entry(text: str, name: str) -> Mapping[str, Any]:
    return next(e for e in json.loads(text)["resources"] if e["name"] == name)


def _lines(d: Resource, old: Sequence[Observation], new: Sequence[Observation]) -> Iterator[str]:
    """Yield the rows that were added, altered and removed."""
    then, now = ({(*key_of(d, o), o.published): o for o in rows} for rows in (old, new))
    known = {key[:2]: o for key, o in then.items()}
    told = []
    counts = {"added": 0, "revised": 0, "altered": 0, "removed": 0}
    for key, o in now.items():
        name = " ".join([str(o.period), *key[1]])
        if key not in then:
            before = known.get(key[:2])
            counts["revised" if before else "added"] += 1
            after = f", {_value(before)} before ({before.published})" if before else ""
            told.append(f"  {name}: {_value(o)}, published {o.published}{after}")
        elif then[key].value != o.value:
            counts["altered"] += 1
            told.append(f"  {name}: {replaced(o.value, then[key].value)}, published {o.published}")
    for key, o in then.items():
        if key not in now:
            counts["removed"] += 1
            told.append(f"  {' '.join([str(o.period), *key[1]])}: {_value(o)}, published {o.published}, is gone")
    yield f"{d.name}: {', '.join(f'{n} {kind}' for kind, n in counts.items() if n) or 'the same figures'}"
    yield from told[:_MOST]
    if len(told) > _MOST:
        yield f"  and {len(told) - _MOST} more"


def _value(o: Observation | None) -> str:
    return f"{o.value:.10g}" if o and o.value is not None else "no value"


def _turned(before: Accepted, held: Mapping[str, bytes | None], text: str, today: date) -> Sequence[Finding]:
    """Print what pages would say; return what the guards find in the new state, and raise if they refuse it."""
    data = project_root() / "data"
    package = data / "datapackage.json"
    if not held or holds_text(package, text):
        return ()
    now = {name: (data / name).read_bytes() for name in held if (data / name).is_file()}
    new = dict.fromkeys(lists_of(data).keys() - before.lists.keys())  # documents.yml did not name them then
    proposal = compare_proposed(
        now | {package.name: text.encode()}, today, held={**held, **new, package.name: before.package}
    )
    for line in proposal.lines():
        show(line)
    refuse(proposal.findings)
    return proposal.findings
