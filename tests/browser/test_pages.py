"""Every page as a reader sees it: from the stored French notebooks, rendered and opened in Chromium."""

from __future__ import annotations

import pytest

from kzreport.pages.notebooks import load_notebook
from kzreport.pages.outputs import page_artefacts
from kzreport.project import page_names
from kzreport.render import html

TITLES = dict.fromkeys(page_names(), "Titre")


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Page name -> HTML file, rendered from the notebook's stored outputs."""
    folder = tmp_path_factory.mktemp("site")
    made = {}
    for name in page_names():
        nb = load_notebook(name)
        text = html.page(
            nb, name=name, language="fr", titles=TITLES, report="Note", date="30 septembre 2026",
            languages=["fr", "en"], fingerprint="0" * 16,
        )  # fmt: skip
        made[name] = folder / f"{name}.html"
        made[name].write_text(text, encoding="utf-8")
    return made


@pytest.mark.parametrize("name", page_names())
@pytest.mark.parametrize("width", [1280, 390])
def test_a_page_is_whole_and_fits(page, files, name, width):
    faults = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(files[name].as_uri())
    assert not faults
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    script = "all => all.map(i => [i.getBBox().width, i.querySelector('desc').textContent.length])"
    pictures = page.eval_on_selector_all("figure.chart svg", script)
    assert all(width > 400 and description > 30 for width, description in pictures)
    assert len(pictures) == sum(bool(a.svg) for a in page_artefacts(load_notebook(name)))
    assert page.locator("h1").count() == 1
    assert page.locator("script").count() == page.locator("table[data-claims]").count() <= 1
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


def test_the_policy_lets_our_own_filter_run_and_nothing_else(page, files, tmp_path):
    broken = tmp_path / "x.html"
    text = files["claims"].read_text(encoding="utf-8")
    broken.write_text(text.replace("</main>", "<script>document.title='ran'</script></main>"), encoding="utf-8")
    page.goto(broken.as_uri())
    assert page.title() != "ran"
    assert page.locator("form.filter").is_visible()


def test_claims_are_filtered(page, files):
    page.goto(files["claims"].as_uri())
    rows, shown = page.locator("figure.claims tbody tr"), page.locator("figure.claims tbody tr:visible")
    every = rows.count()
    assert every > 100 and shown.count() == every
    counted = page.locator("form.filter output span")
    assert counted.inner_text() == str(every)
    for name in ("document", "theme", "verdict"):  # each choice shows its own rows; together they are all
        select, total = page.locator(f"form.filter select[name={name}]"), 0
        values = select.locator("option").evaluate_all("all => all.map(o => o.value).filter(v => v)")
        assert len(values) > 3
        for value in values:
            select.select_option(value)
            assert shown.evaluate_all(f"all => all.every(r => r.dataset.{name} === {value!r})")
            total += shown.count()
        assert total == every
        select.select_option("")
    page.get_by_label("Contient").fill("télé ÉVISION introuvable")
    assert shown.count() == 0 and counted.inner_text() == "0"
    page.get_by_label("Contient").fill("  INFLATION ")
    with_word = shown.count()
    assert 0 < with_word < every
    page.get_by_label("Thème").select_option("Inflation")
    assert 0 < shown.count() <= with_word
    page.keyboard.press("Enter")
    assert page.url == files["claims"].as_uri()
    page.emulate_media(media="print")
    assert shown.count() == every and not page.locator("form.filter").is_visible()


def test_claims_are_whole_without_javascript(browser, files):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(files["claims"].as_uri())
    assert not tab.locator("form.filter").is_visible()
    assert tab.locator("figure.claims tbody tr:visible").count() > 100
    context.close()


def test_a_page_prints(page, files):
    page.goto(files["fdi"].as_uri())
    pdf = page.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(pdf) > 30_000
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible() and page.locator("figure svg").first.is_visible()


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
