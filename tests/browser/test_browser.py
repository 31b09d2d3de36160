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


def test_a_page_works_without_javascript(page_without_script, tmp_path):
    html = tmp_path / "page.html"
    html.write_text("<details><summary>Code</summary><pre>x</pre></details><script>document.title='js'</script>")
    page = page_without_script
    page.goto(html.as_uri())
    assert page.title() != "js"
    page.click("summary")
    assert page.is_visible("pre")


def test_nothing_of_one_test_is_left_for_the_next(tabs, page, tmp_path):
    """They share a page."""
    html = tmp_path / "page.html"
    html.write_text("<a target=_blank href='page.html'>more</a>", encoding="utf-8")
    page.goto(html.as_uri())
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(media="print", color_scheme="dark")
    with page.expect_popup():
        page.click("a")
    (tab,) = (t for t in tabs.values() if t.page == page)
    tab.reset()
    assert page.url == "about:blank" and page.context.pages == [page]
    assert page.viewport_size == {"width": 1280, "height": 900}
    matches = "['screen', '(prefers-color-scheme: light)'].map(q => matchMedia(q).matches)"
    assert page.evaluate(matches) == [True, True]
