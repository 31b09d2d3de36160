"""A refresh of a small project over a real socket: new, revised, refused, down; twice is once; append only."""

from __future__ import annotations

import json
import os

import pytest
from scene import accept, bank_project, digest, held, reply

from kzreport.commands.cli import main
from kzreport.files import clear_caches
from kzreport.series.known import data_fingerprint, load_series

URL = "/core"


@pytest.fixture
def bank(httpserver, tmp_path, monkeypatch):
    root = bank_project(tmp_path / "project", httpserver.url_for(URL))
    accept(root, monkeypatch)
    return root


@pytest.fixture
def serve(httpserver):
    def answer(content: bytes, status: int = 200, **headers: str) -> None:
        httpserver.clear()
        kind = headers.pop("content_type", "application/json")
        httpserver.expect_request(URL).respond_with_data(content, status, headers, content_type=kind)

    return answer


def refresh(*args: str) -> int:
    clear_caches()
    code = main(["refresh", *args])
    clear_caches()
    return code


def test_a_release_and_a_revision_are_added_and_nothing_known_before_changes(bank, serve, capsys):
    rows = held(bank)
    before = data_fingerprint("core_yy", "2026-10-31")
    serve(reply(rows, ["2026-09", 110.6, "2026-11-03"], ["2026-10", 110.4, "2026-11-03"]))
    assert refresh() == 0
    said = capsys.readouterr().out
    assert "2026-10: 110.4, published 2026-11-03" in said
    assert "2026-09: 110.6, was 110.7 (-0.1), published 2026-11-03" in said
    after = held(bank)
    assert [r[:3] for r in after if r[:3] not in [x[:3] for x in rows]] == [
        ["2026-09", "110.6", "2026-11-03"],
        ["2026-10", "110.4", "2026-11-03"],
    ]
    assert after[-1] == ["2026-10", "110.4", "2026-11-03", "recorded"]
    assert after[0][-1] == ""
    assert data_fingerprint("core_yy", "2026-10-31") == before
    assert str(load_series("core_yy", "2026-11-02").last) == "2026-09"
    card = (bank / "data" / "core_yy.yml").read_text()
    assert 'fingerprint: "core index"' in card


def test_the_same_twice_adds_nothing(bank, serve):
    serve(reply(held(bank), ["2026-10", 110.4, "2026-11-03"]))
    assert refresh() == 0
    once = digest(bank)
    assert refresh() == 0
    twice = digest(bank)
    assert {k for k in twice if twice[k] != once.get(k)} == {"data/raw/fetches.jsonl"}
    lines = [json.loads(x) for x in twice["data/raw/fetches.jsonl"].decode().splitlines()]
    assert [x["outcome"] for x in lines] == ["new figures", "nothing new"]


def test_a_dry_run_writes_nothing(httpserver, tmp_path, monkeypatch, serve, capsys):
    bank = bank_project(tmp_path / "project", httpserver.url_for(URL), whole=True)
    accept(bank, monkeypatch)
    before = digest(bank)
    serve(reply(held(bank), ["2026-10", 110.5, "2026-11-03"]))
    assert refresh("--dry-run", "--diff", "core_yy") == 0
    assert digest(bank) == before
    said = capsys.readouterr().out
    assert "+2026-10,110.5,2026-11-03,recorded" in said
    assert "What would turn" in said
    assert "nothing was written" in said


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda rows: reply(rows, ["2026-10", 110.4, "2027-01-01"]), "2027-01-01"),
        (lambda rows: reply(rows, ["2026-10", 110400, "2026-11-03"]), "110400"),
        (lambda rows: reply([[r[0], str(float(r[1]) + 3)] for r in rows]), "first_contact"),
        (lambda rows: reply([[r[0], str(float(r[1]) * 10)] for r in rows]), "unit_jump"),
        (lambda rows: b'{"label": "x", "rows": [["2026-10"]]}', "known form"),
        (lambda rows: b'{"label": "x"', "known form"),
        (lambda rows: reply(rows, ["2026-08", None, "2026-11-03"]), "withdrawal"),
    ],
)
def test_bad_data_are_refused_and_say_why(bank, serve, capsys, change, word):
    before = digest(bank)
    serve(change(held(bank)))
    assert refresh() == 2
    said = capsys.readouterr()
    assert word in said.out + said.err
    after = digest(bank)
    assert {k for k in after if after[k] != before.get(k) and "/raw/" not in k} == set()


def test_another_label_is_refused_until_accepted_with_a_reason(bank, serve, capsys):
    serve(reply(held(bank)))
    assert refresh() == 0
    serve(reply(held(bank), ["2026-10", 110.4, "2026-11-03"], label="core index, 2025 = 100"))
    assert refresh() == 2
    assert "redefinition" in capsys.readouterr().out
    assert held(bank)[-1][0] == "2026-09"
    assert refresh("--accept-redefinition", "core_yy=the bureau renamed it, letter of 3 November") == 0
    assert held(bank)[-1][0] == "2026-10"
    ledger = (bank / "data" / "raw" / "fetches.jsonl").read_text()
    assert "letter of 3 November" in ledger


@pytest.mark.parametrize(("status", "kind"), [(404, "application/json"), (200, "text/html")])
def test_a_provider_that_is_down_changes_nothing_and_exits_3(bank, serve, capsys, status, kind):
    rows = held(bank)
    serve(b"<html>maintenance</html>", status, content_type=kind)
    assert refresh() == 3
    said = capsys.readouterr().out
    assert "Provider down" in said
    assert "held until 2026-09" in said
    assert held(bank) == rows


