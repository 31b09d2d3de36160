"""Secrets stay out of what is said, whatever option or library they come from."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from kzreport.commands.cli import main
from kzreport.console.redaction import (
    forget_secrets,
    hide_secrets,
    keep_secrets_of,
    keep_secrets_of_environment,
    redact,
    shown_address,
)
from kzreport.editions import notify, remote
from kzreport.editions.log import RunLog
from kzreport.errors import ParameterError
from kzreport.files import clear_caches


@pytest.fixture(autouse=True)
def _forgotten():
    yield
    forget_secrets()


ADDRESSES = [
    ("https://h/x?sig=S3CRET", "https://h/x"),
    ("s3://b/x/?token=S3CRET&v=1", "s3://b/x"),
    ("ftp://user:S3/CR@ET@h/x", "ftp://h/x"),
    ("sftp://user@h/x#S3CRET", "sftp://h/x"),
    ("https://S3CRET@h", "https://h"),
    ("file:///srv/my reports", "file:///srv/my reports"),
    ("https:/u:S3CRET@h/x", "https:/h/x"),
    ("simplecache::https://u:S3CRET@h/x", "simplecache::https://h/x"),
]


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_an_address_is_shown_without_its_secrets(address, shown):
    assert shown_address(address) == shown


@pytest.mark.parametrize("address", [a for a, _ in ADDRESSES if " " not in a])
def test_errors_of_libraries_lose_them_too(address):
    said = f"ClientError(404, url='{address}'): no answer of <{address}>, {address}; tried twice."
    bare = address.partition("://")[2]
    for known in (False, True):
        if known:
            keep_secrets_of(address)
            said += f" path {bare!r}"
        found = redact(said)
        assert "S3CR" not in found and "CR@ET" not in found and "tried twice." in found
    assert redact(found) == found


def test_sentences_stay_as_they_are():
    keep_secrets_of("https://h/x?date=2026-09-30&page=1")
    text = "made monthly/2026-09-30; at 10:30: found 'C:/x/y', a: b, me@example.org, expected 1 or 2-3"
    assert redact(text) == text


def test_known_secrets_are_hidden_where_addresses_of_sources_stay():
    keep_secrets_of("curl https://me:S3CRET@h/x?k=OTHER1")
    assert hide_secrets("https://stat.example/?id=3 S3CRET OTHER1") == "https://stat.example/?id=3 ... ..."


def test_the_environment_has_secrets():
    names = {"EIA_API_KEY": "abc+123/x", "AWS_SECRET_ACCESS_KEY": "zyx987", "MONKEY": "banana", "APP_TOKEN": "on"}
    keep_secrets_of_environment(names | {"https_proxy": "http://u:S3CRET@proxy:80"})
    assert redact("abc+123/x abc%2B123%2Fx zyx987 banana on S3CRET") == "... ... ... banana on ..."


OPTIONS = [
    ("run", "--executor", "dask://u:S3CRET@h:1"),
    ("run", "--executor", "dask://h:1?k=S3CRET"),
    ("run", "--output", "https://h/x?sig=S3CRET"),
    ("run", "--output", "s3://b/x?token=S3CRET"),
    ("run", "--output", "ftp://user:99/S3CRET@h/x"),
    ("run", "--output", "nothing://u:S3CRET@h/x"),
    ("run", "--output", "https:/u:S3CRET@h/x\0"),
    ("run", "--output", "https:/u:S3CRET@h/x"),
    ("verify", "https://u:S3CRET@h/x"),
    ("diff", "https://u:S3CRET@h", "2026-01-31"),
    ("run", "--notify", "ftp://u:S3CRET@h/x"),
    ("run", "--notify", "u:S3CRET@h"),
    ("run", "--notify", "TOKEN=S3CRET tell"),
    ("run", "--notify", "https://h:99999/S3CRET?k=S3CRET"),
    ("run", "--as-of", "https://u:S3CRET@h"),
    ("run", "-p", "note=https://u:S3CRET@h"),
    ("run", "-p", "https://u:S3CRET@h=1"),
    ("run", "https://u:S3CRET@h/x"),
    ("run", "--S3CRET=https://u:S3CRET@h"),
    ("refresh", "--replay", "https://u:S3CRET@h/x"),
    ("refresh", "--provider", "https://u:S3CRET@h/x"),
    ("add", "https://u:S3CRET@h/x", "2026-10", "1"),
    ("new", "https://u:S3CRET@h/x"),
    ("revisions", "x", "a=https://u:S3CRET@h"),
]


@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_no_option_gives_its_secret_away(words, capsys, tmp_path, monkeypatch, handlers):
    monkeypatch.chdir(tmp_path)
    try:
        code = main(list(words))
    except SystemExit as e:
        code = e.code
    said = capsys.readouterr()
    assert code == 2 and said.err and "S3CRET" not in said.out + said.err.replace("--S3CRET", "")
    assert "Traceback" not in said.err


SETTINGS = {  # of params/project.yml -> a word of what is said
    "notify: [{password: S3CRET}]": "run, notify.0: found something else, not repeated",
    "notify: {password: S3CRET}": "run, notify: found something else, not repeated",
    "notify: [[S3CRET]]": "run, notify.0: found",
    "notify: [https://u:S3CRET@h/x]": "params/project.yml, run, notify: found an address",
    "notify: [TOKEN=S3CRET tell]": "params/project.yml, run, notify: found something else",
    "output: {password: S3CRET}": "run, output: found something else",
    "output: s3://u:S3CRET@b/x": "",
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_setting_gives_its_secret_away(setting, home, capsys, handlers):
    settings = (home.root / "params" / "project.yml").read_text()
    home.write("params/project.yml", f"{settings}run:\n  {setting}\n")
    assert main(["run", "inflation-brief", "--as-of", "2026-09-30"]) == 2
    said = capsys.readouterr()
    assert "S3CRET" not in said.out + said.err and SETTINGS[setting] in said.err


def test_the_words_of_a_command_are_not_listed(capsys, handlers):
    """Of a command that is notified its name is enough: a word may be a password."""
    told = "sh -c 'curl -H \"Authorization: Bearer S3CRET\" https://h/'"
    assert main(["run", "inflation-brief", "--as-of", "2026-09-30", "--explain", "--notify", told]) == 0
    said = capsys.readouterr()
    assert "notify: sh ... (command line)" in said.out and "\ncommit: " in said.out
    assert "S3CRET" not in said.out + said.err


def test_a_project_named_by_an_address(capsys, monkeypatch, handlers):
    monkeypatch.setenv("KZREPORT_HOME", "https://u:S3CRET@h/x?sig=S3CRET")
    clear_caches()
    assert main(["run"]) in (1, 2)
    said = capsys.readouterr()
    assert "S3CRET" not in said.out + said.err and "Traceback" not in said.err


def test_an_object_store_that_quotes_half_a_password(monkeypatch):
    """What a library says of an address with secrets is left out: no search finds half of one."""

    def misread(*_, **__):
        raise ValueError("Port could not be cast to integer value as 'S3'")

    monkeypatch.setattr("fsspec.core.url_to_fs", misread)
    with pytest.raises(ParameterError) as error, remote.open_store("ftp://u:S3/CRET@h/x", RunLog(), write=False):
        pass
    assert "'S3'" not in str(error.value) and "ftp://h/x: ValueError" in str(error.value)


def test_a_user_in_the_address_of_a_notification_goes_into_a_header():
    asked = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append((self.path, self.headers["Authorization"], self.headers["Host"]))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204 if "ok" in self.path else 500)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    try:
        notify.send(f"http://me:S3%40CRET@{host}/ok/é?k=S3CRET", {})
        with pytest.raises(notify.NotificationError) as error:
            notify.send(f"http://me:S3%40CRET@{host}/no?k=S3CRET", {})
    finally:
        server.shutdown()
        server.server_close()
    assert asked[0] == ("/ok/%C3%A9?k=S3CRET", "Basic " + base64.b64encode(b"me:S3@CRET").decode(), host)
    assert "S3" not in str(error.value) and "status 500 from 127.0.0.1" in str(error.value)


def test_a_megabyte_without_an_address_is_searched_at_once():
    """No option and no message can make the search for secrets run for minutes."""
    from time import process_time

    from kzreport.console.redaction import forget_secrets, keep_secrets_of, redact

    for text in ("9" * 1_000_000, "a." * 500_000, "u:" * 500_000, "-p x=" + "b" * 1_000_000 + "@"):
        began = process_time()
        keep_secrets_of(text)
        redact(text)
        assert process_time() - began < 5, text[:9]
    forget_secrets()
