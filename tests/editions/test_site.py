"""``latest/`` and ``kzreport site``: what leads to the newest edition, and a copy that changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from run_fixtures import AS_OF

from kzreport.commands.cli import main
from kzreport.editions.damage import list_strays
from kzreport.editions.index import write_index
from kzreport.editions.latest import write_latest
from kzreport.editions.log import RunLog
from kzreport.editions.manifest import read_manifest
from kzreport.editions.site import MARK, publish_site
from kzreport.editions.store import Store, edition_lock, output_root
from kzreport.errors import PageError, ParameterError
from kzreport.files import sealed, sha256_hex
from kzreport.render.published import as_made

LATER = "2024-04-30"


def digests(root: Path) -> dict[str, str]:
    return {
        p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(root.rglob("*"))
        if p.is_file() and ".work" not in p.parts
    }


@pytest.fixture(scope="module")
def root(made, tmp_path_factory) -> Path:
    """Two editions: a real one, and the same under a later date without one of its pages."""
    root = tmp_path_factory.mktemp("site") / "reports"
    shutil.copytree(made.folder, root / "small" / AS_OF)
    later = root / "small" / LATER
    shutil.copytree(made.folder, later)
    manifest = json.loads((later / "manifest.json").read_text(encoding="utf-8"))
    manifest["edition"] |= {"name": LATER, "as_of": LATER, "pages": ["inflation"]}
    for gone in [f for f in manifest["files"] if f.partition("/")[2].startswith("fdi.")]:
        del manifest["files"][gone]
        (later / gone).unlink()
    (later / "manifest.json").write_text(json.dumps(sealed(manifest)), encoding="utf-8")
    write_index(root, RunLog())
    return root


def target(root: Path, page: str) -> str:
    text = (root / "small" / "latest" / page).read_text(encoding="utf-8")
    [there] = re.findall(r'content="0; url=([^"]+)"', text)
    assert f'<a href="{there}">' in text
    assert (root / "small" / "latest" / page).parent.joinpath(there).is_file(), there
    return there


def test_latest_leads_to_the_newest_edition_also_from_pages_that_it_lacks(root):
    assert target(root, "index.html") == f"../{LATER}/index.html"
    assert target(root, "en/inflation.html") == f"../../{LATER}/en/inflation.html"
    assert target(root, "en/index.html") == f"../../{LATER}/en/index.html"
    assert target(root, "fr/fdi.html") == f"../../{LATER}/fr/index.html"
    assert list_strays(root) == []
    (root / "small" / "latest" / "Thumbs.db").write_text("x")
    assert list_strays(root) == ["small/latest/Thumbs.db"]
    (root / "small" / "latest" / "Thumbs.db").unlink()


def test_latest_is_written_only_where_it_changes_and_goes_with_its_editions(root, tmp_path):
    out = tmp_path / "reports"
    shutil.copytree(root, out)
    before = {p: p.stat().st_mtime_ns for p in (out / "small" / "latest").rglob("*.html")}
    write_index(out, RunLog())
    assert before == {p: p.stat().st_mtime_ns for p in (out / "small" / "latest").rglob("*.html")}
    shutil.rmtree(out / "small" / LATER)
    write_index(out, RunLog())
    assert target(out, "fr/fdi.html") == f"../../{AS_OF}/fr/fdi.html"
    write_latest(out, [])
    assert not (out / "small" / "latest").exists()


def test_a_link_in_its_place_is_not_followed(root, tmp_path):
    out, away = tmp_path / "reports", tmp_path / "away"
    shutil.copytree(root, out)
    shutil.rmtree(out / "small" / "latest")
    away.mkdir()
    (out / "small" / "latest").symlink_to(away)
    write_index(out, RunLog())
    assert not list(away.iterdir()) and list_strays(out) == ["small/latest"]


def test_a_folder_of_another_program_of_that_name_stays(root, tmp_path):
    """Folders ``latest`` are usual, as in documentation of many versions: an output may lie beside one."""
    out = tmp_path / "out"
    shutil.copytree(root / "small", out / "small")
    theirs = [out / "docs" / "latest" / "index.html", out / "docs" / "latest" / "api" / "x.html"]
    theirs += [out / "small" / "latest" / "theirs.html", out / "small" / "latest" / "en" / "inflation.html"]
    for path in theirs:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("<title>Theirs</title>")
    write_index(out, RunLog())
    write_latest(out, [])
    assert all(path.read_text() == "<title>Theirs</title>" for path in theirs)
    assert {p for p in out.glob("*/latest/**/*") if p.is_file()} == set(theirs)


@pytest.mark.parametrize("name", ["data", "data/reports", "notebooks/x", "params"])
def test_editions_are_not_put_among_their_inputs(name, home):
    with pytest.raises(ParameterError, match=rf"--output: found a folder in {name.partition('/')[0]}/"):
        output_root(str(home.root / name))
    assert not (home.root / name / ".work").exists()


@pytest.mark.parametrize(
    ("name", "found"),
    [(".", "the folder of the project itself"), ("/", "the root of the file"), (".git/x", "a folder of git")],
)
def test_editions_have_a_folder_of_their_own(name, found, home):
    with pytest.raises(ParameterError, match=f"--output: found {found}.*a folder of its own"):
        output_root(str(home.root / name))
    assert not (home.root / ".work").exists()


@pytest.mark.parametrize("name", ["index.html", "run.json"])
def test_a_folder_in_the_place_of_a_file_of_ours_is_found_before_anything_is_made(name, tmp_path):
    (tmp_path / ".work").mkdir()
    (tmp_path / name).mkdir()
    with pytest.raises(ParameterError, match=f"with a folder {name}, expected a folder of its own"):
        output_root(str(tmp_path))


def test_a_pipe_in_the_place_of_a_lock(tmp_path):
    (tmp_path / ".work").mkdir()
    os.mkfifo(tmp_path / ".work" / "x.lock")
    found = r"\.work/x\.lock: found a pipe or a device, expected a file; remove it"
    with pytest.raises(ParameterError, match=found), edition_lock(tmp_path, "x"):
        pass


def test_an_index_of_another_program_is_not_replaced(tmp_path):
    (tmp_path / "index.html").write_text("<title>Theirs</title>")
    with pytest.raises(ParameterError, match=r"an index\.html that is not of editions"):
        output_root(str(tmp_path))
    assert [p.name for p in tmp_path.iterdir()] == ["index.html"]


def test_list_knows_latest(root, capsys):
    assert main(["list", "--output", str(root)]) == 0
    assert "left by another program" not in capsys.readouterr().err


def test_the_copy_adds_to_pages_and_changes_nothing(root, tmp_path, capsys):
    before = digests(root)
    copy = tmp_path / "public"
    assert main(["site", str(copy), "--output", str(root)]) == 0
    assert f"published 2 editions; open {copy}/index.html" in capsys.readouterr().out
    assert digests(root) == before
    for day in (AS_OF, LATER):
        for name, digest in read_manifest(root / "small" / day)["files"].items():
            data = (copy / "small" / day / name).read_bytes()
            made = as_made(data.decode()).encode() if name.endswith(".html") else data
            assert sha256_hex(made) == digest, name
            assert (data == made) == (day == LATER or not name.endswith(".html")), name
    old = (copy / "small" / AS_OF / "en" / "inflation.html").read_text(encoding="utf-8")
    link = '<a href="../../latest/en/inflation.html" lang="en" style="color: #00507d">'
    assert f"{link}A newer edition exists: 30\u00a0April 2024" in old
    assert not list(copy.rglob("*.xml")) and not (copy / "data.json").exists()
    first = digests(copy)
    assert publish_site(Store(root), copy, "", RunLog()) == 2  # again, in its place
    assert digests(copy) == first and [p.name for p in tmp_path.iterdir()] == ["public"]


def test_with_an_address_there_are_feed_map_data_and_pictures(root, tmp_path):
    copy, base = tmp_path / "public", "https://example.org/reports"
    publish_site(Store(root), copy, base, RunLog())
    feed = ET.parse(copy / "feed-en.xml").getroot()
    links = [e.find("{*}link").get("href") for e in feed.iterfind("{*}entry")]
    assert "30\u00a0April 2024" in (feed.findtext("{*}entry/{*}title") or "")
    assert links == [f"{base}/small/{day}/en/index.html" for day in (LATER, AS_OF)]
    assert feed.find("{*}updated").text == f"{LATER}T00:00:00Z"
    for place in ET.parse(copy / "sitemap.xml").getroot().iterfind("{*}url/{*}loc"):
        assert (copy / place.text.removeprefix(f"{base}/")).is_file(), place.text
    data = json.loads((copy / "data.json").read_text(encoding="utf-8"))
    for edition in data["editions"]:
        for address, digest in edition["files"].items():
            assert sha256_hex((copy / address.removeprefix(f"{base}/")).read_bytes()) == digest
    text = (copy / "small" / LATER / "en" / "index.html").read_text(encoding="utf-8")
    picture = re.search(r'og:image" content="([^"]+)"', text)[1]
    assert (copy / picture.removeprefix(f"{base}/")).read_bytes().startswith(b"\x89PNG")
    about = json.loads(re.search(r'ld\+json">(.*?)</script>', text, re.DOTALL)[1])
    assert about["datePublished"] == LATER and about["encoding"][0]["contentUrl"].startswith(base)
    first = digests(copy)
    publish_site(Store(root), copy, base, RunLog())
    assert digests(copy) == first


def test_a_place_that_is_not_a_copy_is_left_alone(root, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("x")
    for place in (tmp_path / "mine", root, root / "inside", root.parent):
        with pytest.raises(ParameterError):
            publish_site(Store(root), place, "", RunLog())
    assert (tmp_path / "mine" / "diary.txt").read_text() == "x"


def test_a_damaged_edition_is_not_published_and_the_copy_before_stays(root, tmp_path):
    out, copy = tmp_path / "reports", tmp_path / "public"
    shutil.copytree(root, out)
    publish_site(Store(out), copy, "", RunLog())
    first = digests(copy)
    page = out / "small" / AS_OF / "en" / "inflation.html"
    page.write_text("altered", encoding="utf-8")
    with pytest.raises(PageError, match=r"en/inflation\.html: altered"):
        publish_site(Store(out), copy, "", RunLog())
    page.write_bytes((root / "small" / AS_OF / "en" / "inflation.html").read_bytes())
    manifest = out / "small" / AS_OF / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"as_of"', '"was_of"', 1), encoding="utf-8")
    with pytest.raises(PageError, match=r"no whole manifest\.json"):  # it was left out, and the others published
        publish_site(Store(out), copy, "", RunLog())
    assert digests(copy) == first and (copy / MARK).exists()
    assert {p.name for p in tmp_path.iterdir()} == {"reports", "public"}


@pytest.mark.parametrize("given", ["ftp://example.org", "https://", "https://a b", "https://x.org/?q", "javascript:x"])
def test_what_is_no_address_of_a_site_is_refused(given, root, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["site", str(tmp_path / "x"), "--base-url", given, "--output", str(root)])
    assert "expected an address" in capsys.readouterr().err
