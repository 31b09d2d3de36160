"""A notebook is run as it is by jupyter-scheduler, JupyterLab's own scheduler; its values of parameters are Python.

The package is in no lock: the test is left out where it is not installed (``make .venv-conformance/.made`` has it).
"""

from __future__ import annotations

import shutil

import nbformat
import pytest
from launcher import ROOT

from kzreport.pages.outputs import page_outputs


@pytest.mark.slow
def test_a_notebook_is_run_as_it_is(tmp_path, monkeypatch):
    executors = pytest.importorskip("jupyter_scheduler.executors")
    orm = pytest.importorskip("jupyter_scheduler.orm")
    monkeypatch.setenv("KZREPORT_HOME", str(ROOT))  # the scheduler copies the notebook out of the project
    stage, address = tmp_path / "stage", f"sqlite:///{tmp_path}/jobs.sqlite"
    stage.mkdir()
    shutil.copy(ROOT / "notebooks" / "fdi.ipynb", stage)
    orm.create_tables(address)
    about = {"job_id": "a", "name": "fdi", "input_filename": "fdi.ipynb", "runtime_environment_name": "x", "url": "u"}
    about |= {"output_formats": ["ipynb"], "parameters": {"lang": '"en"', "as_of": '"2026-08-31"'}}
    with orm.create_session(address)() as session:
        session.add(orm.Job(**about, status="CREATED", create_time=0, update_time=0, packaged_files=[]))
        session.commit()
    paths = {"input": str(stage / "fdi.ipynb"), "ipynb": str(stage / "out.ipynb")}
    executors.DefaultExecutionManager(job_id="a", root_dir=str(stage), db_url=address, staging_paths=paths).process()
    with orm.create_session(address)() as session:
        job = session.query(orm.Job).one()
        assert (job.status, job.status_message) == ("COMPLETED", None)
    first = next(page_outputs(nbformat.read(stage / "out.ipynb", 4)))
    assert "Edition of 31\N{NO-BREAK SPACE}August 2026" in first.text
