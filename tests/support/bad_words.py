"""The rest of the generator of bad inputs: command lines, surroundings, and records of editions that were edited."""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Iterator
from pathlib import Path

from bad_inputs import RUN, Case, nodes, put

SECRET = "hunter2SECRET"
_LONG = "x" * 5000
_TEXTS = ("", " ", "§", "a\u202eb", "\u001b[31m", "../../etc/passwd", _LONG, "nan", "-", "é", "a\nb", "0", "🙂")
_DAYS = (
    "",
    " ",
    "2026-02-30",
    "20260930",
    "2026-W01-1",
    "30.09.2026",
    "tomorrow",
    "9999-99-99",
    "2026-9-30",
    "-1",
    "2026-09-30T00",
    "२०२६-०९-३०",
)
_MONTHS = ("", "2026-13", "202609", "2026-09-30", "x", "0000-01", "2026/09")
_NUMBERS = ("", "0", "-1", "1.5", "x", "1e3", "٣", "99999999", "nan", "0x10")
_SECONDS = ("", "0", "-1", "x", "nan", "inf", "1e3", "10000000000")
_ADDRESSES = (
    "zz://x",
    "://x",
    "file://",
    "memory://x",
    "reference://",
    "jlab://",
    "ftp://h/x",
    "github://a/b",
    "zip://x",
    f"https://h.invalid/x?sig={SECRET}",
    f"s3://b/x?token={SECRET}",
    f"ftp://user:SE/{SECRET}@h/x",
    f"zz://u:{SECRET}@h/x",
    f"zz://h/x#{SECRET}",
    f"zz://{SECRET}@h",
    "file:///proc/1/x",
    "/dev/null",
    "/dev/null/x",
    "$REPORTS/x",
    "${REPORTS}",
    "%USERPROFILE%/x",
    "s3:/bucket/x",
    "C:\\reports",
    "-",
    ".git/x",
)
_EXECUTORS = (
    "",
    "x",
    "dask://",
    "dask://h",
    "dask://h:x",
    f"dask://u:{SECRET}@h:1",
    "tcp://h:1",
    "dask://h:1/x",
    f"dask://h:1?token={SECRET}",
    "dask://h:99999",
)
_TARGETS = (
    "",
    " ",
    "nope-no-such-program",
    "http://",
    "https:// x",
    f"http://u:{SECRET}@127.0.0.1:1/",
    "ftp://h",
    "'",
    "http://h\u00e9\u202e/",
    "/etc/passwd",
    "http://[::1",
    f"http://127.0.0.1:99999/{SECRET}",
)
_PARAMETERS = (
    "",
    "x",
    "=",
    "years",
    "years=",
    "years=x",
    "years=1e3",
    "years=-1",
    "years=99999999999",
    "zz=1",
    "inflation.=1",
    ".years=1",
    "nope.years=1",
    "lang=fr",
    "as_of=2020-01-01",
    "years=[1]",
    "years=1;import os",
    "note=",
    "note=x",
    "years=१",
    "years=True",
    "years=1_0",
    "years='1'",
    "inflation.years=\u202e5",
    "years=\u001b[31m5",
    f"years={_LONG}",
)

