"""A warm kernel is an ordinary kernel: the whole state that code can observe is compared, name by name."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from kernel_client import Kernel

from kzreport.execution import warm
from kzreport.execution.kernel import kernel_environment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(warm.unavailable()), reason="no warm kernels on this system"),
]

CODE = (Path(__file__).parent / "observed.py").read_text(encoding="utf-8") + "\nprint(observe())\n"
# Name -> why it may differ.
MAY_DIFFER = {
    "threads": "the one that watches for the client's end has another name",
    "application: parent_handle": "an ordinary kernel polls for its parent; a warm one holds a socket of its client",
    "warnings before": "numpy, which is loaded, has put filters of its own; equal once the cell imports it",
}


def _differences(one, other, at: str = "") -> dict[str, tuple[object, object]]:
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            k: v
            for name in {**one, **other}
            for k, v in _differences(
                one.get(name, "absent"), other.get(name, "absent"), f"{at}: {name}" if at else name
            ).items()
        }
    return {} if one == other else {at: (one, other)}


ENVIRONMENT = {
    "TZ": "Asia/Almaty",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "PYTHONWARNINGS": "ignore::UserWarning,error::FutureWarning",
    "PYTHONHASHSEED": "3",
    "TMPDIR": "/var/tmp",
    "KZREPORT_TRIED": "1",
}
SETTINGS = """
c.InteractiveShell.colors = "linux"
c.InteractiveShellApp.exec_lines = ["told = 1"]
c.InlineBackend.figure_formats = {"svg"}
c.PlainTextFormatter.float_precision = "%.3f"
c.IPCompleter.use_jedi = False
"""


def _of_a_user(folder: Path) -> dict[str, str]:
    """An environment with settings of IPython and matplotlib."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("import decimal; started = decimal.Decimal(1)", encoding="utf-8")
    (startup.parent / "ipython_kernel_config.py").write_text(SETTINGS, encoding="utf-8")
    (folder / "matplotlibrc").write_text("figure.dpi: 77\nlines.linewidth: 3\n", encoding="utf-8")
    own = {"IPYTHONDIR": str(folder / "ipython"), "MATPLOTLIBRC": str(folder / "matplotlibrc")}
    return os.environ | ENVIRONMENT | own


@pytest.mark.parametrize("kind", ["as it is", "of a user", "of a page"])
def test_all_that_code_can_observe_is_equal(kind, tmp_path):
    env = {"as it is": dict(os.environ), "of a user": _of_a_user(tmp_path), "of a page": kernel_environment()}[kind]
    seen = []
    for name in ("kzreport", "python3"):
        one = Kernel(name, env)
        try:
            assert isinstance(one.process, warm.ForkedKernel) == (name == "kzreport")
            seen.append(json.loads(one.run(CODE).splitlines()[-1]))
        finally:
            one.close()
    assert len(seen[0]) > 220 and seen[0]["threads usable"] == [str(n * n) for n in range(20)]
    assert ("started" in seen[0]["main"]) == (seen[0]["matplotlib"]["figure.dpi"] == "77.0") == (kind == "of a user")
    found = {k: v for k, v in _differences(*seen).items() if k not in MAY_DIFFER}
    assert not found, "\n".join(f"{k}:\n   warm     {a}\n   ordinary {b}" for k, (a, b) in found.items())
