"""Other zones, clocks that step, data that change meanwhile, secrets around: the same bytes, or nothing."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import time
from datetime import UTC, date, datetime

import pytest
from run_fixtures import write_definition, write_page

from kzreport.series.assemble import assemble
from kzreport.series.known import data_fingerprint

pytestmark = pytest.mark.faults

ZONES = ("UTC", "Asia/Almaty", "America/Los_Angeles", "Pacific/Kiritimati")
LOCALES = ("C", "ru_RU.KOI8-R", "kk_KZ.UTF-8")
INSTANTS = ("2023-12-31T19:00", "2024-02-29T12:00", "2024-02-29T21:00")  # Kazakhstan left +06 on 1 March 2024
CLOCK = """
import datetime, random, time
from kzreport.commands import cli
real, shift, dice = time.time, {instant} - time.time(), random.Random({steps})
def clock():
    return real() + shift + ({steps} and dice.choice([-86400.0, 0.0, 86400.0, 31536000.0]))
class Day(datetime.date):
    @classmethod
    def today(cls):
        return cls.fromtimestamp(time.time())
time.time, cli.date = clock, Day
"""


def at(instant: str) -> float:
    return datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp()


def test_zones_locales_and_moments(launcher, request, often, row, tmp_path):
    wholes: dict[str, set[str]] = {}
    cases = list(itertools.product(INSTANTS, ZONES, LOCALES)) if often(1, 0) else [(INSTANTS[2], ZONES[2], LOCALES[1])]
    plain = [(instant, "", "") for instant in dict.fromkeys(case[0] for case in cases)]
    for n, (instant, zone, locale) in enumerate([*plain, *cases]):
        env = {"TZ": zone, "LC_ALL": locale, "LANG": locale} if zone else {}
        out = tmp_path / str(n)
        before = CLOCK.format(instant=at(instant), steps=0) if zone else ""
        run = launcher("run", "trial", "--as-of", instant[:10], "--output", str(out), before=before, **env)
        assert run.wait() == 0, (instant, zone, locale, run.err)
        whole = json.dumps(launcher.tree(out))  # without run.json, which tells durations
        wholes.setdefault(instant[:10], set()).add(whole)
    assert all(len(found) == 1 for found in wholes.values())
    real = often(ZONES, ())
    made = request.getfixturevalue("made") if real else None
    for zone, locale in zip(real, itertools.cycle(LOCALES), strict=False):
        ended = made.cli("verify", "2024-03-31", "--output", str(made.root), TZ=zone, LC_ALL=locale)
        assert ended.code == 0, ended.err
    what = f"{len(cases)} runs in {len(ZONES)} zones, {len(LOCALES)} locales, at {len(INSTANTS)} moments"
    row("G1", f"{what}, and {len(real)} real editions", "byte-identical")


@pytest.mark.slow
def test_clocks_that_step(launcher, small, dice, often, row):
    """The clock that the run reads goes to and fro; then the times of what it made are of last year, or of the next."""
    rounds = often(6, 1)
    for n in range(1, rounds + 1):
        small.clear()
        run = launcher(*small.words, before=CLOCK.format(instant=time.time(), steps=n))
        assert run.wait() == 0, run.err
        assert small.tree() == small.golden
        pages = json.loads((small.out / "run.json").read_text(encoding="utf-8"))["pages"]
        assert all(0 <= p["seconds"] < 300 for p in pages), pages
        for path in small.out.rglob("*.*"):
            os.utime(path, (then := time.time() + dice.choice([-1, 1]) * dice.randint(1, 10**8), then))
        run = launcher(*small.words)
        assert run.wait() == 0 and run.out.startswith("nothing to do: 4 editions are there\n"), run.err
        assert small.tree() == small.golden
    row(
        "G2",
        f"{rounds} batches whose clock steps by days and years",
        "no negative duration, nothing overwritten, byte-identical",
    )


READS = """
import hashlib, os
from pathlib import Path
path = Path(os.environ['KZREPORT_HOME'], 'data', 'cpi_yy.csv')
text = hashlib.sha256(path.read_bytes()).hexdigest()
"""
SHOWS = (
    "from IPython.display import display; display({'text/markdown': text, 'text/plain': text}, raw=True, "
    "metadata={'kzreport': {'kind': 'say'}})"
)


@pytest.mark.slow
def test_data_that_change_meanwhile(launcher, project_copy, dice, often, row, tmp_path, monkeypatch):
    """An edition tells of one state of the data, and that is the one in its manifest; or there is none."""
    write_page(project_copy, "reads", READS, SHOWS, "import time; time.sleep(0.3)")
    write_definition(project_copy, "reads", ["reads"])
    states = {}
    data = project_copy / "data"
    for value in ("109.99", "109.98"):
        path = data / "cpi_yy.csv"
        rows = path.read_text(encoding="utf-8").splitlines()
        last = max(i for i, r in enumerate(rows) if "2024-03-01" <= r.split(",")[2] <= "2024-03-31")
        cells = rows[last].split(",")
        rows[last] = ",".join([cells[0], value, *cells[2:]])
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        monkeypatch.setenv("KZREPORT_HOME", str(project_copy))
        assemble()
        folder = tmp_path / value
        folder.mkdir()
        for name in ("cpi_yy.csv", "datapackage.json"):
            shutil.copy(data / name, folder / name)
        mark = data_fingerprint("cpi_yy", date(2024, 3, 31))
        states[hashlib.sha256(path.read_bytes()).hexdigest()] = mark
    folders = [tmp_path / "109.99", tmp_path / "109.98"]
    assert len(set(states.values())) == 2
    said = {"published": 0, "refused": 0}
    seconds = 2.0
    for n in range(often(20, 2)):
        out = tmp_path / f"out{n}"
        began = time.monotonic()
        run = launcher.start("run", "reads", "--as-of", "2024-03-31", "--output", str(out), home=project_copy)
        assert run.pid
        time.sleep(dice.uniform(0, seconds))
        for name in ("cpi_yy.csv", "datapackage.json"):
            fresh = data / f".{name}"
            shutil.copy(folders[n % 2] / name, fresh)
            fresh.replace(data / name)
        code = run.wait()
        seconds = time.monotonic() - began
        editions = list(out.glob("reads/*/manifest.json"))
        assert (code == 0) == bool(editions) and code in (0, 1, 2), run.err
        said["published" if editions else "refused"] += 1
        for manifest in editions:
            stated = json.loads(manifest.read_text(encoding="utf-8"))["inputs"]["data/cpi_yy"]
            shown = (manifest.parent / "en" / "reads.html").read_text(encoding="utf-8")
            assert [mark for digest, mark in states.items() if digest in shown] == [stated]
    row("C3", f"{sum(said.values())} changes of the data at random moments of a run", f"no mix: {said}")


def test_secrets(launcher, often, row, tmp_path):
    """In the environment, in addresses in it, as parameters: in no file, in no line."""
    names = ["API_TOKEN", "AWS_SECRET_ACCESS_KEY", "DATABASE_URL", "GITHUB_TOKEN", "HTTPS_PROXY", "PASSWORD"]
    secrets = {name: f"s3cret-{n}-{name.lower()}" for n, name in enumerate(names)}
    env = {n: f"https://user:{s}@host/" if n in ("DATABASE_URL", "HTTPS_PROXY") else s for n, s in secrets.items()}
    write_page(launcher.home, "raises", "1 / 0", SHOWS)
    write_definition(launcher.home, "secrets", ["good", "raises"])
    write_definition(launcher.home, "open", ["good"])
    out = tmp_path / "out"
    runs = [launcher("run", name, "--as-of", "2024-03-31", "--output", str(out), **env) for name in ("open", "secrets")]
    assert [r.wait() for r in runs] == [0, 1]
    texts = [p.read_bytes() for p in out.rglob("*") if p.is_file()] + [(r.out + r.err).encode() for r in runs]
    assert len(texts) > 6 and not [s for s in secrets.values() for t in texts if s.encode() in t]
    refused = ("api_token", "password", "client_secret", "credentials")
    for name in refused:
        write_page(
            launcher.home, "hides", SHOWS.replace("text", "as_of"), parameters=f'\n{name}: str = "none"  # a secret'
        )
        write_definition(launcher.home, "hides", ["hides"])
        run = launcher(
            "run", "hides", "-p", f"{name}=s3cret", "--as-of", "2024-03-31", "--output", str(tmp_path / "no")
        )
        assert run.wait() == 2 and f"a parameter called {name}" in run.err and "s3cret" not in run.err, run.err
    (launcher.home / "notebooks" / "hides.ipynb").unlink()
    row(
        "I1",
        f"{len(secrets)} secrets in the environment, {len(refused)} as parameters",
        "0 in files or lines; parameters refused",
    )


def test_nothing_is_left(launcher, row):
    """Last of all: of every run that was not killed, no process and no file for the moment is left."""
    runs = list(launcher.folder.glob("run-*"))
    calm = [r for r in runs if (r / "code").read_text() != "-9"]
    assert calm and not launcher.quiet(5)
    # The traceback of a fault is kept on purpose: tests plant some.
    left = [p for r in calm for p in (r / "tmp").glob("*") if not p.match("kzreport-fault-*.log")]
    assert not left
    row(
        "J1",
        f"what {len(runs)} runs left, {len(calm)} of them not killed",
        "0 processes of all, 0 temporary files of these",
    )