_COMMANDS = """
run monthly monthly
rnu
run --asof 2026-01-01
run --revison
verify
verify '§'
verify ../x
verify ''
verify 2026-09-30 x
diff 2026-01-01
diff x y
diff 2026-09-30 2026-08-31
diff 2026-08-31 2026-09-30 nope
diff 2026-08-31 2026-09-30 --lang zz
diff 2026-08-31 2026-09-30 --format xml
revisions
revisions nope
revisions ../x
revisions cpi_yy x
revisions cpi_yy a=b
revisions cpi_yy --as-of x
revisions weo_growth country=ZZZ
revisions weo_growth =x
accept nope
accept ../x
accept --data inflation
accept inflation --yes
new
new inflation
new 'É'
new ../x
new con
new class
new 'a b'
new _
new xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
new zz --series nope
new 1a
new a-b
new nul
languages --missing zz
languages --missing ../x
languages --copy zzzz
languages --copy '§'
languages --copy fr
calendar nope
calendar --days 0
calendar --days x
calendar --as-of x
calendar --as-of 2026-02-30
calendar --ics /nope/x.ics
calendar --json /dev/full/x
calendar --json ''
calendar --ics data
calendar --ics - --json -
add
add nope 2026-10 1 --published 2026-11-02
add cpi_yy
add cpi_yy 2026-10
add cpi_yy 2026-13 109.1 --published 2026-11-02
add cpi_yy 2026-10 1,5 --published 2026-11-02
add cpi_yy 2026-10 109.1 --published x
add cpi_yy 2026-10 109.1
add cpi_yy 2026-10 nan --published 2026-11-02
add cpi_yy 2026-10 109.1 zz=1 --published 2026-11-02
add cpi_yy --from /nope
add --from /dev/null
add --from data
add ../x 2026-10 1 --published 2026-11-02
add cpi_yy 2026-10 9999 --published 2026-11-02
refresh nope
refresh --provider nope
refresh --provider ''
refresh --since x
refresh --since 20260
refresh --replay /nope
refresh --replay ''
refresh --accept-redefinition x
refresh --accept-redefinition nope=x
refresh --accept-redefinition cpi_yy=
refresh --dry-run --replay data
refresh ../x
refresh --json /nope/x --dry-run --replay /nope
init
init data
init new --lang zz9
init new --lang ''
init new --home '§'
init data/cpi_yy.csv
init /dev/null/x
init new --lang en,en
init new --home kaz
backfill
backfill --from 2026-02 --to 2026-01
backfill inflation-brief --from 2030-01 --to 2030-02
backfill inflation-brief --from 0001-01 --to 9999-12
check x
list x
--output x
''
run --as-of 2030-01-01
run --as-of 0001-01-01
run --lang
run --output
run --jobs
run -x
run --notify
run --replay data
"""
_ODD = (
    (
        "revisions",
        "\u202e",
    ),
    (
        "accept",
        "\x1b[31m",
    ),
    (
        "init",
        "new",
        "--name",
        "a\u202eb",
    ),
    (_LONG,),
    ("\u202e",),
)


def command_lines(home: Path, rng: random.Random) -> Iterator[Case]:
    def case(what: str, *words: str, names: tuple[str, ...] = (), codes: tuple[int, ...] = (2,)) -> Case:
        secret = SECRET if any(SECRET in w for w in words) else ""
        return Case("command line", what, {}, words, names, codes, secret=secret)

    backfill = ("backfill", "inflation-brief", "--from", "2026-01", "--to", "2026-02")
    tried = [
        ("--as-of", _DAYS, RUN[:2], "--as-of"),
        ("--lang", _TEXTS, RUN, "--lang"),
        ("-j", _NUMBERS, RUN[:4], "-j"),
        ("--page-timeout", _SECONDS, RUN, "--page-timeout"),
        ("--timeout", _SECONDS, RUN, "--timeout"),
        ("--log", _TEXTS, RUN, "--log"),
        ("--executor", _EXECUTORS, RUN, "--executor"),
        ("-p", _PARAMETERS, RUN, ""),
        ("--notify", _TARGETS, RUN, "--notify"),
        ("--from", _MONTHS, (*backfill[:2], "--to", "2026-02"), "--from"),
        ("--to", _MONTHS, backfill[:4], "--to"),
        ("--lang", _TEXTS, backfill, "--lang"),
        ("-p", _PARAMETERS, backfill, ""),
        ("--replay", ("", "/nope", "/dev/null", "§"), (*RUN, "--refresh"), "--replay"),
    ]
    for option, texts, words, name in tried:
        for text in texts:
            if option == "-p" and text == "note=":
                continue  # no note: what a definition says
            yield case(
                f"{words[0]} {option} {text[:24]!r}",
                *words,
                f"{option}={text}" if option[1] == "-" else f"{option}{text}",
                names=(name,),
            )
    for address in _ADDRESSES:
        for words in (RUN, ("list",)):
            codes = (2,) if words == RUN else (0, 2)
            yield case(f"{words[0]} --output {address[:24]!r}", *words, f"--output={address}", codes=codes)
    for name in (
        *_TEXTS[1:],
        "nope",
        "project",
        "methods",
        "inflation",
        "INFLATION-BRIEF",
        "inflation-brief.yml",
        "notes",
    ):
        yield case(
            f"run {name[:24]!r}", "run", f"./{name}" if name[0] == "-" else name, *RUN[2:], names=("report definition",)
        )
    for words in (*map(shlex.split, _COMMANDS.strip().splitlines()), *_ODD):
        yield case(" ".join(words)[:70], *words)


