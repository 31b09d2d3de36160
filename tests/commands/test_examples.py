"""The examples do what they say: each is read by the program that it is for, and its command makes an edition."""

from __future__ import annotations

import configparser
import datetime
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from run_fixtures import write_definition, write_page

from kzreport.commands import cli as commands

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
RANGES = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 7)}


def cron_fields(text: str) -> list[str]:
    """The five fields of a cron entry, each a number in its range or ``*``; and the command."""
    *fields, command = text.split(None, 5)
    for field, (name, (low, high)) in zip(fields, RANGES.items(), strict=True):
        assert field == "*" or low <= int(field) <= high, f"{name}: {field}"
    return [*fields, command]


def crontab() -> str:
    lines = [x for x in (EXAMPLES / "crontab").read_text(encoding="utf-8").splitlines() if x and x[0] != "#"]
    assert len(lines) == 1
    command = cron_fields(lines[0])[-1]
    assert "%" not in command  # cron would make a new line of it
    return command


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=True, delimiters="=")
    found.optionxform = str  # type: ignore[assignment]
    found.read_string((EXAMPLES / name).read_text(encoding="utf-8"))
    return found


def workflow() -> dict:
    return yaml.safe_load((EXAMPLES / "github-actions.yml").read_text(encoding="utf-8"))


def steps() -> list[dict]:
    return workflow()["jobs"]["report"]["steps"]


def made_by_workflow() -> str:
    return next(s["run"] for s in steps() if "kzreport" in s.get("run", ""))


def parsed(command: str):
    """What kzreport reads in a command of a shell."""
    words = shlex.split(command)
    start = next(i for i, w in enumerate(words) if w.endswith(".venv/bin/kzreport"))
    return commands.parser().parse_args(words[start + 1 :])


def test_every_example_is_tried_here():
    assert {p.name for p in EXAMPLES.iterdir()} == {
        "crontab",
        "github-actions.yml",
        "kzreport.service",
        "kzreport.timer",
    }
    for path in EXAMPLES.iterdir():
        assert path.read_text(encoding="utf-8").startswith("# "), f"{path.name}: no comment that says how to use it"


@pytest.mark.parametrize(
    "command", [crontab, lambda: unit("kzreport.service")["Service"]["ExecStart"], made_by_workflow]
)
def test_commands_are_read_by_kzreport(command):
    a = parsed(command())
    assert (a.command, a.definition) == ("run", "monthly") and a.page_timeout < a.timeout


def test_the_service_gives_the_run_the_time_that_it_takes():
    service = unit("kzreport.service")["Service"]
    assert parsed(service["ExecStart"]).timeout < int(service["TimeoutStartSec"])
    assert service["SuccessExitStatus"] == "75"
    assert unit("kzreport.timer")["Timer"]["OnCalendar"].startswith("*-*-03")
    assert "".join(f"[{s}]" for s in unit("kzreport.timer").sections()) == "[Unit][Timer][Install]"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_takes_the_units(tmp_path):
    program = tmp_path / "kzreport" / ".venv" / "bin" / "kzreport"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("kzreport.service", "kzreport.timer"):
        text = (EXAMPLES / name).read_text(encoding="utf-8").replace("%h", str(tmp_path))
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = [str(tmp_path / name) for name in ("kzreport.service", "kzreport.timer")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and str(tmp_path) not in done.stderr, done.stderr
    when = unit("kzreport.timer")["Timer"]["OnCalendar"]
    done = subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "06:15:00" in done.stdout, done.stderr


def test_the_workflow_keeps_the_editions_and_shows_them():
    about = workflow()
    assert len(cron_fields(about[True]["schedule"][0]["cron"] + " command")) == 6  # YAML 1.1 reads "on" as true
    used = {s["uses"].partition("@")[0]: s for s in steps() if "uses" in s}
    assert used["actions/cache"]["with"]["path"] == "reports/" == used["actions/upload-artifact"]["with"]["path"]
    assert used["actions/cache"]["with"]["key"].startswith(used["actions/cache"]["with"]["restore-keys"])
    assert used["actions/upload-artifact"]["if"] == "always()"
    assert about["permissions"] == {"contents": "read"}
    for step in steps():
        assert "${{" not in step.get("run", ""), "what somebody typed would be read by the shell"
    limit = parsed(made_by_workflow()).timeout / 60
    assert limit < about["jobs"]["report"]["timeout-minutes"]
    setup = next(s["run"] for s in steps() if s.get("run", "").startswith("make "))
    done = subprocess.run(["make", "-n", *setup.split()[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_commands_make_an_edition(project_copy, tmp_path):
    """As written, by the shell, in the folder where they expect kzreport; with pages that cost nothing."""
    write_page(project_copy, "good", "pass")
    write_definition(project_copy, "monthly", ["good"])
    user = tmp_path / "user"
    program = project_copy / ".venv" / "bin" / "kzreport"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m kzreport.commands.cli "$@"\n', encoding="utf-8"
    )
    program.chmod(0o755)
    user.mkdir()
    (user / "kzreport").symlink_to(project_copy)
    env = os.environ | {"KZREPORT_HOME": str(project_copy), "HOME": str(user), "AS_OF": "2024-02-29"}

    def shell(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", command], cwd=user / "kzreport", env=env, capture_output=True, text=True, timeout=120
        )

    done = shell(made_by_workflow())
    assert done.returncode == 0 and done.stdout.startswith("made monthly/2024-02-29\n"), done.stderr
    told = json.loads((project_copy / "reports" / "summary.json").read_text(encoding="utf-8"))
    assert told["made"] == ["2024-02-29"] and told["newest"]["changes"] is None
    days = {datetime.date.today().isoformat()}
    done = shell(crontab())
    days.add(datetime.date.today().isoformat())
    assert (done.returncode, done.stderr) == (0, "")
    assert [d for d in days if re.match(f"monthly: made {d}; since 2024-02-29: ", done.stdout)], done.stdout
    service = unit("kzreport.service")["Service"]["ExecStart"].replace("%h", str(user))
    done = shell(service)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"monthly: (nothing to do|made .*)\n", done.stdout)
