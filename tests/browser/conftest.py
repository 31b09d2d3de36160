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

SIZE = {"width": 1280, "height": 900}


def _find():
    path = Path(__file__).with_name("install.py")
    spec = importlib.util.spec_from_file_location("kzreport_tests_browser_install", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.find()


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the session."""
    from playwright.sync_api import sync_playwright

    path = _find()
    if path is None:
        pytest.fail("no Chromium: run `python tests/browser/install.py`, which `make test` does first")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(path), args=list(ARGUMENTS))
        yield chromium
        chromium.close()


class Tab:
    """A page that tests share: Chromium takes a second of the processor for a new one.

    Each test finds it empty, of 1280 x 900, on a light screen. One that cannot be brought there is closed.
    """

    def __init__(self, browser, **options) -> None:
        self._context = browser.new_context(viewport=SIZE, locale="en-GB", color_scheme="light", **options)
        self._context.route("**/*", self._answer)
        self._outside: list[str] = []
        self.page = self._context.new_page()
        self.alive = True

    def _answer(self, route) -> None:
        if route.request.url.startswith(("file:", "data:", "blob:", "about:")):
            route.continue_()
        else:
            self._outside.append(route.request.url)
            route.abort()

    def reset(self) -> list[str]:
        """Empty it; return the addresses outside of itself that it asked for."""
        outside, self._outside = self._outside, []
        try:
            for other in self._context.pages:
                if other != self.page:
                    other.close()
            self._context.clear_cookies()
            self.page.goto("about:blank")
            self.page.emulate_media(media="null", color_scheme="light")
            self.page.set_viewport_size(SIZE)
        except Exception:
            self.alive = False
            self._context.close()
        return outside


@pytest.fixture(scope="session")
def tabs():
    """The pages of the session, by what is asked of them."""
    return {}


def _of(tabs, browser, **options):
    """A shared page for one test; the test fails when it asks for anything but a file or a data: address."""
    key = str(options)
    if key not in tabs or not tabs[key].alive:
        tabs[key] = Tab(browser, **options)
    yield tabs[key].page
    outside = tabs[key].reset()
    assert not outside, f"the page asked for addresses outside itself: {outside}"


@pytest.fixture
def page(tabs, browser):
    """An empty page of 1280 x 900."""
    yield from _of(tabs, browser)


@pytest.fixture
def page_without_script(tabs, browser):
    """The same for a reader who has switched JavaScript off."""
    yield from _of(tabs, browser, java_script_enabled=False)
