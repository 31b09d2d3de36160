"""Every page as a reader sees it: from the stored French notebooks, rendered and opened in Chromium."""

from __future__ import annotations

import pytest

from kzreport import params
from kzreport.render import html

TITLES = dict.fromkeys(params.pages(), "Titre")


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Page name -> HTML file, rendered from the notebook's stored outputs."""
    folder = tmp_path_factory.mktemp("site")
    made = {}
    for name in params.pages():
        nb = params.read_notebook(params.notebook_path(name))
        text = html.page(
            nb, name=name, language="fr", titles=TITLES, report="Note", date="30 septembre 2026",
            languages=["fr", "en"], fingerprint="0" * 16,
        )  # fmt: skip
        made[name] = folder / f"{name}.html"
        made[name].write_text(text, encoding="utf-8")
    return made


@pytest.mark.parametrize("name", params.pages())
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_is_whole_and_fits(page, files, name, width):
    faults = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(files[name].as_uri())
    assert not faults
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    pictures = page.eval_on_selector_all("img", "all => all.map(i => [i.naturalWidth, i.alt.length])")
    assert all(width > 0 and alt > 30 for width, alt in pictures)
    assert len(pictures) == (0 if name == "summary" else len(pictures)) and (name == "summary" or len(pictures) >= 3)
    assert page.locator("h1").count() == 1
    assert page.locator("script").count() == 0
    assert page.get_attribute("html", "lang") == "fr"


def test_code_is_one_click_away_without_javascript(browser, files):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(files["inflation"].as_uri())
    code = tab.locator("pre.code")
    assert code.count() > 5 and not code.first.is_visible()
    tab.locator("label.switch").click()
    assert code.first.is_visible() and "Page(" in tab.inner_text("main")
    context.close()


def test_the_policy_of_the_page_holds(page, files, tmp_path):
    """A script smuggled into the file does not run."""
    broken = tmp_path / "x.html"
    text = files["transit"].read_text(encoding="utf-8")
    broken.write_text(text.replace("</main>", "<script>document.title='ran'</script></main>"), encoding="utf-8")
    page.goto(broken.as_uri())
    assert page.title() != "ran"


def test_a_page_prints(page, files):
    page.goto(files["fdi"].as_uri())
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(pdf) > 30_000
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible() and page.locator("img").first.is_visible()


def test_text_stands_out_from_its_ground(page, files):
    """Contrast of running text, captions and links against white, as WCAG computes it."""
    page.goto(files["fdi"].as_uri())
    ratio = """selector => {
      const [r, g, b] = getComputedStyle(document.querySelector(selector)).color.match(/\\d+/g).map(Number)
        .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
    }"""
    for selector in ("main p", "figcaption a", "nav a", ".switch", "footer div", "td"):
        assert page.evaluate(ratio, selector) >= 4.5, selector
