"""The browser itself works: without this, a broken browser would look like a broken page."""

from __future__ import annotations

import struct


def test_a_local_page_is_drawn(page, tmp_path):
    html = tmp_path / "page.html"
    html.write_text('<meta charset="utf-8"><title>Баға</title><h1>Inflation, %</h1>', encoding="utf-8")
    page.goto(html.as_uri())
    assert page.title() == "Баға"
    picture = page.screenshot()
    assert picture.startswith(b"\x89PNG")
    assert struct.unpack(">II", picture[16:24]) == (1280, 900)


def test_a_page_works_without_javascript(browser, tmp_path):
    html = tmp_path / "page.html"
    html.write_text("<details><summary>Code</summary><pre>x</pre></details><script>document.title='js'</script>")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(html.as_uri())
    assert page.title() != "js"
    page.click("summary")
    assert page.is_visible("pre")
    context.close()
