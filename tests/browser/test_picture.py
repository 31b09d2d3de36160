"""A chart of a page saved as PNG by the reader's own browser."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageChops
from run_fixtures import AS_OF


@pytest.fixture(scope="module")
def address(made):
    return (made.folder / "en" / "fdi.html").as_uri()


def saved(tab, figure):
    """Press the button of a figure with the keyboard; return the name of the file and its picture."""
    button = tab.locator(f"#{figure} button")
    button.focus()
    with tab.expect_download() as download:
        tab.keyboard.press("Enter")
    data = download.value.path().read_bytes()
    return download.value.suggested_filename, Image.open(io.BytesIO(data)).convert("RGB")


def test_a_chart_is_saved_as_png_with_its_title_and_source(page, address):
    page.goto(address)
    name, picture = saved(page, "gross")
    assert name == f"fdi-gross-{AS_OF}-en.png"
    assert picture.width == 1600 and 700 < picture.height < 1800
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    assert {(255, 255, 255), (26, 26, 26)} <= colours and len(colours) > 100, "letters of ink on white, and marks"
    for place, is_head in {".shown strong": True, "figcaption span": False}.items():
        page.eval_on_selector(f"#gross {place}", "e => { e.firstChild.data = '#' + e.firstChild.data.slice(1); }")
        other = saved(page, "gross")[1]
        assert _differ(picture, other, 50 if is_head else -90), f"{place} is drawn"
        assert not _differ(picture, other, -600 if is_head else 600), "and nothing else is another"
        picture = other


def _differ(one, other, rows):
    """True where the first rows of two pictures are not the same; the last, if negative."""
    parts = [p.crop((0, 0, 1600, rows) if rows > 0 else (0, p.height + rows, 1600, p.height)) for p in (one, other)]
    return ImageChops.difference(*parts).getbbox() is not None


def test_a_picture_saved_from_a_dark_page_is_light(page, address):
    page.goto(address)
    light = saved(page, "gross")[1]
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 360, "height": 740})
    assert saved(page, "gross")[1].tobytes() == light.tobytes()


def test_without_script_there_is_no_button_that_does_nothing(page_without_script, address):
    page_without_script.goto(address)
    buttons = page_without_script.locator(".files button")
    assert buttons.count() and not any(button.is_visible() for button in buttons.all())
