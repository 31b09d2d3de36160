"""An edition is what was written, or it is not there; list, run, backfill and verify agree on what is whole."""

from __future__ import annotations

import json
import os
import shutil
import time

import pytest
from run_fixtures import write_definition, write_page

from kzreport.editions.damage import list_damage, list_strays
from kzreport.editions.index import write_index
from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.store import Store, list_editions
from kzreport.errors import PageError, ParameterError
from kzreport.files import sealed

DAY = "2024-03-31"


@pytest.fixture
def cli(forked_cli):
    return forked_cli


# --- while it is made --------------------------------------------------------------------------------------------

VANDALS = {  # what another program does in the folder of the edition that is being made -> what is said
    "a lost page": ("(own / 'en' / 'first.html').unlink()", "en/first.html: lost"),
    "a lost language": ("__import__('shutil').rmtree(own / 'en')", "en/first.html: lost"),
    "a page cut short": ("(own / 'en' / 'first.html').write_text('<html>torn')", "en/first.html: altered"),
    "a foreign page": ("(own / 'evil.html').write_text('x')", "evil.html: not written by this run"),
    "a link": (
        "page = own / 'en' / 'first.html'; page.rename(own.parent / 'away'); page.symlink_to(own.parent / 'away')",
        "en/first.html: not a regular file",
    ),
    "everything lost": ("__import__('shutil').rmtree(own)", "en/first.html: lost"),
}


@pytest.mark.parametrize(
    ("kind", "command"), [*((kind, "run") for kind in VANDALS), ("a lost page", "backfill"), ("a link", "backfill")]
)
def test_what_is_lost_or_altered_while_at_work_ends_without_an_edition(kind, command, cli, project_copy, tmp_path):
    code, expected = VANDALS[kind]
    out = tmp_path / "out"
    write_page(project_copy, "first", "pass")
    find = f"from pathlib import Path; own = Path({str(out / '.work' / f'trial-{DAY}')!r})"
    write_page(project_copy, "second", find, code + ";")
    write_definition(project_copy, "trial", ["first", "second"])
    span = ("--as-of", DAY) if command == "run" else ("--from", "2024-03", "--to", "2024-03")
    ended = cli(command, "trial", *span, "-j", "1", "--output", str(out))
    assert ended.code == 1 and expected in ended.err and "Traceback" not in ended.err
    assert list_editions(out) == []
    assert not [p for p in out.rglob("*.html") if p.name != "index.html"]


# --- afterwards --------------------------------------------------------------------------------------------------


@pytest.fixture
def edition(made, tmp_path):
    """A copy of a real edition whose files are older than its record, as after a night."""
    folder = tmp_path / made.folder.parent.name / made.folder.name
    shutil.copytree(made.folder, folder)
    assert list_damage(folder, Store(tmp_path)) == []
    record = tmp_path / ".work" / "whole" / f"{folder.parent.name}-{folder.name}.json"
    late = time.time() + 60
    os.utime(record, (late, late))
    return folder


def test_a_record_spares_the_second_reading(edition, monkeypatch):
    from kzreport.editions import damage

    monkeypatch.setattr(damage, "sha256_hex", lambda data: pytest.fail("a file was read again"))
    assert list_damage(edition, Store(edition.parent.parent)) == []


def _page(folder):
    return next(folder.rglob("*.html"))


def _altered_with_its_time_kept(folder):
    path = _page(folder)
    about = path.stat()
    path.write_bytes(path.read_bytes().replace(b"2024", b"2025", 1))
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def _replaced_by_a_link(folder):
    path = _page(folder)
    path.rename(folder.parent / "elsewhere.html")
    path.symlink_to(folder.parent / "elsewhere.html")


def _edited_with_its_digest(folder):
    import hashlib

    path = _page(folder)
    old = hashlib.sha256(path.read_bytes()).hexdigest()
    path.write_bytes(path.read_bytes().replace(b"2024", b"2025", 1))
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def _title_edited(folder):
    manifest = folder / "manifest.json"
    found = json.loads(manifest.read_text(encoding="utf-8"))
    found["edition"]["title"]["en"] = "Another"
    manifest.write_text(json.dumps(found), encoding="utf-8")


