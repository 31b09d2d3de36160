"""The inputs of an edition: what they name, what a change of each does, editions of another engine."""

from __future__ import annotations

import json
import shutil
from datetime import date

import pytest

from kzreport.editions.definition import load_definition
from kzreport.editions.inputs import engine_version, list_differences
from kzreport.editions.kept import page_key, views_imported
from kzreport.editions.log import RunLog
from kzreport.editions.make import verify_edition
from kzreport.editions.manifest import inputs_fingerprint
from kzreport.editions.plan import changed_inputs, make_plan
from kzreport.editions.store import MANIFEST, Store
from kzreport.errors import StaleEdition, WordsError
from kzreport.files import write_durably

DAY = date(2026, 9, 30)


def plan(name="inflation-brief", *overrides):
    return make_plan(load_definition(name, overrides), DAY, ["fr", "en"])


def test_the_engine_is_one_version_and_one_digest():
    flat = plan().inputs.flat
    assert flat["engine"] == engine_version() and len(flat["engine code"]) == 64
    assert not [name for name in flat if name.startswith("kzreport/")]
    assert {"notebooks/inflation.ipynb", "notebooks/inflation.yml", "notebooks/views/inflation.py"} <= set(flat)
    assert {"params/project.yml", "data/cpi_yy", "data/issues.yml", "data/claims/S4.csv"} <= set(flat)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("notebooks/views/inflation.py", "notebooks/views/inflation.py"),
        ("notebooks/inflation.yml", "notebooks/inflation.yml"),
        ("data/labels.yml", "data/labels.yml"),
        ("params/methods.yml", "params/methods.yml"),
    ],
)
def test_a_changed_file_of_the_project_is_named(home, path, name):
    before = plan()
    home.write(path, (home.root / path).read_text(encoding="utf-8") + "\n# changed\n")
    after = plan()
    assert list_differences(before.inputs.flat, after.inputs.flat) == [f"{name}: changed"]
    keys = [page_key(p, p.tasks[0]) for p in (before, after)]
    assert keys[0] != keys[1] and before.inputs.fingerprint != after.inputs.fingerprint


def test_a_copy_of_a_view_that_no_page_can_import_is_no_input(home):
    before = plan().inputs.flat
    home.write("notebooks/views/inflation (1).py", "left by a synchroniser")
    assert plan().inputs.flat == before


def test_words_that_became_faulty_meanwhile_are_an_input_that_changed(home):
    made = plan()
    assert changed_inputs(made) == []
    words = (home.root / "notebooks/inflation.yml").read_text(encoding="utf-8")
    home.write("notebooks/inflation.yml", f"{words}\nnonsense: {{}}\n")
    assert changed_inputs(made) == ["notebooks/inflation.yml: changed"]
    with pytest.raises(WordsError):
        plan()


@pytest.mark.parametrize(("view", "kept"), [("fdi", True), ("inflation", False), ("policy", False)])
def test_a_comment_in_a_view_makes_stale_what_imports_it(home, view, kept):
    before = plan()
    path = f"notebooks/views/{view}.py"
    home.write(path, (home.root / path).read_text(encoding="utf-8") + "\n# a comment\n")
    after = plan()
    assert (page_key(before, before.tasks[0]) == page_key(after, after.tasks[0])) == kept


def test_a_view_that_imports_by_computed_names_may_use_all(home):
    used = views_imported(["inflation"])
    assert used and {"inflation", "policy"} <= used and "fdi" not in used
    path = "notebooks/views/policy.py"
    text = (home.root / path).read_text(encoding="utf-8")
    home.write(path, text + '\nmodule = __import__("importlib")\n')
    assert views_imported(["inflation"]) is None
    home.write(path, text + "\nfrom kzreport.views.fdi import headline as other\n")
    assert views_imported(["inflation"]) == used | {"fdi"} | views_imported(["fdi"])


def test_definitions_share_a_kept_page_if_its_parameters_are_the_same():
    plans = [plan("monthly"), plan("inflation-brief"), plan("inflation-brief", "inflation.years=3")]
    tasks = [next(t for t in p.tasks if t.name == "fr/inflation") for p in plans]
    keys = [page_key(p, t) for p, t in zip(plans, tasks, strict=True)]
    for one in range(3):
        for other in range(3):
            assert (keys[one] == keys[other]) == (tasks[one].parameters == tasks[other].parameters)
    assert keys[1] != keys[2]


def test_an_edition_of_another_engine_version_is_said_to_be_one(tmp_path):
    folder = tmp_path / "inflation-brief" / "2026-09-30"
    folder.mkdir(parents=True)
    inputs = dict(plan().inputs.flat)
    edition = {"definition": "inflation-brief", "name": "2026-09-30", "as_of": "2026-09-30"}
    edition |= {"title": {"en": "x"}, "languages": ["en"], "pages": ["inflation"]}
    about = {"edition": edition, "parameters": {"inflation": {}}, "git": {"commit": "abc1", "clean": True}}
    (folder / "en").mkdir()
    about["files"] = {"en/inflation.html": write_durably(folder / "en" / "inflation.html", "<html>")}
    for old in ({**inputs, "engine": "0.0.9"}, {"kzreport/page.py": "1", "python": "3.10.1"}):
        (folder / MANIFEST).write_text(json.dumps(about | {"inputs": old, "fingerprint": inputs_fingerprint(old)}))
        made_by = old.get("engine", "not recorded")
        with pytest.raises(StaleEdition) as error:
            verify_edition(folder, Store(tmp_path), jobs=1, log=RunLog())
        assert str(error.value) == (
            f"edition 2026-09-30: found an edition made by another engine version ({made_by}), expected kzreport "
            f"{engine_version()}; install that version, or check out its commit (abc1)."
        )
        (folder / MANIFEST).unlink()
        shutil.rmtree(tmp_path / ".work")  # the record of what was read: the next one is another edition