def test_unconfirmed_mappings_are_probed_only(httpserver, tmp_path, monkeypatch, capsys, serve):
    root = bank_project(tmp_path / "project", httpserver.url_for(URL), confirmed="no")
    accept(root, monkeypatch)
    serve(reply(held(root), ["2026-10", 110.4, "2026-11-03"]))
    before = digest(root)
    assert refresh() == 0
    assert "never seen in a live reply" in capsys.readouterr().out
    assert len(httpserver.log) == 0
    assert refresh("--probe") == 0
    assert "the newest 2026-10 110.4; fingerprint 'core index'" in capsys.readouterr().out
    assert digest(root) == before


def test_a_recording_is_replayed_on_its_day(bank, serve, tmp_path, httpserver):
    serve(reply(held(bank), ["2026-10", 110.4, None]))
    record = tmp_path / "recording"
    before = digest(bank)
    assert refresh("--probe", "--record", str(record)) == 0
    assert digest(bank) == before
    about = json.loads((record / "recording.json").read_text())
    about["day"] = "2026-11-05"
    (record / "recording.json").write_text(json.dumps(about))
    httpserver.clear()
    # a replay asks for what is wanted on its own day
    assert about["day"][:7] in next(iter(about["replies"]))
    assert refresh("--replay", str(record)) == 0
    assert held(bank)[-1] == ["2026-10", "110.4", "2026-11-05", "observed"]


@pytest.mark.parametrize(("name", "found"), [("a file", "a file: "), ("full", "files in full/")])
def test_a_recording_has_a_folder_of_its_own(bank, tmp_path, capsys, name, found):
    (tmp_path / "a file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "theirs").touch()
    assert refresh("--probe", "--record", str(tmp_path / name)) == 2
    assert f"--record: found {found}" in capsys.readouterr().err


def test_a_second_refresh_finds_the_lock(bank, serve):
    from kzreport.series.transaction import sole_writer

    serve(reply(held(bank)))
    with sole_writer(bank / "data"):
        pid = os.fork()
        if pid == 0:
            os._exit(main(["refresh"]))
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 75


def test_a_key_stays_out_of_ledger_log_and_messages(bank, serve, capsys, monkeypatch, caplog):
    path = bank / "data" / "providers" / "bank.py"
    text = path.read_text().replace('%Y-%m}"})]', '%Y-%m}"}, key=("BANK_KEY", "api_key"))]')
    assert "BANK_KEY" in text
    path.write_text(text)
    serve(reply(held(bank), ["2026-10", 110.4, "2026-11-03"]))
    assert refresh() == 0  # nobody has to have a key
    assert "BANK_KEY" in capsys.readouterr().out
    assert len(held(bank)[-1]) == 3
    monkeypatch.setenv("BANK_KEY", "sesame-4711")
    with caplog.at_level("DEBUG"):
        assert refresh() == 0
        serve(b"no", 500)
        assert refresh() == 3
    said = capsys.readouterr()
    written = b"".join(digest(bank).values())
    ours = "".join(r.getMessage() for r in caplog.records if r.name != "werkzeug")
    assert b"sesame" not in written
    assert "sesame" not in said.out + said.err + ours
    assert held(bank)[-1][0] == "2026-10"


def test_a_reply_that_has_not_changed_is_read_from_what_is_kept(bank, httpserver):
    from werkzeug import Request, Response

    content = reply(held(bank), ["2026-10", 110.4, "2026-11-03"])
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.headers.get("If-None-Match"))
        if asked[-1] == '"1"':
            return Response(status=304)
        return Response(content, content_type="application/json", headers={"ETag": '"1"'})

    httpserver.expect_request(URL).respond_with_handler(answer)
    assert refresh() == 0
    before = digest(bank)
    assert refresh() == 0
    assert asked == [None, '"1"']
    after = digest(bank)
    assert {k for k in after if after[k] != before.get(k)} == {"data/raw/fetches.jsonl"}


def test_without_the_extra_one_line_says_how_to_install(bank, monkeypatch, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "kzreport.refresh.http", None)
    monkeypatch.delitem(sys.modules, "kzreport.refresh.http")
    monkeypatch.setitem(sys.modules, "stamina", None)
    assert refresh() == 2
    err = capsys.readouterr().err
    assert "kzreport[refresh]" in err
    assert len(err.strip().splitlines()) == 1


def test_what_is_sound_is_written_only_if_asked_where_a_reply_was_refused(bank, serve, httpserver, monkeypatch):
    import shutil

    for kind in ("csv", "yml"):
        shutil.copy(bank / "data" / f"core_yy.{kind}", bank / "data" / f"second.{kind}")
    card = bank / "data" / "second.yml"
    card.write_text(card.read_text().replace(URL, "/second"))
    table = bank / "data" / "second.csv"  # another series: no twin of the first
    rows = [line.split(",") for line in table.read_text().splitlines()]
    table.write_text(
        "\n".join([",".join(rows[0]), *(f"{p},{float(v) + 1 + i % 3:.1f},{d}" for i, (p, v, d) in enumerate(rows[1:]))])
        + "\n"
    )
    accept(bank, monkeypatch)
    serve(reply(held(bank), ["2026-10", 110.4, "2026-11-03"]))
    httpserver.expect_request("/second").respond_with_data(b'{"rows": []', content_type="application/json")
    before = digest(bank)
    assert refresh() == 2
    assert {k for k, v in digest(bank).items() if before.get(k) != v and "/raw/" not in k} == set()
    assert refresh("--keep-going") == 2
    assert held(bank)[-1][0] == "2026-10"
