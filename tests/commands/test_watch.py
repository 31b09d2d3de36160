"""A page that follows what is saved, verdicts without an edition, what an installation lacks."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib import metadata
from pathlib import Path

from kzreport.commands.cli import main
from kzreport.commands.installation import installation_warnings
from kzreport.language.locale import NBSP

COMMAND = str(Path(sys.executable).with_name("kzreport"))


def get(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=5) as reply:
        return reply.read().decode()


def state_where(address, wanted):
    """Wait for a state of the watch, twenty seconds at most."""
    until = time.monotonic() + 20
    while not wanted(found := json.loads(get(f"{address}state"))):
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def test_a_saved_word_view_and_mistake_are_on_the_page_at_once(project_of):
    folder = project_of("--lang", "en")
    command = [COMMAND, "watch", "visitors", "--no-browser"]
    env = {**os.environ, "KZREPORT_HOME": str(folder), "PYTHONUNBUFFERED": "1"}
    watch = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = watch.stdout.readline().split()[-1]
        state_where(address, lambda s: s["made"] == 1)
        assert "86,700 in August 2026, +7,000 from the period before" in get(f"{address}page")
        assert "iframe" in get(address)
        files = re.findall(r'href="(figures/[^"]+)"', get(f"{address}page"))
        assert {Path(file).suffix for file in files} == {".csv", ".svg"}
        assert all(get(f"{address}{file}").startswith(("group,", "<svg", "<?xml")) for file in files)

        words, view = folder / "notebooks" / "visitors.yml", folder / "notebooks" / "views" / "visitors.py"
        words.write_text(words.read_text().replace("from the period before.", "from a year before."))
        begun = time.monotonic()
        made = state_where(address, lambda s: s["made"] > 1)["made"]
        assert time.monotonic() - begun < 10  # a second or two on a machine at rest
        assert "+7,000 from a year before" in get(f"{address}page")

        view.write_text(view.read_text().replace("period.shift(-1)", "period.shift(-12)"))
        made = state_where(address, lambda s: s["made"] > made)["made"]
        assert "+2,300 from a year before" in get(f"{address}page")

        words.write_text(words.read_text().replace("{latest}", "{lates}"))
        wrong = state_where(address, lambda s: s["error"])
        assert (
            wrong["made"] == made
            and "no reading 'lates'" in wrong["error"]
            and "did you mean latest?" in wrong["error"]
        )
        words.write_text(words.read_text().replace("{lates}", "{latest}"))
        state_where(address, lambda s: not s["error"])
        with contextlib.suppress(urllib.error.HTTPError):
            raise AssertionError(get(f"{address}state", Host="example.org"))
    finally:
        watch.send_signal(signal.SIGINT)
        said = watch.communicate(timeout=10)
    assert watch.returncode == 0, said


def test_verdicts_without_an_edition(project_of, capsys):
    project_of("--lang", "en")
    assert main(["claims", "D1", "--as-of", "2026-09-30"]) == 0
    said = capsys.readouterr().out
    assert "D1-L001-1  The country received about 84,000 visitors in August 2025. (D1, line 1)" in said
    assert "Against published figures: Reproduced" in said and "row: visitors 2025-08=84400" in said
    assert said.replace(NBSP, " ").endswith("D1: 1 claim: 1 reproduced\n")
    assert main(["claims", "--as-of", "2026-01-31"]) == 0
    said = capsys.readouterr().out.replace(NBSP, " ")
    assert "the document appeared on 20 February 2026, after 31 January 2026: no claim is judged" in said
    assert main(["claims", "D2"]) == 2
    assert "document: found 'D2', expected one of D1" in capsys.readouterr().err


def test_what_an_installation_lacks(project_of, monkeypatch):
    root = project_of("--lang", "en")
    assert not [w for w in installation_warnings() if "expected every package" in w]
    (root / "requirements.lock").write_text("pandas==1.0.0 \\\n    --hash=sha256:0\nbabel==0\n", encoding="utf-8")
    assert any(
        f"pandas {metadata.version('pandas')} (1.0.0)" in w and "requirements.lock" in w
        for w in installation_warnings()
    )
    version = metadata.version

    def without_papermill(name):
        if name == "papermill":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without_papermill)
    assert any("found no papermill" in w and "pip install papermill" in w for w in installation_warnings())
