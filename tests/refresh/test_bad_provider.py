"""Providers at their worst, over real sockets: none writes a row, hangs beyond its deadline or hides its cause."""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import time
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import provider_replies
import pytest
import trustme
from bad_server import TYPES, endless, serving, zeros
from local_project import as_json

from kzreport.commands.refreshing import exit_code, refresh
from kzreport.refresh.http import HttpTransport
from kzreport.refresh.mapping import mapped_series
from kzreport.refresh.refresh import Wishes

TODAY = date(2026, 11, 26)
DEADLINE = 2.0
FRESH = ("2026-09", "74800")


def body(form, rows, unit="persons"):
    """The figures in a form, with the month after those held."""
    if form == "json":
        return as_json(rows, unit)
    if form == "csv":
        return "".join(f"{a},{b}\n" for a, b in [("month", unit), *rows]).encode()
    if form == "html":
        return provider_replies.nbk_rates(*rows, head=("month", unit))
    return provider_replies.workbook({"Sheet": [["month", unit], *rows]})


def fetch(project, behave, form="json", deadline=DEADLINE, context=None, fingerprint="visitors | persons"):
    """Refresh from a server that behaves so; return the outcome, the seconds, what was asked, what became of data/."""
    with serving(behave, context) as (server, asked):
        project.served_by(server, form, fingerprint)
        before, began = project.state(), time.monotonic()
        found = refresh(mapped_series(), HttpTransport(deadline), TODAY, Wishes(), keep_going=True)
        seconds = time.monotonic() - began
    return found.outcomes[0], seconds, asked, (before, project.state())


def good(form, project):
    return body(form, [*project.held, FRESH])


@pytest.mark.parametrize("form", TYPES)
def test_a_good_reply_in_each_form_is_written(local_project, form):
    """What the others are held against: the same server, behaving well."""
    content = good(form, local_project)
    outcome, _, asked, (before, after) = fetch(
        local_project, lambda x: x.reply(content, Content_Type=TYPES[form]), form
    )
    assert (outcome.state, outcome.said) == ("new", [])
    assert asked == ["/figures?q=visitors"]
    table = "data/visitors.csv"
    held, now = ([line.split(b",")[:3] for line in text[table].splitlines()] for text in (before, after))
    assert now[:-1] == held  # the column ``dated`` is new
    assert after[table].endswith(b"2026-09,74800,2026-11-26,observed\n")


def test_the_same_reply_again_adds_nothing(local_project):
    content = good("json", local_project)
    behave = lambda x: x.reply(content, Content_Type=TYPES["json"])  # noqa: E731
    fetch(local_project, behave)
    with serving(behave) as (server, _):
        text = local_project.card.read_text(encoding="utf-8")
        old = mapped_series()["visitors"].request["server"]
        local_project.card.write_text(text.replace(old, server), encoding="utf-8")
        from kzreport.commands.cli import main

        assert main(["accept", "--data"]) == 0
        before = local_project.state()
        found = refresh(mapped_series(), HttpTransport(DEADLINE), TODAY, Wishes(), keep_going=True)
    assert [o.state for o in found.outcomes] == ["unchanged"]
    assert local_project.state() == before


# --- failures of the way: the provider is down


def slow(form):
    def behave(x):
        x.head(Content_Type=TYPES[form])
        x.slowly(b"{" * 100)

    return behave


def slow_head(x):
    x.slowly(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}")


def closed(x):
    x.connection.close()


def reset(x):
    x.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    x.connection.close()


def status(text, **headers):
    return lambda x: x.reply(b'{"error": "no"}', text, Content_Type=TYPES["json"], **headers)


def to(where):
    return lambda x: x.reply(b"", "302 Found", Location=where)


def typed(kind, content):
    return lambda x: x.reply(content, Content_Type=kind)


def cut(x):
    x.reply(b'{"unit": "persons", "fig', Content_Type=TYPES["json"], Content_Length="5000")


def chunk_cut(x):
    x.head(Content_Type=TYPES["json"], Transfer_Encoding="chunked")
    x.send(b'40\r\n{"unit": "pers')


