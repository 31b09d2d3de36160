"""Files that a run left, of any shape: read by a model, and skipped or refused by name."""

from __future__ import annotations

import gzip
import hashlib
import json

import nbformat
import pytest

from kzreport.commands.accepted import accepted_state
from kzreport.editions.damage import list_damage
from kzreport.editions.kept import read_kept
from kzreport.editions.store import Store
from kzreport.errors import DataError
from kzreport.files import clear_caches
from kzreport.refresh.ledger import Ledger
from kzreport.refresh.provider import Request
from kzreport.series.resource import names_of, resources
from kzreport.series.transaction import finish_pending

ODD = [b"", b"{", b"null", b"[]", b"3", b'"x"', b"[" * 100_000, b'{"a": NaN}', b"\xff\xfe", b"{}", b'{"a": {"b": []}}']


@pytest.mark.parametrize("raw", ODD)
def test_a_kept_page_that_is_no_notebook(tmp_path, raw):
    path = tmp_path / f"key-{hashlib.sha256(raw).hexdigest()[:32]}.ipynb"
    path.write_bytes(raw)
    assert read_kept(path) is None


def test_a_kept_page_that_is_one(tmp_path):
    raw = nbformat.writes(nbformat.v4.new_notebook()).encode()
    path = tmp_path / f"key-{hashlib.sha256(raw).hexdigest()[:32]}.ipynb"
    path.write_bytes(raw)
    assert read_kept(path) == nbformat.v4.new_notebook()
    path.write_bytes(raw + b" ")
    assert read_kept(path) is None and read_kept(tmp_path) is None


RECORDS = [
    *ODD,
    b'{"manifest": 3, "files": {}}',
    b'{"manifest": "x", "files": {}}',
    b'{"manifest": "", "files": {"a": [1]}}',
]


@pytest.mark.parametrize("raw", RECORDS)
def test_a_record_of_another_shape_is_no_record(made, raw):
    record = made.root / ".work" / "whole" / f"{made.folder.parent.name}-{made.folder.name}.json"
    before = record.read_bytes()
    try:
        record.write_bytes(raw)
        assert list_damage(made.folder, Store(made.root)) == []
    finally:
        record.write_bytes(before)


DIGEST = "0" * 64
HARMLESS = (b"", b"{}", b'{"a": NaN}', b'{"a": {"b": []}}', b"\xff\xfe")  # a line of other keys; a file of other bytes
LINES = [
    *(raw.decode() for raw in ODD if raw not in HARMLESS),
    '{"address": 3}',
    '{"address": "GET x", "raw": "../../etc/passwd"}',
    json.dumps({"address": "GET x", "raw": f"raw/../{DIGEST[:2]}/{DIGEST}.gz"}),
    '{"address": "GET x", "etag": "a\\nHost: b"}',
    '{"address": "GET x", "etag": ["a"]}',
]


@pytest.mark.parametrize("line", LINES)
def test_a_ledger_line_of_another_shape_is_refused_by_its_number(home, line):
    (home.root / "data" / "raw").mkdir()
    home.write("data/raw/fetches.jsonl", '{"address": "GET https://x.org/"}\n' + line + "\n")
    with pytest.raises(DataError, match=r"data/raw/fetches.jsonl, line 2: found .* expected a request"):
        Ledger(home.root / "data")


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b"another reply", mtime=0), gzip.compress(b"cut", mtime=0)[:-9], None]
)
def test_a_kept_reply_that_is_damaged_is_asked_for_again(home, content):
    digest = hashlib.sha256(b"the reply").hexdigest()
    name = f"raw/local/{digest[:2]}/{digest}.gz"
    line = {"address": "GET https://x.org/", "raw": name, "sha256": digest, "etag": "1"}
    (home.root / "data" / "raw").mkdir()
    home.write("data/raw/fetches.jsonl", json.dumps(line) + "\n")
    path = home.root / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(b"the reply", mtime=0))
    kept = Ledger(home.root / "data").kept(Request("https://x.org/"))
    assert kept is not None and kept[1] == b"the reply"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert Ledger(home.root / "data").kept(Request("https://x.org/")) is None


DECISIONS = [
    *(raw for raw in ODD if raw != b"{}"),
    b'{"../x.csv": "%s"}' % (b"0" * 64),
    b'{"a.csv": 3}',
    b'{"/etc/x": "0"}',
]


@pytest.mark.parametrize("raw", DECISIONS)
def test_a_decision_of_another_shape_is_refused(tmp_path, raw):
    (tmp_path / ".staged").mkdir()
    (tmp_path / ".staged" / "COMMIT").write_bytes(raw)
    with pytest.raises(DataError, match="COMMIT"):
        finish_pending(tmp_path)


def _entry(key, value):
    return lambda about: about["resources"][0].__setitem__(key, value)


PACKAGES = {
    "sources are text": _entry("sources", "x"),
    "sources are texts": _entry("sources", ["x"]),
    "a source since a number": _entry("sources", [{"title": "x", "since": 3}]),
    "a source since no day": _entry("sources", [{"title": "x", "since": "2024-13-01"}]),
    **{f"lag {v!r}": _entry("publication", {"kind": "mixed", "lag_days": v}) for v in ("x", 10**9, 1e30, [1], -1)},
    "gaps are numbers": _entry("known_gaps", [1]),
    "gaps are no periods": _entry("known_gaps", ["x"]),
    "a range without end": _entry("range", [0, float("inf")]),
    "a range of one": _entry("range", [0]),
    "a range of text": _entry("range", ["a", "b"]),
    "titles are a number": _entry("titles", 1),
    "titles are lists": _entry("titles", {"fr": [1], "en": [2]}),
    "caveats are text": _entry("caveats", "a"),
    "caveats of numbers": _entry("caveats", [{"fr": 1, "en": 2}]),
    "a caveat in one language": _entry("caveats", [{"fr": "a"}]),
    "a caveat since no day": _entry("caveats", [{"fr": "a", "en": "b", "since": "spring"}]),
    "fields are text": _entry("schema", {"fields": "x"}),
    "basis by text": _entry("basis_by", "x"),
    "earlier names are text": _entry("publisher_before", "x"),
    "vintages are numbers": _entry("vintages", [1]),
    "decimals below none": _entry("decimals", -1),
    "resources are a map": lambda about: about.__setitem__("resources", {}),
    "a resource is text": lambda about: about["resources"].__setitem__(0, "x"),
    "made from numbers": lambda about: about["made_from"].__setitem__(next(iter(about["made_from"])), 3),
    "publishers are a list": lambda about: about.__setitem__("publishers", []),
    "a publisher is a number": lambda about: about["publishers"].__setitem__("x", 1),
    "earlier publishers are text": lambda about: about.__setitem__("publishers_before", {"bns": "x"}),
    "scopes are text": lambda about: about.__setitem__("scopes", "x"),
}


@pytest.mark.parametrize("change", PACKAGES)
def test_a_data_package_of_another_shape_is_refused_by_name(home, change):
    path = home.root / "data" / "datapackage.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    PACKAGES[change](about)
    path.write_text(json.dumps(about), encoding="utf-8")
    clear_caches()
    with pytest.raises(DataError, match=r"data/datapackage.json"):
        assert resources() and names_of("publishers")
    accepted_state()  # it is made anew, whatever is there


@pytest.mark.parametrize("raw", ODD)
def test_a_data_package_that_is_none(home, raw):
    (home.root / "data" / "datapackage.json").write_bytes(raw)
    clear_caches()
    with pytest.raises(DataError, match=r"data/datapackage.json"):
        resources()
    assert accepted_state() is None
