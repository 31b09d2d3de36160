"""Three dates over a local server, recorded and replayed: a release, a revision, a redefinition."""

import json
from datetime import date

import pytest
from bad_server import TYPES, serving
from local_project import as_json

from kzreport.commands.cli import main
from kzreport.commands.refreshing import refresh
from kzreport.files import clear_caches
from kzreport.refresh.http import HttpTransport
from kzreport.refresh.mapping import mapped_series
from kzreport.refresh.refresh import Wishes, propose
from kzreport.refresh.replay import Recorder
from kzreport.series.known import load_series

RELEASE, REVISION, REDEFINITION = date(2026, 10, 15), date(2026, 11, 16), date(2026, 11, 24)


def replies(held):
    """What the provider says on each of the three days."""
    september, october = ("2026-09", "74800", "2026-10-15"), ("2026-10", "61900", "2026-11-16")
    revised = [(m, "87100", "2026-11-16") if m == "2026-08" else (m, c) for m, c in held]
    nights = [(m, str(2 * int(one[0])), *one[1:]) for m, *one in [*revised, september, october]]
    return {
        RELEASE: as_json([*held, september]),
        REVISION: as_json([*revised, september, october]),
        REDEFINITION: as_json(nights, unit="nights"),
    }


def edition_text(folder):
    return " ".join(
        p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.md")) + sorted(folder.rglob("*.html"))
    )


@pytest.mark.slow
def test_a_release_a_revision_and_a_redefinition(local_project, tmp_path, capsys):
    said, today = replies(local_project.held), RELEASE
    out = tmp_path / "reports"
    table = local_project.table.read_bytes()
    first_rows = b"".join(line + b",\n" for line in table.splitlines()[1:])
    expected = {}
    expected[RELEASE] = b"period,value,published,dated\n" + first_rows + b"2026-09,74800,2026-10-15,recorded\n"
    expected[REVISION] = expected[REDEFINITION] = (
        expected[RELEASE].replace(
            b"2026-08,86700,2026-09-15,\n", b"2026-08,86700,2026-09-15,\n2026-08,87100,2026-11-16,recorded\n"
        )
        + b"2026-10,61900,2026-11-16,recorded\n"
    )
    codes, runs, ledgers = {}, {}, {}
    assert main(["accept"]) == 0  # the outputs that pages are compared with
    with serving(lambda x: x.reply(said[today], Content_Type=TYPES["json"])) as (server, asked):
        local_project.served_by(server, fingerprint="")
        for today in said:
            folder = tmp_path / f"recording-{today}"
            proposed = propose(mapped_series(), today, Recorder(HttpTransport(20), folder, today), Wishes())
            assert len(asked) == list(said).index(today) + 1  # over a socket, once a day
            capsys.readouterr()
            codes[today] = main(
                ["run", "--refresh", "--replay", str(folder), "--as-of", str(today), "--output", str(out), "-j", "1"]
            )
            runs[today] = capsys.readouterr()
            clear_caches()
            assert local_project.table.read_bytes() == expected[today], runs[today].err
            assert proposed.outcomes[0].state == ("refused" if today == REDEFINITION else "new")
            ledgers[today] = (local_project.root / "data/raw/fetches.jsonl").read_text(encoding="utf-8")

    assert codes == {RELEASE: 0, REVISION: 0, REDEFINITION: 2}, runs
    assert "visitors | nights" in runs[REDEFINITION].err and "visitors | persons" in runs[REDEFINITION].err

    # what was known on a day is what it was
    known = {day: {str(o.period): o.value for o in load_series("visitors", day)} for day in said}
    assert [known[day]["2026-08"] for day in said] == [86700, 87100, 87100]
    assert [max(known[day]) for day in said] == ["2026-09", "2026-10", "2026-10"]

    # the ledger only grows, and says what came of each request
    assert ledgers[REVISION].startswith(ledgers[RELEASE]) and ledgers[REDEFINITION].startswith(ledgers[REVISION])
    outcomes = [json.loads(line)["outcome"] for line in ledgers[REDEFINITION].splitlines()]
    assert outcomes == ["new figures", "new figures", "refused"]

    # the second edition tells the revision, the third the refusal; the first knows nothing of either
    editions = {day: next(p for p in out.rglob("*") if p.is_dir() and p.name == str(day)) for day in said}
    texts = {day: edition_text(folder) for day, folder in editions.items()}
    assert "87,100" in texts[REVISION] and "86,700" in texts[REVISION]
    assert "87,100" not in texts[RELEASE]
    assert "No update was possible on" not in texts[RELEASE] + texts[REVISION]
    assert "No update was possible on" in texts[REDEFINITION] and "Tourist board" in texts[REDEFINITION]

    # the first edition can be made again, byte for byte
    assert main(["verify", f"monthly/{RELEASE}", "--output", str(out), "-j", "1"]) == 0, capsys.readouterr().err


def test_the_same_three_days_again_add_nothing(local_project, tmp_path):
    """Straight from the server, without a recording: twice a day is as once."""
    said, today = replies(local_project.held), RELEASE
    with serving(lambda x: x.reply(said[today], Content_Type=TYPES["json"])) as (server, _):
        local_project.served_by(server, fingerprint="")
        for today in said:
            states = []
            for _ in range(2):
                found = refresh(mapped_series(), HttpTransport(20), today, Wishes(), keep_going=True)
                states.append((found.outcomes[0].state, local_project.state()))
                clear_caches()
            refused = today == REDEFINITION
            assert [state for state, _ in states] == (["refused"] * 2 if refused else ["new", "unchanged"])
            assert states[0][1] == states[1][1]