def _manifest_of_another_making(folder):
    manifest = folder / "manifest.json"
    found = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(sealed(found | {"git": {"commit": "abcdef0"}})), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_altered_with_its_time_kept, ": altered"),
        (_replaced_by_a_link, ": not a regular file"),
        (_manifest_of_another_making, "manifest.json: altered"),
        (lambda folder: _page(folder).unlink(), ": missing"),
        (lambda folder: (folder / "evil.html").write_text("x"), "evil.html: not in the manifest"),
    ],
)
def test_damage_is_found_whatever_was_kept(harm, said, edition):
    harm(edition)
    assert any(said in line for line in list_damage(edition, Store(edition.parent.parent)))


@pytest.mark.parametrize("edit", [_edited_with_its_digest, _title_edited])
def test_a_manifest_edited_by_hand_is_found_without_a_record(edit, edition):
    """As in a copy of the folder, or at an address, which have no records."""
    root = edition.parent.parent
    shutil.rmtree(root / ".work")
    edit(edition)
    with pytest.raises(PageError, match=r"manifest\.json \(digest: another one than that of its content"):
        list_damage(edition, Store(root))
    write_index(root, RunLog())
    assert edition.name not in (root / "index.html").read_text(encoding="utf-8")


def test_edited_inputs_contradict_their_fingerprint(edition):
    manifest = edition / "manifest.json"
    found = json.loads(manifest.read_text(encoding="utf-8"))
    found["inputs"]["data/cpi_yy"] = "0" * 64
    manifest.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(PageError, match="fingerprint"):
        read_manifest(edition)


STRAYS = (
    "~$page.xlsx",
    "en/page-Copy1.ipynb",
    "Icon\r",
    "en/page.sync-conflict-20261102-1.html",
    ".DS_Store",
    "Thumbs.db",
    "en/page (copy).html",
    "en/page - Copie.html",
    "en/page.html~",
    "en/.page.html.swp",
)


@pytest.mark.parametrize("name", STRAYS)
def test_strays_of_other_programs_are_named_and_stop_nobody(name, edition):
    root = edition.parent.parent
    (edition / name).write_text("x", encoding="utf-8")
    shutil.copytree(edition, edition.with_name(f"{edition.name} (copy)"))
    (edition.parent / "latest").symlink_to(edition)
    assert list_damage(edition, Store(root)) == []
    assert list_editions(root) == [edition]
    own = edition.parent.name
    assert set(list_strays(root)) == {f"{own}/{edition.name}/{name}", f"{own}/{edition.name} (copy)", f"{own}/latest"}


SHAPES = {
    "edition is a list": ("edition", []),
    "no as_of": ("edition.as_of", None),
    "as_of is no day": ("edition.as_of", "x"),
    "no pages": ("edition.pages", []),
    "pages are null": ("edition.pages", None),
    "a language that nobody has": ("edition.languages", ["de"]),
    "files is a list": ("files", []),
    "a file outside": ("files", {"../../x": "0" * 64}),
    "inputs are numbers": ("inputs", {"a": 1}),
    "parameters are text": ("parameters", "x"),
    "git is text": ("git", "x"),
    "a name with a path": ("edition.name", "../x"),
    "data_until is a number": ("edition.data_until", 5),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_manifest_of_another_shape_is_named_and_left_out(shape, edition, caplog):
    key, value = SHAPES[shape]
    manifest = edition / "manifest.json"
    found = json.loads(manifest.read_text(encoding="utf-8"))
    *above, last = key.split(".")
    place = found
    for part in above:
        place = place[part]
    place[last] = value
    manifest.write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(PageError, match=r"manifest\.json"):
        read_manifest(edition)
    root = edition.parent.parent
    write_index(root, RunLog())
    assert edition.name not in (root / "index.html").read_text(encoding="utf-8")


def test_brackets_without_end_are_no_manifest(edition):
    (edition / "manifest.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(PageError, match="nested too deeply"):
        read_manifest(edition)


def test_a_link_in_the_place_of_a_lock_empties_nobodys_file(edition, tmp_path):
    precious = tmp_path / "precious.txt"
    precious.write_text("mine", encoding="utf-8")
    lock = edition.parent.parent / ".work" / "index.lock"
    lock.unlink(missing_ok=True)
    lock.symlink_to(precious)
    with pytest.raises(ParameterError, match=r"index\.lock"):
        write_index(edition.parent.parent, RunLog())
    assert precious.read_text(encoding="utf-8") == "mine"
