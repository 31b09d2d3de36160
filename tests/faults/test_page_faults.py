"""Pages whose kernel dies, hangs, does not start or leaves early: the page is named, the others are made."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from run_fixtures import SHOWS, write_definition, write_page

from kzreport.commands import cli as command

pytestmark = pytest.mark.faults

DEATHS = {
    "SIGKILL": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    "_exit": ("import os; os._exit(0)", "the kernel died"),
    "MemoryError": (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); x = bytearray(2**32)",
        "MemoryError",
    ),
}


@pytest.mark.slow
def test_kernels_that_die(launcher, dice, often, row, tmp_path):
    """At a random cell of a random edition; what was there before is as it was."""
    months = [f"{y}-{m:02}" for y in (2023, 2024) for m in range(1, 13)][: often(24, 6)]
    faults = dice.sample(months, often(20, 3))
    kinds = [
        k
        for k, n in (("SIGKILL", often(10, 1)), ("_exit", often(5, 1)), ("MemoryError", often(5, 1)))
        for _ in range(n)
    ]
    plan = {m: (dice.randint(1, 6), DEATHS[k][0]) for m, k in zip(faults, kinds, strict=True)}
    path = tmp_path / "plan.json"
    path.write_text("{}", encoding="utf-8")
    load = "import json; from pathlib import Path\n"
    load += f"at, code = json.loads(Path({str(path)!r}).read_text()).get(as_of[:7], (0, ''))"
    write_page(launcher.home, "mortal", load, *(f"if at == {n}: exec(code)" for n in range(1, 7)), SHOWS)
    write_definition(launcher.home, "mortal", ["good", "mortal"])
    out = tmp_path / "out"
    words = ("backfill", "mortal", "--output", str(out), "-j", "2", "--keep-going")
    before = launcher(*words, "--from", "2022-12", "--to", "2022-12")
    assert before.wait() == 0, before.err
    kept = {p: (p.read_bytes(), p.stat().st_ino) for p in out.rglob("*") if p.is_file() and "2022-12-31" in str(p)}
    path.write_text(json.dumps(plan), encoding="utf-8")
    run = launcher(*words, "--from", months[0], "--to", months[-1])
    assert run.wait() == 1 and run.out == f"{len(months) - len(plan)} of {len(months)} editions made\n", run.err
    for month, kind in zip(faults, kinds, strict=True):
        said = [line for line in run.err.splitlines() if line.startswith(f"kzreport: {month}-")]
        assert len(said) == 1 and f"en/mortal: cell {plan[month][0] + 3} (if at == " in said[0], said
        assert DEATHS[kind][1] in said[0], said
    assert {p.parent.name[:7] for p in out.glob("mortal/*/manifest.json")} == {*months, "2022-12"} - set(faults)
    assert {p.name[:7] for p in (out / "mortal").glob("20*")} == {*months, "2022-12"} - set(faults)
    pages = json.loads((out / "run.json").read_text(encoding="utf-8"))["pages"]
    assert {p["edition"][:7] for p in pages if p["status"] == "failed"} == set(faults)
    assert all(p.read_bytes() == data and p.stat().st_ino == number for p, (data, number) in kept.items())
    assert not launcher.quiet(5) and not list(run.scratch.iterdir())
    path.write_text("{}", encoding="utf-8")
    again = launcher(*words, "--from", months[0], "--to", months[-1])
    assert again.wait() == 0 and again.out.startswith(f"{len(plan)} of "), again.err
    counts = ", ".join(f"{kinds.count(k)} by {k}" for k in DEATHS)
    row(
        "A5",
        f"{len(plan)} kernels dead in a random cell ({counts})",
        "each page named, all others made, what was there kept",
    )


HANGS = {
    "sleeps": "import time; time.sleep(600)",
    "deaf to SIGINT": "import signal, time; signal.signal(2, signal.SIG_IGN); time.sleep(600)",
    "in a native loop": "import re; re.match('(a+)+$', 'a' * 60 + 'b')",
    "asks": "input('?')",
}


@pytest.mark.slow
def test_cells_that_hang(launcher, often, row, tmp_path):
    if "page_timeout" not in command.parser().parse_args(["run"]):
        pytest.skip("no --page-timeout yet")
    limit, slowest = 5, 0.0
    for n, code in enumerate(HANGS.values()):
        write_page(
            launcher.home,
            f"hang_{'abcd'[n]}",
            f"import subprocess; x = subprocess.Popen(['sleep', '777'])\n{code}",
            SHOWS,
        )
    names = [f"hang_{c}" for c in "abcd"]
    write_definition(launcher.home, "hangs", [*names, "good"])
    for kind in often(("run", "backfill"), ("backfill",)):
        when = ("--as-of", "2024-03-31") if kind == "run" else ("--from", "2024-03", "--to", "2024-03", "--keep-going")
        began = time.monotonic()
        run = launcher(kind, "hangs", *when, "--page-timeout", str(limit), "-j", "5", "--output", str(tmp_path / kind))
        took = time.monotonic() - began
        assert run.wait() == 1 and took < limit + 30, (took, run.err)
        slowest = max(slowest, took)
        for name in names:
            assert f"en/{name}: " in run.err, run.err
        assert "en/good: FAILED" not in run.err and not list(tmp_path.glob("*/hangs/*/manifest.json"))
        assert not launcher.quiet(5) and not list(run.scratch.iterdir())
    what = f"cells that hang ({', '.join(HANGS)}), {2 * len(HANGS)} pages, limit {limit} s"
    row("A6", what, f"each page named, the run ended after {slowest:.1f} s at most, 0 processes left")


BAD_KERNEL = """
import ipykernel.kernelspec as where
from kzreport.execution import kernel
kernel.START_TIMEOUT = 5
real = where.get_kernel_dict
where.get_kernel_dict = lambda *a, **k: real(*a, **k) | {{'argv': {argv!r}}}
"""
TAKEN = """
from kzreport.execution import kernel
kernel.START_TIMEOUT = 5
real = kernel.Kernel.__init__
def taken(self, **how):
    real(self, **how)
    (self.folder / 'kernel-{number}').mkdir(parents=True)
