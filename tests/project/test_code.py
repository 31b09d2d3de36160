"""A fault in a view or a provider is the project's: it is told with its file and line, and is no fault of kzreport."""

import importlib

import pytest

from kzreport.errors import DataError, NotebookError
from kzreport.files import clear_caches
from kzreport.pages.views import renew_views, views_of
from kzreport.refresh.provider import find_provider

FAULTS = {
    "def (": "line {n}: found SyntaxError: invalid syntax",
    "x = zz_nope": "line {n}: found NameError: name 'zz_nope' is not defined",
    "import zz_nope": "line {n}: found ModuleNotFoundError: No module named 'zz_nope'",
    "from kzreport.model import ZzNope": "line {n}: found ImportError: cannot import name 'ZzNope'",
    "raise SystemExit(0)": "line {n}: found SystemExit: 0",
    "@reads('cpi_yy')\ndef zz(other): return {{}}": "line {n}: view kzreport.views.inflation.zz, @reads: found cpi_yy",
    "x = '\u202e'": "line {n}: found the invisible character U+202E",
}


def test_a_fault_in_a_view_is_told_with_its_line(home):
    path = home.root / "notebooks/views/inflation.py"
    whole = path.read_text(encoding="utf-8")
    line = whole.count("\n") + 1
    for text, told in FAULTS.items():
        path.write_text(whole + text.replace("{{}}", "{}") + "\n", encoding="utf-8")
        clear_caches()
        with pytest.raises((NotebookError, DataError)) as found:
            renew_views()
            views_of("inflation")
        assert str(found.value).startswith(f"notebooks/views/inflation.py, {told.format(n=line)}"), found.value
        assert found.value.exit_code == 2


def test_each_change_of_a_view_reaches_the_module_that_a_notebook_holds(home):
    path = home.root / "notebooks/views/inflation.py"
    whole = path.read_text(encoding="utf-8")
    held = importlib.import_module("kzreport.views.inflation")
    renew_views()
    for change in (1, 2, 3):
        path.write_text(f"{whole}\n\nCHANGE = {change}\n", encoding="utf-8")
        clear_caches()
        renew_views()
        assert change == held.CHANGE and importlib.import_module("kzreport.views.inflation") is held


def test_a_fault_in_a_provider_is_told_with_its_line(home):
    (home.root / "data/providers/zz.py").write_text("x = 1\nx.zz\n", encoding="utf-8")
    with pytest.raises(NotebookError, match=r"data/providers/zz\.py, line 2: found AttributeError: 'int' object"):
        find_provider("zz")


def test_a_signal_is_no_fault_of_a_view(home):
    (home.root / "data/providers/zz.py").write_text("raise SystemExit(143)\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        find_provider("zz")
