"""The browser that the tests in this folder share: the system's Chromium, driven by playwright."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

# Root needs the first, a container the third; the rest keeps Chromium from asking for addresses of its own.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def _find():
    path = Path(__file__).with_name("install.py")
    spec = importlib.util.spec_from_file_location("kzreport_tests_browser_install", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.find()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the session; a test takes `browser.new_context(java_script_enabled=False)` of it."""
    from playwright.sync_api import sync_playwright

    path = _find()
    if path is None:
        pytest.fail("no Chromium: run `python tests/browser/install.py`, which `make test` does first")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(path), args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh page of 1280 x 900; the test fails when it asks for anything but a file or a data: address."""
    outside: list[str] = []

    def answer(route):
        if route.request.url.startswith(("file:", "data:", "blob:", "about:")):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB", color_scheme="light")
    context.route("**/*", answer)
    yield context.new_page()
    context.close()
    assert not outside, f"the page asked for addresses outside itself: {outside}"