def surroundings(home: Path, rng: random.Random) -> Iterator[Case]:
    homes = {
        "missing": "/nope/nope",
        "a file": str(home / "data/cpi_yy.csv"),
        "long": "/" + _LONG,
        "a part too long": "/tmp/" + "x" * 300,
        "empty folder": "/var/empty-kz",
        "a loop": "/proc/self/cwd/" * 60,
        "/": "/",
        "/dev/null": "/dev/null",
        "/proc": "/proc",
        "hidden": "/tmp/a\u202eb",
        "an escape": "/tmp/\u001b[31m",
        "a blank": " ",
        "a tilde": "~/nope",
        "newline": "/tmp/a\nb",
        "emoji": "/tmp/🙂",
        "relative": "../../../nope",
        "a surrogate": "/tmp/\udcff",
        "data": str(home / "data"),
    }
    for what, text in homes.items():
        for words in (RUN, ("check",), ("list",)):
            codes = (2,) if words[0] != "list" else (0, 2)
            yield Case(
                "environment", f"{words[0]}: KZREPORT_HOME {what}", {}, words, (), codes, {"KZREPORT_HOME": text}
            )


def edited_manifests(made: bytes, name: str, rng: random.Random) -> Iterator[Case]:
    """Yield edited manifests of the edition ``name``: each is named, left out, and stops nothing else."""
    tree = json.loads(made)
    places = [at for at, _ in nodes(tree)]
    wrongs = (None, [], {}, "", "x", 0, -1, 1e300, True, ["x"], {"x": 1}, "../x", "a\u001b[31m", "\udcff", "9999-99-99")
    texts = {
        "deep": "[" * 100_000,
        "a key twice": "{" + '"edition": 1,' * 2 + '"x": 1}',
        "NaN": '{"edition": NaN}',
        "cut": made.decode()[:200],
        "empty": "",
        "number": "1",
        "huge number": "9" * 5000,
        "null": "null",
        "noise": "\x00\x01",
    }
    shapes = {what: text.encode() for what, text in texts.items()}
    for _ in range(40):
        at = rng.choice(places)
        if rng.random() < 0.2:
            shapes[f"{'.'.join(map(str, at))} removed"] = json.dumps(put(tree, at, ...)).encode()
        else:
            wrong = rng.choice(wrongs)
            shapes[f"{'.'.join(map(str, at))}: {wrong!r}"] = json.dumps(put(tree, at, wrong)).encode()
    for what, raw in shapes.items():
        if raw.strip() == made.strip() or json_equal(raw, tree):
            continue
        for words, codes in (
            (("list",), (1,)),
            (("verify", name), (1, 2)),
            (("backfill", "trial", "--from", "2024-01", "--to", "2024-04", "--explain"), (0, 1, 2)),
            (("diff", name.rpartition("/")[2], "2024-04-30", "trial"), (0, 1, 2)),
            (("run", "trial", "--as-of", "2024-02-29"), (97,)),
        ):
            yield Case(
                "manifests",
                f"{words[0]}: {what}",
                {"manifest": raw},
                words,
                (name,) if words[0] == "list" else (),
                codes,
            )


def json_equal(raw: bytes, tree: object) -> bool:
    try:
        return bool(json.loads(raw) == tree)
    except (ValueError, RecursionError):
        return False


def edited_runs(rng: random.Random) -> Iterator[Case]:
    """Yield files ``run.json`` and ``index.html`` of other shapes: they are replaced."""
    for raw in (
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'{"made": "x"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"errors": 1, "refreshed": []}',
    ):
        for file in ("run.json", "index.html"):
            yield Case(
                "run.json", f"{file}: {raw[:20]!r}", {file: raw}, ("run", "trial", "--as-of", "2024-02-29"), (), (97,)
            )
            yield Case("run.json", f"list, {file}: {raw[:20]!r}", {file: raw}, ("list",), (), (0,))
