"""``kzreport lab``: open the project in JupyterLab."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from kzreport.commands.session import show
from kzreport.errors import ParameterError, explain
from kzreport.files import project_root
from kzreport.project.settings import page_names

_NEXT = """\
JupyterLab opens the whole project: notebooks/ has the pages, their words (.yml) and their views; data/ the figures.
In a page: change a value in its parameters cell, a word or a view, and run all cells; Ctrl+S saves.
Then, in a terminal of JupyterLab:
  kzreport check           what is wrong, also in months to come
  kzreport accept {page}   keep what the page says now as its reference
  kzreport run             make an edition"""


def run(args: argparse.Namespace) -> int:
    """Start JupyterLab with the project's folder at its root, and ``kzreport`` on the path of its terminals.

    Raises :class:`ParameterError` if JupyterLab is not installed.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        todo = "install it: python -m pip install jupyterlab"
        raise ParameterError(explain("kzreport lab", "no JupyterLab", "JupyterLab beside kzreport", todo))
    root, own = project_root(), Path(sys.executable).parent
    show(_NEXT.format(page=next(iter(page_names()), "PAGE")))
    sys.stdout.flush()
    settings = [f"--ServerApp.root_dir={root}", "--LabApp.default_url=/lab/tree/notebooks"]
    command = [sys.executable, "-m", "jupyterlab", *settings, *args.options]
    env = {**os.environ, "KZREPORT_HOME": str(root), "PATH": f"{own}{os.pathsep}{os.environ.get('PATH', '')}"}
    if os.name == "posix":
        os.execve(command[0], command, env)  # its signals and its exit code are JupyterLab's own
    return subprocess.call(command, env=env)
