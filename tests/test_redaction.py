"""Secrets stay out of what is said, whatever option or library they come from."""

from __future__ import annotations

import pytest

from kzreport.redaction import (
    forget_secrets,
    hide_secrets,
    keep_secrets_of,
    keep_secrets_of_environment,
    redact,
    shown_address,
)


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
