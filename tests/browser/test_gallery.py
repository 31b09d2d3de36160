"""The gallery: every kind with real figures; on a phone the newest end is seen first and every text can be read."""

from __future__ import annotations

import re

import pytest
from gallery import PURPOSE, gallery

from kzreport.charts.kinds import KINDS

PHONE = """figure => {
  const port = figure.querySelector('.scroll'), all = [...port.querySelectorAll('svg:not(.axis, .keys)')];
  const svg = all.find(s => s.checkVisibility()), box = svg.getBoundingClientRect();
  const scale = box.width / svg.viewBox.baseVal.width, end = port.getBoundingClientRect().right;
  const sizes = [...svg.querySelectorAll('text')].map(t => parseFloat(getComputedStyle(t).fontSize) * scale);
  return [Math.min(...sizes, 99), box.right - end, svg.dataset.newest || '', svg.classList.contains('anew')];
}"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    path = tmp_path_factory.mktemp("gallery") / "gallery.html"
    path.write_text(gallery(), encoding="utf-8")
    return path


@pytest.mark.slow
def test_the_gallery_has_every_kind(built):
    text = built.read_text(encoding="utf-8")
    assert set(re.findall(r'<h2 id="(\w+)"', text)) == set(KINDS) == set(PURPOSE)
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


@pytest.mark.slow
def test_on_a_phone_the_newest_end_is_seen_first(built, page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(built.as_uri())
    for figure in page.query_selector_all("figure.chart"):
        size, beyond, newest, anew = figure.evaluate(PHONE)
        assert size >= 10
        assert (beyond < 1) if newest or anew else (beyond > 1), "what has no newest end begins at its names"