kernel.Kernel.__init__ = taken
"""
ONCE = """
from kzreport.execution.kernel import Kernel
real, failed = Kernel.start, []
def start(self):
    if not failed:
        failed.append(1)
        raise OSError(11, 'Resource temporarily unavailable')
    return real(self)
Kernel.start = start
"""
STARTS = {
    "its shell socket is taken": TAKEN.format(number=1),
    "its output socket is taken": TAKEN.format(number=2),
    "its control socket is taken": TAKEN.format(number=5),
    "no such program": BAD_KERNEL.format(argv=["/nowhere/python"]),
    "it ends at once": BAD_KERNEL.format(argv=["/bin/false"]),
    "it never answers": BAD_KERNEL.format(argv=["/bin/sleep", "777"]),
}


def test_kernels_that_do_not_start(launcher, often, dice, row, tmp_path):
    words = ("backfill", "trial", "--from", "2024-01", "--to", "2024-01", "-j", "2", "--output")
    chosen = list(STARTS) if often(1, 0) else dice.sample(list(STARTS), 1)
    slowest = 0.0
    for n, kind in enumerate(chosen):
        began = time.monotonic()
        run = launcher(*words, str(tmp_path / f"out{n}"), "--keep-going", before=STARTS[kind])
        slowest = max(slowest, time.monotonic() - began)
        assert run.wait() == 1 and run.err.count("kzreport: 2024-01-31: en/") == 2, (kind, run.err)
        pages = json.loads((tmp_path / f"out{n}" / "run.json").read_text(encoding="utf-8"))["pages"]
        assert [(p["status"], p["tries"]) for p in pages] == [("failed", 2)] * 2, (kind, pages)
        assert not (tmp_path / f"out{n}" / "trial").exists()
        assert not launcher.quiet(5) and not list(run.scratch.iterdir())
    run = launcher(*words, str(tmp_path / "once"), before=ONCE)
    assert run.wait() == 0, run.err
    pages = json.loads((tmp_path / "once" / "run.json").read_text(encoding="utf-8"))["pages"]
    assert [(p["status"], p["tries"]) for p in pages] == [("made", 2)] * 2, pages
    row(
        "A7",
        f"kernels that do not start in {len(chosen)} ways, limit 5 s a try; and once, the first try only",
        f"tried twice and counted, named, ended after {slowest:.1f} s at most, 0 processes left",
    )


def test_pages_that_end_early_or_have_nothing(launcher, row, tmp_path):
    home = launcher.home
    write_page(home, "early", "import sys; sys.exit(0)", SHOWS)
    write_page(home, "tagged", "1 / 0", SHOWS)
    write_page(home, "empty")
    for name, change in (
        ("tagged", lambda nb: nb["cells"][2]["metadata"].update(tags=["raises-exception"])),
        ("empty", lambda nb: nb.update(cells=[])),
    ):
        path = home / "notebooks" / f"{name}.ipynb"
        nb = json.loads(path.read_text(encoding="utf-8"))
        change(nb)
        path.write_text(json.dumps(nb), encoding="utf-8")
    expected = {
        "early": (1, "cell 3: found SystemExit: 0"),
        "tagged": (1, "cell 3 (1 / 0): ZeroDivisionError"),
        "empty": (2, "no cell tagged 'parameters'"),
    }
    for name, (code, said) in expected.items():
        write_definition(home, name, [name])
        run = launcher("run", name, "--as-of", "2024-03-31", "--output", str(tmp_path / name))
        assert run.wait() == code and said in run.err, run.err
        assert not list(tmp_path.rglob("*.html"))
        write_definition(home, name, ["good"])  # so that the home is a sound one again
        (home / "notebooks" / f"{name}.ipynb").unlink()
    row("A8", "a cell that leaves with 0, a cell that may raise, an empty notebook", "3 refused, nothing published")


# --- full disks --------------------------------------------------------------------------------------------------

LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"


def mounted(where: Path, options: str) -> None:
    if os.system(f"mount -t tmpfs -o {options} tmpfs {where} 2>/dev/null"):
        pytest.skip("cannot mount here; D2 limits the size of files instead")


@pytest.mark.slow
def test_a_full_disk(launcher, small, dice, often, row, request):
    """Editions of two months are there; the disk has room for a part of the others; then for all."""
    small.out.mkdir()
    mounted(small.out, "size=64m")
    request.addfinalizer(lambda: os.system(f"umount -l {small.out}"))
    first = [w.replace("2023-04", "2023-02") for w in small.words]
    failed, made = 0, []
    for _ in range(often(20, 2)):
        for path in small.out.iterdir():
            os.system(f"rm -rf {path}")
        assert launcher(*first).wait() == 0
        used = os.statvfs(small.out)
        used = (used.f_blocks - used.f_bfree) * used.f_frsize
        room = dice.randint(0, 110_000)
        assert os.system(f"mount -o remount,size={(used + room) // 4096 * 4096 + 4096} {small.out}") == 0
        run = launcher(*small.words, "--keep-going")
        code = run.wait()
        assert code in (0, 1, 2), run.err
        assert code == 0 or "no space left" in run.err, run.err
        assert "Traceback" not in run.err
        failed += code > 0
        made.append(small.there())
        assert not small.torn() and small.there() >= 2
        assert not launcher.quiet(5) and not list(run.scratch.iterdir())
        os.system(f"mount -o remount,size=64m {small.out}")
        small.resume(launcher)
    assert failed
    row(
        "D1",
        f"{len(made)} disks of random size, full in {failed} of them",
        "0 torn, what was there kept, resumed, byte-identical",
    )


@pytest.mark.slow
def test_files_that_may_not_grow(launcher, small, dice, often, row, tmp_path, request):
    sizes = [dice.randint(0, 12_000) for _ in range(often(20, 2))]
    failed = 0
    for size in sizes:
        small.clear()
        run = launcher(*small.words, "--keep-going", before=LIMIT.format(size=size))
        code = run.wait()
        assert code in (0, 1, 2) and "Traceback" not in run.err, run.err
        failed += code > 0
        assert not small.torn() and not launcher.quiet(5)
        small.resume(launcher)
    assert failed
    others = 0
    for options, where in (
        [(o, w) for o in ("size=8k", "nr_inodes=12") for w in ("scratch", "out")] if often(1, 0) else []
    ):
        small.clear()
        folder = small.out if where == "out" else tmp_path / f"scratch-{others}"
        folder.mkdir()
        mounted(folder, options)
        try:
            how = {"scratch": folder / "tmp"} if where == "scratch" else {}
            run = launcher(*small.words, "--keep-going", **how)
            assert run.wait() in (1, 2) and "Traceback" not in run.err, run.err
            assert not small.torn() and not launcher.quiet(5) and not list(run.scratch.iterdir())
        finally:
            os.system(f"umount -l {folder}")
        if where == "out":
            small.out.rmdir()
        small.resume(launcher)
        others += 1
    what = f"{len(sizes)} limits on the size of a file (met in {failed}), {others} full folders or lacks of inodes"
    row("D2", what, "0 torn, resumed, byte-identical")


POOR = """
import ctypes, struct
libc, head, data = ctypes.CDLL(None), struct.pack('Ii', 0x20080522, 0), ctypes.create_string_buffer(24)
assert libc.capget(head, data) == 0
words = list(struct.unpack('6I', data.raw))
words[0] &= ~0b110  # even root may then read and write only what the modes say
assert libc.capset(head, struct.pack('6I', *words)) == 0
"""


def test_an_output_that_cannot_be_written(launcher, row, tmp_path):
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o555)
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "astray").symlink_to(tmp_path / "nowhere" / "at all")
    for out in (shut, shut / "below", tmp_path / "file" / "below", tmp_path / "astray"):
        for words in (
            ("run", "trial", "--as-of", "2024-03-31"),
            ("backfill", "trial", "--from", "2024-01", "--to", "2024-02"),
        ):
            run = launcher(*words, "--output", str(out), before=POOR)
            assert run.wait() == 2 and run.err.startswith("kzreport: --output: found "), run.err
            assert len(run.err.splitlines()) == 1 and not list(run.scratch.iterdir())
    assert not list(shut.iterdir())
    row("D3", "read-only, not ours to make, under a file, a link to nowhere", "4 refused with 2, nothing was run")
