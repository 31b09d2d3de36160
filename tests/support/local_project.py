"""A small project, as ``kzreport init`` makes it, whose one series comes from a server of the test."""

import json
import shutil
from pathlib import Path

import pytest

from kzreport.commands.cli import main
from kzreport.files import clear_caches

ADAPTER = '''"""Figures of a server of the test, in four forms."""

from kzreport.refresh import reading
from kzreport.refresh.provider import Request, Row

WHERE = "local"


def requests(about, today):
    ask = about["request"]
    return [Request(f"{ask['server']}/figures", {"q": "visitors"}, expects=ask["form"], most=200_000)]


@reading.of_one_form(WHERE)
def read(raw, about):
    form = about["request"]["form"]
    if form == "json":
        reply = reading.json_reply(raw, WHERE)
        records, unit = [(one["month"], one["count"], one.get("known")) for one in reply["figures"]], reply["unit"]
        more = [Request(about["request"]["server"] + reply["next"])] if "next" in reply else []
    else:
        more = []
        if form == "xlsx":
            rows = [[c for c in row if c is not None] for _, sheet in reading.sheets(raw, WHERE) for row in sheet]
        else:
            rows = (reading.csv_reply if form == "csv" else reading.html_rows)(raw, WHERE)
        if rows[0][0] != "month":
            raise reading.other_form(WHERE, f"the columns {rows[0]}", "month first")
        records, unit = [(month, count, None) for month, count in rows[1:]], rows[0][1]
    found = []
    for month, count, known in records:
        period = reading.period_of(reading.day_in(f"{month}-01", WHERE), "M")
        day = reading.day_in(known, WHERE) if known else None
        found.append(Row(period, reading.amount(count, WHERE, about), {}, day))
    return reading.reply_of(WHERE, about, found, ["visitors", unit], more)
'''


class LocalProject:
    """The project. ``held``: month and count of each row that it was made with."""

    def __init__(self, root: Path) -> None:
        self.root, self.table = root, root / "data" / "visitors.csv"
        lines = self.table.read_text(encoding="utf-8").splitlines()[1:]
        self.held = [tuple(line.split(",")[:2]) for line in lines]
        (root / "data" / "providers").mkdir()
        (root / "data" / "providers" / "local.py").write_text(ADAPTER, encoding="utf-8")
        self.card = root / "data" / "visitors.yml"
        self._plain = self.card.read_text(encoding="utf-8")

    def served_by(self, server: str, form: str = "json", fingerprint: str = "visitors | persons") -> None:
        """Write into the card where its figures come from."""
        lines = ["fetch:", "  provider: local", "  request:", f"    server: {json.dumps(server)}", f"    form: {form}"]
        lines += ["  published: fetched", "  confirmed: yes"]
        lines += [f"  fingerprint: {json.dumps(fingerprint)}"] if fingerprint else []
        self.card.write_text(self._plain.rstrip("\n") + "\n" + "\n".join(lines) + "\n", encoding="utf-8")
        assert main(["accept", "--data"]) == 0
        clear_caches()

    def state(self) -> dict[str, bytes]:
        """Return the content of every file of data/ but the ledger's."""
        files = [p for p in (self.root / "data").rglob("*") if p.is_file() and "__pycache__" not in p.parts]
        return {str(p.relative_to(self.root)): p.read_bytes() for p in files if "raw" not in p.parts}


@pytest.fixture(scope="session")
def initial(tmp_path_factory):
    """Put into a folder what ``kzreport init`` makes with these options: it makes it once, copies do afterwards."""
    made = {}

    def put(folder: Path, *options: str) -> None:
        if options not in made:
            place = tmp_path_factory.mktemp("initial") / folder.name
            assert main(["init", str(place), *options]) == 0
            made[options] = place
        shutil.copytree(made[options], folder)

    return put


@pytest.fixture
def local_project(tmp_path, monkeypatch, handlers, initial):
    """The project, in which the test works."""
    monkeypatch.delenv("KZREPORT_HOME", raising=False)
    folder = tmp_path / "mine"
    initial(folder, "--lang", "en")
    monkeypatch.setenv("KZREPORT_HOME", str(folder))
    return LocalProject(folder)


def as_json(rows, unit="persons", **other) -> bytes:
    figures = [dict(zip(("month", "count", "known"), row, strict=False)) for row in rows]
    return json.dumps({"unit": unit, "figures": figures, **other}).encode()
