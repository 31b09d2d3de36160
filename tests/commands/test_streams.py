"""Standard streams that are closed, full, cut or of another encoding, in real processes: the exit code is true."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full and a shell"),
]
KZREPORT = shlex.join([sys.executable, "-m", "kzreport.commands.cli"])


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A project as ``kzreport init`` makes it, named in letters that ASCII lacks."""
    root = tmp_path_factory.mktemp("streams") / "projet é"
    command = f"{KZREPORT} init {shlex.quote(str(root))} --name 'Été — « Ω »' --lang fr,en >&- 2>&- <&-"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0
    return root


def sh(command: str, home, cwd=None, **env: str) -> tuple[int, str, str]:
    """Run a command of bash, in which KZ is kzreport; return the exit code of the first of its pipe, and its output."""
    words = ["bash", "-c", f'KZ() {{ {KZREPORT} "$@"; }}; {command}; exit ${{PIPESTATUS[0]}}']
    done = subprocess.run(
        words, cwd=cwd or home, capture_output=True, env=os.environ | {"KZREPORT_HOME": str(home)} | env, check=False
    )
    return done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1")


CLOSED = [
    " ".join(which)
    for which in (("<&-",), (">&-",), ("2>&-",), ("<&-", ">&-"), (">&-", "2>&-"), ("<&-", ">&-", "2>&-"))
]


@pytest.mark.parametrize("closed", CLOSED)
def test_closed_streams(small, closed):
    assert sh(f"KZ calendar --json cal.json {closed}", small)[0] == 0
    assert json.loads((small / "cal.json").read_text(encoding="utf-8"))
    (small / "cal.json").unlink()
    code, out, err = sh(f"KZ calendar --as-of nonsense {closed}", small)
    assert code == 2 and out == "" and ("--as-of" in err or "2>&-" in closed)


def test_a_full_device_is_told_and_is_a_failure_where_the_output_is_the_work(small):
    code, _, err = sh("KZ languages >/dev/full", small)
    assert code == 1 and err == (
        "kzreport: standard output: found no space left on the disk, expected a place that takes what is written.\n"
    )
    assert sh("KZ languages >/dev/full 2>/dev/full", small)[::2] == (1, "")
    assert sh("KZ languages 2>/dev/full", small)[0] == 0
    assert sh("KZ --help >/dev/full", small)[0] == 1


@pytest.mark.parametrize("command", ["calendar", "--help", "languages", "list"])
def test_a_reader_that_has_seen_enough(small, command):
    code, _, err = sh(f"KZ {command} | true", small)
    assert (code, err) == (0, "")


ENCODINGS = [
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
    {"PYTHONIOENCODING": "cp1251:strict"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
]


@pytest.mark.parametrize("env", ENCODINGS)
def test_encodings_that_lack_characters(small, env):
    code, out, err = sh("KZ diff 2024-01-31 2026-01-31 --lang fr", small, **env)
    assert code == 0 and err == "" and out.count("\n") > 2
    code, out, err = sh("KZ diff 2024-01-31 2026-01-31 --lang fr --format json", small, **env)
    assert code == 0 and err == ""
    exact = sh("KZ diff 2024-01-31 2026-01-31 --lang fr --format json", small)[1].encode("latin-1").decode()
    encoding = env.get("PYTHONIOENCODING", "ascii").partition(":")[0]
    assert json.loads(out.encode("latin-1").decode(encoding)) == json.loads(exact)
    code, _, err = sh("KZ diff é ü", small, **env)
    assert code == 2 and "Traceback" not in err and "found" in err


def test_a_working_directory_that_was_removed(small, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    before = f"cd {shlex.quote(str(gone))} && rmdir {shlex.quote(str(gone))};"
    code, _, err = sh(f"{before} KZ calendar --json {shlex.quote(str(tmp_path / 'c.json'))}", small)
    assert (code, err) == (0, "") and json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
    gone.mkdir()
    code, _, err = sh(f"{before} KZ calendar --json c.json", small)
    assert code == 2 and "--json: found a place relative to the working directory, which was removed" in err