def bad_chunk(x):
    x.head(Content_Type=TYPES["json"], Transfer_Encoding="chunked")
    x.send(b"zz\r\n{}\r\n0\r\n\r\n")


def packed(content, encoding="gzip"):
    return lambda x: x.reply(content, Content_Type=TYPES["json"], Content_Encoding=encoding)


PAGE = b"<!DOCTYPE html><html><body>Open Data portal</body></html>"


def some(names):
    """Every fifth in the quick run, all of them in the whole one: each waits for a server that behaves badly."""
    return [name if n % 5 == 0 else pytest.param(name, marks=pytest.mark.slow) for n, name in enumerate(names)]


WAYS = {
    **{f"one byte a second, {form}": (slow(form), form, "time for it was over") for form in TYPES},
    "a head of one byte a second": (slow_head, "json", "time for it was over"),
    "silence": (lambda x: x.hang(), "json", "time for it was over"),
    "closed at once": (closed, "json", "cut or is no HTTP|side cut|reset|disconnected"),
    "reset": (reset, "json", "cut or is no HTTP|side cut|reset|disconnected"),
    "no HTTP": (lambda x: x.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"), "json", "no HTTP"),
    "garbage for HTTP": (lambda x: x.send(bytes(range(256)) * 8), "json", "no HTTP"),
    "a head that does not end": (lambda x: x.send(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000), "json", "no HTTP"),
    **{
        f"status {s[:3]}": (status(s), "json", f"status {s[:3]}")
        for s in (
            "400 Bad Request",
            "401 Unauthorized",
            "403 Forbidden",
            "404 Not Found",
            "410 Gone",
            "418 Teapot",
            "500 Server Error",
            "502 Bad Gateway",
            "503 Busy",
            "504 Gateway Time-out",
            "204 No Content",
            "206 Partial",
        )
    },
    "429, wait an hour": (status("429 Too Many", Retry_After="3600"), "json", "status 429.*wait 3600 s"),
    "429, wait until a day": (
        status("429 Too Many", Retry_After=format_datetime(datetime.now(UTC) + timedelta(days=2), usegmt=True)),
        "json",
        "status 429.*wait 1[67]",  # less the time since this file was read
    ),
    "503, then silence": (lambda x: x.reply(b"", "503 Busy") if x.number == 0 else x.hang(), "json", "status 503"),
    "503, wait for nonsense": (status("503 Busy", Retry_After="soon"), "json", "status 503"),
    "304 that nobody asked for": (lambda x: x.reply(b"", "304 Not Modified"), "json", "status 304"),
    "a redirect in a circle": (to("/figures?q=visitors"), "json", "more than 3 redirects"),
    "a redirect that goes on": (lambda x: x.reply(b"", "301 Moved", Location=f"/{x.number}"), "json", "redirects"),
    "a redirect to another host": (to("http://localhost:9/figures"), "json", "redirect to http://localhost"),
    "a redirect to a publisher's rival": (to("https://example.org/x"), "json", "redirect to https://example.org"),
    "a redirect to a file": (to("file:///etc/passwd"), "json", "redirect to file"),
    "a redirect with a user": (to("http://a:b@127.0.0.1/x"), "json", "redirect to"),
    "a redirect to nowhere": (to("http://"), "json", "redirect|address|URL|url"),
    **{f"no content, {form}": (typed(kind, b""), form, "no content") for form, kind in TYPES.items()},
    **{
        f"HTML where {form} was due": (typed("text/html", PAGE), form, f"{form} data")
        for form in ("json", "csv", "xlsx")
    },
    "HTML that says it is JSON": (typed(TYPES["json"], PAGE), "json", "json data"),
    "HTML that says it is CSV": (typed(TYPES["csv"], PAGE), "csv", "csv data"),
    "HTML that says it is a workbook": (typed(TYPES["xlsx"], PAGE), "xlsx", "xlsx data"),
    "JSON where CSV was due": (typed(TYPES["json"], b'{"a": 1}'), "csv", "csv data"),
    "a picture": (typed("image/png", b"\x89PNG\r\n\x1a\n" * 9), "json", "image/png"),
    "a picture that says it is JSON": (typed(TYPES["json"], b"\x89PNG\r\n\x1a\n" * 9), "json", "json data"),
    "a PDF": (typed("application/pdf", b"%PDF-1.7 "), "xlsx", "application/pdf"),
    "a reply that is cut": (cut, "json", "cut"),
    "a chunk that is cut": (chunk_cut, "json", "cut"),
    "chunks of no size": (bad_chunk, "json", "no HTTP"),
    **{
        f"a reply without end, {form}": (
            lambda x, f=form: endless(x, f, b"PK\x03\x04" if f == "xlsx" else b"["),
            form,
            "more than 200000 bytes",
        )
        for form in TYPES
    },
    "a gzip bomb": (packed(zeros(300_000_000)), "json", "more than 200000 bytes"),
    "a gzip in a gzip": (packed(gzip.compress(zeros(100_000)), "gzip, gzip"), "json", "json data|figure|bytes"),
    "a gzip that is none": (packed(b"[]"), "json", "compression is broken"),
    "a gzip that is cut": (packed(zeros(150_000)[:60]), "json", "json data|compression|cut"),
    "a Brotli that nobody asked for": (packed(b"\x8b\x02\x80[]\x03", "br"), "json", "json data|compression"),
}


@pytest.mark.parametrize("name", some(WAYS))
def test_a_provider_that_is_down_changes_nothing_and_is_told(local_project, name):
    behave, form, words = WAYS[name]
    outcome, seconds, _, (before, after) = fetch(local_project, behave, form)
    assert outcome.state == "down", outcome
    assert after == before
    assert seconds < DEADLINE + 2
    (said,) = outcome.said
    assert re.search(words, said), said
    assert exit_code([outcome]) == 3
    ledger = (local_project.root / "data/raw/fetches.jsonl").read_text(encoding="utf-8")
    assert '"outcome": "failed"' in ledger and said[:40] in ledger


# --- replies that came whole and are wrong: refused


def rows_of(project, change):
    """The reply of a provider that lies: ``change`` takes the rows that would be right."""
    return lambda form: body(form, change([*project.held, FRESH]))


def times(factor):
    return lambda rows: [(month, str(int(count) * factor)) for month, count in rows]


LIES = {
    "months shifted by one": (
        lambda r: [(a, b) for (a, _), (_, b) in zip(r[1:], r, strict=False)],
        "figures older than two years",
    ),
    "thousand times more": (times(1000), "a thousand times|range"),
    "a thousandth": (lambda r: [(a, f"{int(b) / 1000}") for a, b in r], "one part in a thousand"),
    "a month that is not over": (lambda r: [*r, ("2026-10", "70000"), ("2026-11", "30000")], "is over"),
    "a month to come": (lambda r: [*r, ("2026-10", "70000"), ("2026-12", "74800")], "is over|no row|missing"),
    "a year to come": (lambda r: [*r, ("2036-09", "74800")], "is over|missing"),
    "a month left out": (lambda r: [*r, ("2026-12", "70000")], "is over|missing"),
    "a month of thirteen": (lambda r: [*r, ("2026-13", "74800")], "2026-13"),
    "half of the months": (lambda r: r[len(r) // 2 :], "at least 80%"),
    "a page of three": (lambda r: r[-3:], "at least 80%"),
    "a figure that is none": (lambda r: [*r[:-1], ("2026-09", "many")], "expected a number"),
    "a figure in scientific jest": (lambda r: [*r[:-1], ("2026-09", "1e999")], "expected a number"),
    "below zero": (lambda r: [*r[:-1], ("2026-09", "-74800")], "-74800"),
    "two figures of a month": (lambda r: [*r, ("2026-09", "74801")], "one value"),
    "a figure withdrawn": (lambda r: [*r[:-2], ("2026-08", "-"), r[-1]], "held 86700"),
    "far from all others": (lambda r: [*r[:-1], ("2026-09", "748000")], "748000"),
    "columns exchanged": (lambda r: [(b, a) for a, b in r], "day such as"),
    "no figure at all": (lambda r: [], "no figure|columns|at least"),
}


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("name", some(LIES))
def test_a_reply_that_lies_is_refused_and_the_reason_told(local_project, name, form):
    change, words = LIES[name]
    content = rows_of(local_project, change)(form)
    outcome, _, _, (before, after) = fetch(local_project, typed(TYPES[form], content), form)
    assert outcome.state == "refused", outcome
    assert after == before
    assert re.search(words, " ".join(outcome.said)), outcome.said
    assert exit_code([outcome]) == 2


FORMS = {
    "an error with the status 200": (b'{"message": [{"id": "120", "value": "not valid"}]}', "json", "another form"),
    "null": (b"[null]", "json", "another form"),
    "JSON that is cut": (as_json([("2026-09", "1")])[:-9], "json", "whole JSON"),
    "JSON with a key twice": (b'{"unit": "a", "unit": "b", "figures": []}', "json", "key twice"),
    "JSON with NaN": (b'{"unit": "persons", "figures": [{"month": "2026-09", "count": NaN}]}', "json", "NaN"),
    "JSON nested without end": (b"[" * 100_000, "json", "nested|JSON"),
    "bytes that are no text": (b"[\xff\xfe\xff]", "json", "UTF-8"),
    "a NUL byte": (b'["\x00"]', "json", "NUL"),
    "UTF-16": ("month,persons\n".encode("utf-16"), "csv", "UTF-8|NUL"),
    "CSV with a column more": (b"month,area,persons\n2026-09,x,1\n", "csv", "another form"),
    "CSV with a shifted row": (b"month,persons\n2026-08,1\n2026-09,,1\n", "csv", "3 cells"),
    "CSV that is cut": (b"month,persons\n2026-08,1\n2026-09,7", "csv", "end of line"),
    "CSV with other names": (b"mois,personnes\n2026-09,1\n", "csv", "month first"),
    "CSV with an open quote": (b'month,persons\n2026-09,"1\n', "csv", "whole CSV|quot|EOF"),
    "a page that is cut": (b"<html><table><tr><td>month</td><td>per", "html", "no end of"),
    "a page without a table": (PAGE, "html", "without a table"),
    "a workbook that is cut": (provider_replies.trade()[:900], "xlsx", "a workbook"),
    "a zip that is no workbook": (b"PK\x03\x04" + b"\x00" * 400, "xlsx", "a workbook"),
    "another workbook": (provider_replies.trade(), "xlsx", "month first|another form"),
}


@pytest.mark.parametrize("name", some(FORMS))
def test_another_form_of_reply_is_refused(local_project, name):
    content, form, words = FORMS[name]
    outcome, _, _, (before, after) = fetch(local_project, typed(TYPES[form], content), form)
    assert outcome.state == "refused", outcome
    assert after == before
    assert re.search(words, " ".join(outcome.said)), outcome.said


def test_a_day_of_publication_to_come_is_refused(local_project):
    content = as_json([*local_project.held, (*FRESH, "2026-12-24")])
    outcome, _, _, (before, after) = fetch(local_project, typed(TYPES["json"], content))
    assert outcome.state == "refused" and after == before
    assert "2026-12-24" in outcome.said[0]


def test_another_label_is_a_redefinition(local_project):
    content = as_json([*local_project.held, FRESH], unit="nights")
    outcome, _, _, (before, after) = fetch(local_project, typed(TYPES["json"], content))
    assert outcome.state == "refused" and after == before
    assert "visitors | nights" in outcome.said[0] and "visitors | persons" in outcome.said[0]


def test_a_first_contact_with_another_series_is_refused(local_project):
    rows = [(month, str(int(count) + 700)) for month, count in local_project.held]
    outcome, _, _, (before, after) = fetch(local_project, typed(TYPES["json"], as_json(rows)), fingerprint="")
    assert outcome.state == "refused" and after == before
    assert "56 figures that are held too, 0 of them equal" in outcome.said[0]


# --- faults that pass


@pytest.mark.parametrize("first", ["500 Server Error", "503 Busy", "429 Too Many"])
def test_a_fault_that_passes_is_tried_again(local_project, first):
    content = good("json", local_project)

    def behave(x):
        if x.number:
            x.reply(content, Content_Type=TYPES["json"])
        else:
            x.reply(b"", first, Retry_After="1")

    outcome, seconds, asked, _ = fetch(local_project, behave, deadline=12)
    assert outcome.state == "new" and len(asked) == 2 and 1 <= seconds < 12


def test_a_cut_that_passes_is_tried_again(local_project):
    content = good("json", local_project)
    outcome, _, asked, _ = fetch(
        local_project, lambda x: x.reply(content, Content_Type=TYPES["json"]) if x.number else cut(x), deadline=12
    )
    assert outcome.state == "new" and len(asked) == 2


def test_a_wrong_request_is_not_repeated(local_project):
    _, _, asked, _ = fetch(local_project, status("404 Not Found"), deadline=12)
    assert len(asked) == 1


def test_pages_without_end_are_refused(local_project):
    def behave(x):
        x.reply(as_json(local_project.held, next=f"/figures?page={x.number}"), Content_Type=TYPES["json"])

    outcome, _, asked, (before, after) = fetch(local_project, behave, deadline=20)
    assert outcome.state == "refused" and after == before
    assert "more than 200 requests" in outcome.said[0] and len(asked) <= 201


def test_nobody_listens(local_project):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    local_project.served_by(f"http://127.0.0.1:{port}")
    before = local_project.state()
    found = refresh(mapped_series(), HttpTransport(DEADLINE), TODAY, Wishes(), keep_going=True)
    assert found.outcomes[0].state == "down" and local_project.state() == before
    assert "found no server that answers there" in found.outcomes[0].said[0]


def test_a_hole_where_an_address_of_ipv6_was(local_project, monkeypatch):
    """A name with an address of IPv6 behind which nobody answers, and one of IPv4: the deadline holds."""
    plain = socket.getaddrinfo
    hole = socket.socket(socket.AF_INET)
    hole.bind(("127.0.0.1", 0))  # takes no connection

    def both(host, port, *args, **kwargs):
        if host == "localhost":
            v4 = (socket.AF_INET, socket.SOCK_STREAM, 6, "", hole.getsockname())
            return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("100::1", port, 0, 0)), v4]
        return plain(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", both)
    local_project.served_by("http://localhost:9")
    before, began = local_project.state(), time.monotonic()
    found = refresh(mapped_series(), HttpTransport(DEADLINE), TODAY, Wishes(), keep_going=True)
    hole.close()
    assert time.monotonic() - began < DEADLINE + 2
    assert found.outcomes[0].state == "down" and local_project.state() == before
    assert found.outcomes[0].said[0].strip()


# --- certificates


def certified(*names, **how):
    """A server's side of TLS with a certificate of an authority that nobody trusts."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert(*names, **how).configure_cert(context)
    return context


@pytest.mark.parametrize("name", ["127.0.0.1", "example.org"])
def test_a_certificate_that_nobody_vouches_for_is_refused(local_project, name):
    content = good("json", local_project)
    outcome, seconds, asked, (before, after) = fetch(
        local_project, lambda x: x.reply(content, Content_Type=TYPES["json"]), context=certified(name)
    )
    assert (outcome.state, asked) == ("down", []) and after == before
    assert "certificate" in outcome.said[0].lower() and seconds < DEADLINE + 2


def test_tls_where_nobody_speaks_it(local_project):
    with serving(lambda x: x.reply(b"{}")) as (server, _):
        local_project.served_by(server.replace("http://", "https://"))
        before = local_project.state()
        found = refresh(mapped_series(), HttpTransport(DEADLINE), TODAY, Wishes(), keep_going=True)
    assert found.outcomes[0].state == "down" and local_project.state() == before
    assert found.outcomes[0].said[0].strip()


def test_there_are_more_than_sixty_cases():
    assert len(WAYS) + 2 * len(LIES) + len(FORMS) >= 60
