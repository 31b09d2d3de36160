"""What the project says of itself in several files is the same thing: bounds, locks, conda, version, make."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ("requirements.lock", "requirements-dev.lock")
PYTHONS = ("3.11", "3.12", "3.13")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def read_lock(name: str) -> dict[str, list[tuple[Requirement, list[str]]]]:
    """Package -> its pins (more than one where Pythons or systems differ), each with its hashes."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    pins: dict[str, list[tuple[Requirement, list[str]]]] = {}
    for line in text.splitlines():
        if line and not line.lstrip().startswith("#"):
            requirement = Requirement(line.split("--hash=")[0].strip())
            pins.setdefault(canonicalize_name(requirement.name), []).append(
                (requirement, re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line))
            )
    return pins


def version_for(pins: list[tuple[Requirement, list[str]]], python: str) -> str | None:
    """The one version that a lock holds for this Python on Linux."""
    here = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "os_name": "posix",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    found = [next(iter(r.specifier)).version for r, _ in pins if r.marker is None or r.marker.evaluate(here)]
    assert len(found) <= 1, f"several versions for Python {python}: {found}"
    return found[0] if found else None


def asked(*, dev: bool) -> list[str]:
    names = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["setup"]
    return names + (PROJECT["project"]["optional-dependencies"]["dev"] if dev else [])


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_in_the_lock_within_its_bounds(lock):
    pins = read_lock(lock)
    for line in asked(dev=lock == "requirements-dev.lock"):
        wanted = Requirement(line)
        name = canonicalize_name(wanted.name)
        assert name in pins, f"{lock} lacks {wanted.name}, which pyproject.toml asks for: run `make lock`"
        for python in PYTHONS:
            version = version_for(pins[name], python)
            assert version is not None, f"{lock}: no {name} for Python {python}"
            assert Version(version) in wanted.specifier, f"{lock}: {name} {version}, expected {wanted.specifier}"


@pytest.mark.parametrize("lock", LOCKS)
def test_the_lock_has_exact_versions_hashes_and_no_address(lock):
    for pins in read_lock(lock).values():
        for requirement, hashes in pins:
            assert [s.operator for s in requirement.specifier] == ["=="], f"{lock}: {requirement} is not pinned"
            assert requirement.url is None, f"{lock}: {requirement} has an address"
            assert hashes, f"{lock}: {requirement} has no hash"
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", text, re.MULTILINE)


@pytest.mark.parametrize("python", PYTHONS)
def test_tests_run_with_what_reports_run_with(python):
    run, dev = (read_lock(lock) for lock in LOCKS)
    for name, pins in run.items():
        assert name in dev, f"requirements-dev.lock lacks {name}: run `make lock`"
        assert version_for(dev[name], python) == version_for(pins, python), f"the locks differ on {name}"


def test_conda_installs_the_lock():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert conda["name"] == "kzreport"
    python = [d for d in conda["dependencies"] if isinstance(d, str) and d.split()[0] == "python"]
    assert python == [f"python {PROJECT['project']['requires-python']}"]
    pip = [d["pip"] for d in conda["dependencies"] if isinstance(d, dict)]
    # any other line would be a second source of versions, or would end pip's checking of hashes
    assert pip == [["-r requirements.lock"]]


def test_python_versions_agree():
    bounds = Requirement(f"x{PROJECT['project']['requires-python']}").specifier
    assert [f"3.{n}" for n in range(30) if f"3.{n}" in bounds] == list(PYTHONS)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "|".join(PYTHONS) in makefile
    assert " ".join(f"python{v}" for v in reversed(PYTHONS)) in makefile
    classifiers = PROJECT["project"]["classifiers"]
    said = [c.rsplit(" ", 1)[1] for c in classifiers if re.search(r"Python :: 3\.\d+$", c)]
    assert said == list(PYTHONS)


def test_the_installed_package_is_this_one():
    assert importlib.metadata.version("kzreport") == PROJECT["project"]["version"]
    scripts = importlib.metadata.entry_points(group="console_scripts", name="kzreport")
    assert [s.value for s in scripts] == [PROJECT["project"]["scripts"]["kzreport"]]
    group = "jupyter_client.kernel_provisioners"
    warm = importlib.metadata.entry_points(group=group, name="kzreport-warm")
    assert {e.name: e.value for e in warm} == PROJECT["project"]["entry-points"][group]
    name = Path("share", "jupyter", "kernels", "kzreport", "kernel.json")
    specification = ROOT / PROJECT["tool"]["flit"]["external-data"]["directory"] / name
    assert (Path(sys.prefix) / name).read_bytes() == specification.read_bytes(), "run `make test`"


@pytest.mark.skipif(sys.platform != "linux", reason="the lock's markers are read for Linux here")
def test_the_environment_is_the_locked_one():
    lock = "requirements-dev.lock"
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    wrong = {}
    for name, pins in read_lock(lock).items():
        version = version_for(pins, python)
        if version is not None:
            try:
                found = importlib.metadata.version(name)
            except importlib.metadata.PackageNotFoundError:
                found = "nothing"
            if found != version:
                wrong[name] = f"{found} installed, {version} in {lock}"
    assert not wrong, f"run `make clean test`: {wrong}"


def test_make_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE).group(1).split()
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in said.splitlines()] == phony


def test_ci_runs_what_a_person_runs():
    ci = ROOT / ".ci" / "run"
    assert ci.stat().st_mode & 0o111, "chmod +x .ci/run"
    assert ci.read_text(encoding="utf-8").rstrip().endswith("exec make test")
