"""Run the test suites of the packages that use kernels, with an ordinary and with a warm kernel, and compare each test.

``make test-conformance`` runs it in ``.venv-conformance``, which it changes: the specification ``python3`` of that
environment is rewritten, and papermill's tests are put where they belong. The suites are those of the source packages
of the installed versions, fetched by pip. Exit code 1 if a test ends differently and :data:`EXPLAINED` has no reason,
if a suite does not end, or if a kernel of the warm round was an ordinary one.
"""

from __future__ import annotations

import argparse
import collections
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SITE = Path(importlib.metadata.distribution("papermill").locate_file("")) / "papermill"
SPEC = Path(sys.prefix) / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
LONGEST = 900  # seconds for a suite; one that hangs is ended and told


@dataclass(frozen=True)
class Suite:
    """A suite: the folder of its tests in the source package, what is run of it, options of pytest."""

    package: str
    tests: str
    chosen: tuple[str, ...]
    options: tuple[str, ...] = ()


SUITES = (
    Suite("jupyter_kernel_test", ".", ("test_ipykernel.py",)),
    Suite("nbclient", "tests", ("tests",), ("-o", "asyncio_mode=auto")),
    Suite(
        "ipykernel",
        "tests",
        tuple(
            f"tests/test_{name}.py"
            for name in ("kernel", "message_spec", "start_kernel", "async", "subshells", "debugger", "eventloop")
        ),
        ("-o", "asyncio_mode=auto"),
    ),
    Suite(
        "papermill",
        "papermill/tests",
        tuple(f"tests/test_{name}.py" for name in ("execute", "engines", "clientwrap", "autosave", "cli")),
    ),
    Suite(
        "nbval",
        "tests",
        tuple(
            f"tests/test_{name}.py"
            for name in ("plugin", "timeouts", "ignore", "unit_tests_in_notebooks", "collect", "coverage")
        ),
    ),
)
# Test -> why it may end differently with a warm kernel.
EXPLAINED: dict[str, str] = {}


def fetched(suite: Suite, into: Path) -> Path:
    """Return the folder in which pytest has to run: the tests alone, beside none of the package's own modules."""
    version = importlib.metadata.version(suite.package)
    words = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", suite.package, "-d", str(into)]
    subprocess.run([*words, f"{suite.package}=={version}"], check=True)
    with tarfile.open(next(into.glob(f"{suite.package}-*.tar.gz"))) as archive:
        archive.extractall(into / "sources", filter="data")
    source = next((into / "sources").glob(f"{suite.package}-*")) / suite.tests
    if suite.package == "papermill":  # they import their package by relative names
        shutil.copytree(source, SITE / "tests", dirs_exist_ok=True)
        return SITE
    folder = into / "tests" / suite.package
    if suite.tests == ".":
        folder.mkdir(parents=True)
        for name in suite.chosen:
            shutil.copy(source / name, folder)
    else:
        shutil.copytree(source, folder / suite.tests)
    return folder


def use_kernel(provisioner: str) -> None:
    """Make ``python3`` of this environment start by the provisioner."""
    spec = json.loads(SPEC.read_text(encoding="utf-8"))
    spec["argv"] = ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.setdefault("metadata", {})["kernel_provisioner"] = {"provisioner_name": provisioner}
    SPEC.write_text(json.dumps(spec, indent=1), encoding="utf-8")


def outcomes(suite: Suite, folder: Path, kind: str, into: Path) -> tuple[dict[str, str], collections.Counter[str]]:
    """Run a suite with the kernel of this kind; return the outcome of each test, and the launches by their kinds."""
    use_kernel(f"counted-{kind}")
    report, launches = into / f"{suite.package}-{kind}.xml", into / f"{suite.package}-{kind}.launches"
    launches.touch()
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER_", "KZREPORT_", "PYTEST_", "IPYTHON"))},
        "COUNTED_KERNELS": str(launches),
        "COUNTED_PROVISIONER": f"counted-{kind}",
        "PYTEST_PLUGINS": "counted_spec",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONPATH": str(HERE / "counted"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder)]
    words += ["--timeout", "120", f"--junitxml={report}", *suite.options, *suite.chosen]
    with (into / f"{suite.package}-{kind}.log").open("w") as log:
        process = subprocess.Popen(words, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
        try:
            process.wait(LONGEST)
        except BaseException as e:  # ended from outside too: nothing goes on behind us
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(e, subprocess.TimeoutExpired):
                raise
            return {"the suite": f"did not end in {LONGEST} s"}, collections.Counter()
    found = {}
    for case in ET.parse(report).iter("testcase"):
        states = [c.tag for c in case if c.tag in ("failure", "error", "skipped")]
        found[f"{case.get('classname')}::{case.get('name')}"] = states[0] if states else "passed"
    kinds = collections.Counter(line.split()[0] for line in launches.read_text().splitlines())
    return found, kinds


def compare(suite: Suite, into: Path) -> tuple[int, list[str]]:
    """Run a suite with both kernels and print a line; return how many tests passed, and what is wrong."""
    folder = fetched(suite, into)
    (ordinary, started), (warm, launches) = (outcomes(suite, folder, kind, into) for kind in ("ordinary", "warm"))
    wrong = [
        f"{suite.package}: {name}: {ordinary.get(name, 'absent')} with an ordinary kernel, {warm.get(name, 'absent')}"
        f" with a warm one"
        for name in sorted({*ordinary, *warm})
        if ordinary.get(name) != warm.get(name) and name not in EXPLAINED
    ]
    if "the suite" in ordinary or "the suite" in warm:
        for kind, found in (("an ordinary", ordinary), ("a warm", warm)):
            wrong += [f"{suite.package}: {found['the suite']} with {kind} kernel"] * ("the suite" in found)
    elif launches["ordinary"] or not launches["warm"] or started["warm"] or not started["ordinary"]:
        found = f"{dict(started)} in the ordinary round and {dict(launches)} in the warm one"
        wrong.append(f"{suite.package}: found launches of {found}, expected only kernels of their kind")
    count = collections.Counter(warm.values())
    version = importlib.metadata.version(suite.package)
    states = ", ".join(f"{n} {state}" for state, n in sorted(count.items()))
    print(f"{suite.package} {version}: {states}; {launches['warm']} warm kernels; {len(wrong)} differences", flush=True)
    for name in sorted(n for n, state in warm.items() if state in ("failure", "error") and ordinary.get(n) == state):
        print(f"  fails with both: {name}", flush=True)
    return count["passed"], wrong


def main() -> int:
    """Compare the suites named on the command line, all by default."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("suites", nargs="*", choices=[s.package for s in SUITES], metavar="SUITE")
    parser.add_argument("--keep", type=Path, help="folder for the logs and reports; default: removed at the end")
    args = parser.parse_args()
    passed, wrong = 0, []
    with tempfile.TemporaryDirectory(prefix="conformance-") as scratch:
        into = args.keep or Path(scratch)
        into.mkdir(parents=True, exist_ok=True)
        for suite in SUITES:
            if not args.suites or suite.package in args.suites:
                count, found = compare(suite, into)
                passed, wrong = passed + count, wrong + found
    print(*wrong, sep="\n", file=sys.stderr, end="\n" if wrong else "")
    print(f"{passed} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
