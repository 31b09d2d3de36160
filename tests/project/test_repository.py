"""The commit of the project's own repository, and of no other; what is said where there is none."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from kzreport.editions.make import recorded_state
from kzreport.project.repository import State, repository_state

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")


def git(folder, *words):
    about = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *about, "-C", str(folder), *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def project(tmp_path):
    root = tmp_path / "outer" / "project"
    for name in ("params/project.yml", "data/a.csv", "notebooks/a.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x\n")
    return root


def commit(folder):
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x")
    return git(folder, "rev-parse", "HEAD").strip()


def test_a_clean_a_dirty_and_a_foreign_tree(project):
    assert repository_state(project).why in ("no repository", "the project is not part of the repository around it")
    head = commit(project)
    assert repository_state(project) == State(head, clean=True)
    (project / "reports").mkdir()
    (project / "reports" / "x").write_text("made")  # no input
    assert repository_state(project).clean
    (project / "data" / "b.csv").write_text("an input that the commit has not")
    assert repository_state(project) == State(head, clean=False)
    (project / "data" / "b.csv").unlink()
    (project / "params" / "project.yml").write_text("y")
    assert "changes that were not committed" in repository_state(project).text


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_changes_that_git_was_told_not_to_see(project, mark):
    head = commit(project)
    git(project, "update-index", mark, "params/project.yml")
    (project / "params" / "project.yml").write_text("y")
    assert repository_state(project) == State(head, clean=False)


def test_an_input_that_git_was_told_to_ignore(project):
    (project / ".gitignore").write_text("*.csv\n__pycache__\n.DS_Store\n")
    commit(project)
    for name in ("notebooks/__pycache__/x.pyc", "data/.DS_Store"):  # no inputs
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text("")
    git(project, "add", "-f", "data/a.csv")
    git(project, "commit", "--allow-empty", "-qm", "y")
    head = git(project, "rev-parse", "HEAD").strip()
    assert repository_state(project) == State(head, clean=True)
    (project / "data" / "b.csv").write_text("an input that no commit has")
    assert repository_state(project) == State(head, clean=False)


def test_a_worktree_has_the_commit_of_its_own(project, tmp_path):
    commit(project)
    git(project, "worktree", "add", "-q", str(tmp_path / "other"))
    (tmp_path / "other" / "data" / "a.csv").write_text("z")
    git(tmp_path / "other", "commit", "-qam", "z")
    head = git(tmp_path / "other", "rev-parse", "HEAD").strip()
    assert repository_state(tmp_path / "other") == State(head, clean=True) != repository_state(project)


def test_a_project_inside_another_repository(project):
    (project.parent / "readme").write_text("x")
    git(project.parent, "init", "-q")
    git(project.parent, "add", "readme")
    git(project.parent, "commit", "-qm", "x")
    assert repository_state(project) == State(why="the project is not part of the repository around it")
    git(project.parent, "add", "project")
    git(project.parent, "commit", "-qm", "the project too")
    assert repository_state(project) == State(git(project.parent, "rev-parse", "HEAD").strip(), clean=True)


def test_verify_says_what_a_manifest_has():
    known = [
        (None, "not recorded"),
        ({"commit": "1a2b", "clean": True}, "1a2b"),
        ({"commit": "1a2b", "clean": False}, "1a2b, and changes that were not committed"),
        ({"commit": None, "why": "git is not installed"}, "not recorded (git is not installed)"),
    ]
    for git_record, text in known:
        assert recorded_state({"git": git_record}).text == text


def test_variables_of_a_hook_do_not_name_another_repository(project, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (other / "x").write_text("x")
    commit(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(project))
    assert not repository_state(project).commit


def test_no_git_no_commit_no_work_tree(project, tmp_path, monkeypatch):
    git(project, "init", "-q")
    git(project, "add", "-A")
    assert repository_state(project).why == "a repository without a commit"
    head = commit(project)
    git(tmp_path, "clone", "-q", "--bare", str(project), str(tmp_path / "bare"))
    assert repository_state(tmp_path / "bare").why == "a repository without a work tree"
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    git(project, "config", "core.fsmonitor", str(program))
    assert repository_state(project).commit == head and not (tmp_path / "ran").exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert repository_state(project) == State(why="git is not installed")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_owner(project, monkeypatch):
    commit(project)
    for path in (project, project / ".git"):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.delenv("SUDO_UID", raising=False)
    assert repository_state(project) == State(why="git refuses a repository of another owner")
