"""Cores: no more than the system lets this process use, whichever way it says so."""

from __future__ import annotations

import pytest

from kzreport.machine import cores
from kzreport.machine.cores import usable_cores

GROUPS = {  # group of this process -> file below the groups -> its content, cores
    "none": ("0::/", {}, 8),
    "no quota": ("0::/a", {"a/cpu.max": "max 100000\n"}, 8),
    "a quota": ("0::/a", {"a/cpu.max": "200000 100000\n"}, 2),
    "a part of a core": ("0::/a", {"a/cpu.max": "20000 100000\n"}, 1),
    "a quota above": ("0::/a/b", {"a/cpu.max": "150000 100000\n", "a/b/cpu.max": "400000 100000\n"}, 2),
    "seen from inside": ("0::/docker/1a2b", {"cpu.max": "300000 100000\n"}, 3),
    "more than there are": ("0::/a", {"a/cpu.max": "9900000 100000\n"}, 8),
    "version 1": (
        "4:memory:/x\n3:cpu,cpuacct:/a\n0::/",
        {"cpu,cpuacct/a/cpu.cfs_quota_us": "250000\n", "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"},
        3,
    ),
    "version 1, no quota": ("1:cpu:/", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
    "of another shape": ("x", {"cpu.max": "a b c\n"}, 8),
}


@pytest.mark.parametrize("kind", GROUPS)
def test_a_quota_is_seen(kind, tmp_path, monkeypatch):
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: range(8), raising=False)
    own, files, expected = GROUPS[kind]
    (tmp_path / "own").write_text(f"{own}\n")
    for name, content in files.items():
        path = tmp_path / "groups" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    assert usable_cores(tmp_path / "groups", tmp_path / "own") == expected
    assert usable_cores(tmp_path / "groups", tmp_path / "nothing") == 8
