"""Every page as a reader sees it: from the stored French notebooks, rendered and opened in Chromium."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from audit import MODES, invalid, listening, unfold, violations

from kzreport.commands.watch import made_page
from kzreport.language.words import Words
from kzreport.pages.notebooks import load_notebook
from kzreport.pages.outputs import page_artefacts
from kzreport.project.settings import page_names, project
from kzreport.render import html

TITLES = {name: str(Words("fr", name).entry("title")["fr"]) for name in page_names()}
MOST_BYTES = 300_000
# What lies outside of the window, unless it stands in a box that scrolls and lies inside.
OUTSIDE = """() => {
  const width = document.documentElement.clientWidth;
  const within = box => box.right <= width + 1 && box.left >= -1;
  const faults = document.documentElement.scrollWidth > width ? ["the page scrolls sideways"] : [];
  const scrolling = new Map([[null, null]]);  // element -> itself or the nearest above it that scrolls
  const scroller = e => {
    if (!scrolling.has(e))
      scrolling.set(e, ["auto", "scroll"].includes(getComputedStyle(e).overflowX) ? e : scroller(e.parentElement));
    return scrolling.get(e);
  };
  for (const e of document.querySelectorAll("body *")) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || within(box) || e.closest(".unseen, .skip, thead")) continue;
    const around = scroller(e.parentElement);
    if (!around || !within(around.getBoundingClientRect())) faults.push(e.outerHTML.slice(0, 80));
  }
  return faults.slice(0, 5);
}"""
SIDEWAYS = "all => all.filter(e => e.scrollWidth > e.clientWidth + 3).map(e => e.getAttribute('aria-label'))"


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Page name -> HTML file, rendered from the notebook's stored outputs."""
    folder = tmp_path_factory.mktemp("site")
    made = {}
    for name in page_names():
        text = html.page(
            load_notebook(name), name=name, language="fr", titles=TITLES, report="Note",
            as_of=date(2026, 9, 30), languages=["fr", "en"], fingerprint="0" * 16, previous="2026-08-31",
        )  # fmt: skip
        made[name] = folder / f"{name}.html"
        handed = [("pdf", "monthly-2026-09-30-fr.pdf", 1_240_000)]
        made[name].write_text(html.with_downloads(text, handed, Words("fr")), encoding="utf-8")
    return made


@pytest.fixture
def opened(page, files):
    """Open a page by name; the test fails for anything that stands on the console then or later."""

    def one(name):
        page.goto(files[name].as_uri())
        return page

    with listening(page) as faults:
        yield one
    assert not faults


@pytest.mark.parametrize("name", page_names())
def test_a_page_is_whole_and_fits(opened, files, name):
    page = opened(name)
    for width in (1280, 640, 360):  # 640: a wide window at 200 %
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(OUTSIDE) == [], width
        page.screenshot(path=files[name].with_suffix(f".{width}.png"))  # kept by pytest, to look at
        unfold(page)
        assert page.evaluate(OUTSIDE) == [], width
    assert page.eval_on_selector_all(".scroll", SIDEWAYS) == [], "nothing is moved sideways on a phone"
    script = "all => all.map(i => [i.getBBox().width, i.querySelector('desc').textContent.length])"
    page.set_viewport_size({"width": 1280, "height": 900})
    pictures = page.eval_on_selector_all("figure.chart svg:not(.axis, .anew, .keys)", script)
    assert all(width > 400 and description > 30 for width, description in pictures)
    assert len(pictures) == sum(bool(a.svg) for a in page_artefacts(load_notebook(name)))
    assert page.locator("h1").count() == 1
    assert page.locator("script").count() == bool(page.locator("figure.claims, figure.chart").count())
    assert page.get_attribute("html", "lang") == "fr"
    assert files[name].stat().st_size < MOST_BYTES


@pytest.mark.parametrize("name", page_names())
def test_every_link_within_a_page_leads_somewhere(files, name):
    text = files[name].read_text(encoding="utf-8")
    places = re.findall(r' id="([^"]+)"', text)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(places)
    assert {page for page in re.findall(r'href="(\w+)\.html"', text)} == {*page_names(), "index", "search"}


def test_pages_stand_in_the_groups_of_the_project_and_the_present_one_is_marked(opened):
    page = opened("transit")
    side = page.locator("nav.side")
    assert side.is_visible() and not page.locator("details.menu").is_visible()
    labels = side.locator("p.group").all_inner_texts()
    assert labels == [Words("fr").label(label) for label in project().groups]
    listed = side.locator("> ul").evaluate_all(
        "all => all.map(u => [...u.children].map(li => li.firstElementChild.href))"
    )
    stems = [[Path(href).stem for href in group] for group in listed]
    assert stems == [["summary"], *map(list, project().groups.values())]
    assert side.locator("[aria-current=page]").all_inner_texts() == [TITLES["transit"]]
    contents = side.locator("[aria-current=page] + ol a")
    assert contents.all_inner_texts() == page.locator("main h2").all_inner_texts()
    page.mouse.wheel(0, 4000)
    assert side.is_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    menu = page.locator("details.menu")
    assert menu.is_visible() and not side.is_visible() and not menu.locator("nav").is_visible()
    menu.locator("summary").click()
    menu.get_by_text("Sources", exact=True).click()
    assert page.url.endswith("#section-sources")


def test_a_section_leads_to_itself_and_to_the_other_language(opened):
    page = opened("inflation")
    drivers = page.locator(".heading", has=page.locator("#section-drivers"))
    hrefs = drivers.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert hrefs == ["#section-drivers", "../en/inflation.html#section-drivers"]


def test_code_is_one_click_away_at_its_figure_without_javascript(page_without_script, files):
    tab = page_without_script
    tab.goto(files["inflation"].as_uri())
    piece = tab.locator(".piece", has=tab.locator("figure#yoy"))
    code = piece.locator("pre.code")
    assert not code.is_visible() and not tab.locator("main > :first-child pre").count()
    piece.locator("details.script summary").click()
    assert 'page.chart("yoy"' in code.inner_text() and "page.background" not in code.inner_text()
    tab.locator("details.whole summary").click()
    assert "page.background" in tab.inner_text("details.whole pre")


def test_the_figures_of_a_chart_stand_behind_it(opened):
    page = opened("inflation")
    behind = page.locator(".piece", has=page.locator("figure#money")).locator(".behind")
    assert not behind.locator("table").is_visible()
    behind.locator("summary").click()
    heads = behind.locator("thead th").all_inner_texts()
    assert heads[:4] == ["Période", "Inflation", "Anticipations des ménages", "Taux directeur en fin de mois"]
    rows = [row.split("\t") for row in behind.locator("tbody tr").all_inner_texts()]
    assert [row[:4] for row in rows if row[0] == "août 2026"] == [["août 2026", "9,8", "12,1", "16,75"]]
    assert len(rows) == 24 and re.fullmatch(r"24 lignes sur 1\d\d.*", behind.locator("> p").last.inner_text())


def test_a_chart_in_billions_has_a_table_in_the_unit_of_its_figures(opened):
    """The figures behind it are in millions: the unit over the table is theirs, not that of the axis."""
    page = opened("partners")
    piece = page.locator(".piece", has=page.locator("figure#monthly"))
    piece.locator(".behind summary").click()
    assert "milliards" in piece.locator("figure .measure").inner_text()
    assert piece.locator(".behind caption .measure").inner_text() == "millions de dollars"


def test_signs_are_explained_below_their_table(opened):
    page = opened("fdi")
    below = page.locator("figure.table figcaption").first
    assert "– : pas de chiffre" in below.inner_text().replace("\u00a0", " ")
    other = page.locator("figure.table", has_text="n. s. (").locator("figcaption").inner_text().replace("\u00a0", " ")
    assert "n. d. : non disponible" in other and "astérisque" not in other


def test_a_number_of_a_source_begins_no_line(opened):
    page = opened("fdi")
    apart = page.locator("main sup.refs").evaluate_all(
        """all => all.filter(s => { const r = document.createRange(), t = s.previousSibling;
          if (!t || t.nodeType !== 3 || t.data.length < 3) return false;
          r.setStart(t, t.data.length - 3); r.setEnd(t, t.data.length - 1);
          return r.getBoundingClientRect().bottom < s.getBoundingClientRect().top; }).length"""
    )
    assert apart == 0


def test_no_sign_begins_or_ends_a_line_of_a_french_page(files):
    """Arrows ended lines of the summary, and semicolons of furniture and of names of publishers began some."""
    skipped = re.compile(r"<(script|style|pre|code|svg|head)\b.*?</\1>|<[^>]+>", re.DOTALL)
    for name, path in files.items():
        said = skipped.sub("", path.read_text(encoding="utf-8"))
        assert not re.search(r" [:;!?%»]|[«→] |n° \d", said), name


def test_figures_cite_numbered_sources_and_notes(opened):
    page = opened("inflation")
    assert "[1, 6]" in page.inner_text("figure#yoy .refs")
    page.locator("figure#yoy .refs a").first.click()
    assert page.url.endswith("#source-1")
    source = page.locator("#source-1")
    assert "cpi_yy" in source.inner_text() and "Licence" not in source.inner_text()
    source.locator("summary").click()
    assert "Licence" in source.inner_text() and source.locator("details a[href^='https://']").count()
    assert source.locator("a[href='#yoy']").inner_text() == "Figure\u00a01"
    cited = page.locator("figure#yoy .cited a[href^='#note-']").evaluate_all("all => all.map(a => a.hash)")
    notes = [page.locator(note).inner_text() for note in cited]
    assert notes and all("Cible d’inflation" in note or "glissement annuel" in note for note in notes)
    assert page.locator(".caveats ol > li[id]").count() == page.locator(".caveats li").count()


def test_a_term_leads_to_its_meaning_and_back(opened):
    page = opened("inflation")
    term = page.locator("a.term", has_text="effet de base")
    assert term.count() == 1
    meaning = page.locator("dt#term-base_effect + dd").inner_text()
    assert meaning.startswith(term.get_attribute("title")), "told in place too"
    term.click()
    assert page.url.endswith("#term-base_effect")
    page.locator("dt#term-base_effect + dd a").click()
    assert page.url.endswith("#used-base_effect")


def test_the_edition_can_be_taken_away_and_its_neighbours_found(files):
    text = files["fdi"].read_text(encoding="utf-8")
    assert '<a href="monthly-2026-09-30-fr.pdf">document (PDF)</a> (1,2\u00a0Mo)' in text
    for address in ("../../2026-08-31/index.html", "../../latest/fr/fdi.html", "../../../index.html#fr", "index.html"):
        assert f'href="{address}"' in text


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
    rows, shown = page.locator("details.claim"), page.locator("details.claim:not([hidden])")
    every = rows.count()
    assert every > 100 and shown.count() == every
    assert page.evaluate("document.documentElement.scrollHeight") < 6000
    counted = page.locator("form.filter output span")
    assert counted.inner_text() == str(every)
    told = {  # what a row says of itself
        "document": "r.querySelector('small').textContent.split(',')[0]",
        "theme": "r.querySelector('div > p:last-child').textContent.split(' · ')[0]",
        "page": "(r.querySelector('div > p:last-child a[href$=\".html\"]') || {textContent: 'Aucune'}).textContent",
        "verdict": "r.parentElement.querySelector('h3').firstChild.textContent.trim()",
    }
    for name, said in told.items():  # each choice shows its own rows; together they are all
        select, total = page.locator(f"form.filter select[name={name}]"), 0
        labels = select.locator("option").evaluate_all("all => all.slice(1).map(o => o.textContent)")
        assert len(labels) > 3
        for number, label in enumerate(labels, 1):
            select.select_option(index=number)
            assert set(shown.evaluate_all(f"all => all.map(r => {said})")) == {label}
            assert shown.evaluate_all("all => all.every(r => r.parentElement.open && r.checkVisibility())")
            total += shown.count()
        assert total == every
        select.select_option(index=0)
    page.locator("form.filter").get_by_label("Contient").fill("télé ÉVISION introuvable")
    assert shown.count() == 0 and counted.inner_text() == "0"
    page.locator("form.filter").get_by_label("Contient").fill("  INFLATION ")
    with_word = shown.count()
    assert 0 < with_word < every
    said = "r.querySelector('summary').textContent.toLowerCase().includes('inflation')"
    assert shown.evaluate_all(f"all => all.every(r => r.open || {said})")  # what is found in a folded part is opened
    page.locator("form.filter").get_by_label("Thème").select_option("Inflation")
    assert 0 < shown.count() <= with_word
    page.keyboard.press("Enter")
    assert page.url == files["claims"].as_uri()
    page.emulate_media(media="print")
    assert page.locator("details.claim").evaluate_all("all => all.every(r => r.checkVisibility())")
    assert page.locator("details.matters > div").evaluate_all(
        "all => all.length && all.every(r => r.checkVisibility())"
    )
    assert not page.locator("form.filter").is_visible()


def test_a_table_wider_than_a_phone_has_its_rows_or_its_cells_named(page, files):
    """What was beyond the edge was seen only by who moved the table."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(files["summary"].as_uri())
    listed = page.locator("table.listed").first
    shown = listed.locator("tr").nth(1).locator("td")
    assert shown.first.evaluate("e => getComputedStyle(e, '::before').content").startswith('"Période"')
    assert all(f"- {role}" in listed.aria_snapshot() for role in ("table", "row ", "columnheader", "rowheader", "cell"))
    page.goto(files["forecasts"].as_uri())
    page.eval_on_selector_all("details.behind", "all => all.forEach(d => { d.open = true })")
    row = page.locator(".piece:has(#average) table.pairs tbody tr", has=page.get_by_role("rowheader", name="2029"))
    names = row.locator("td").evaluate_all(
        "all => all.filter(e => e.checkVisibility()).map(e => [getComputedStyle(e, '::before').content, e.innerText])"
    )
    assert len(names) > 2 and all(re.match(r'"\d+ \w+ 20\d\d" / ""$', name) for name, _ in names)
    assert all(re.fullmatch(r"\d+,\d", text) for _, text in names), "an edition that said nothing of 2029 has no cell"
    page.set_viewport_size({"width": 800, "height": 740})  # wider than a phone, narrower than sixteen columns
    port = page.locator(".piece:has(#average) .behind .scroll")
    kept = port.evaluate(
        """box => {
          box.scrollLeft = 60;
          const head = box.querySelector('tbody th').getBoundingClientRect(), place = box.getBoundingClientRect();
          const shades = getComputedStyle(box).backgroundImage.split('gradient').length - 1;
          return [box.scrollWidth > box.clientWidth, Math.abs(head.left - place.left) < 1, shades];
        }"""
    )
    assert kept == [True, True, 4], "it is moved, which is seen, and the names of its rows stay"


DECIMAL_MARKS = """all => all.map(cell => {
  const text = cell.firstChild, at = text.data.indexOf(','), range = document.createRange();
  range.setStart(text, at < 0 ? text.data.length - 1 : at - 1);
  range.setEnd(text, at < 0 ? text.data.length : at);
  return range.getBoundingClientRect().right;
})"""


def test_numbers_of_a_column_stand_on_their_decimal_mark(opened):
    """272,728 tonnes stood above 2 200, digit below digit."""
    page = opened("aid")
    column = "#stages td:nth-of-type(3)"
    cells = page.locator(column).filter(has_text=re.compile(r"\d"))
    texts = cells.all_inner_texts()
    assert {"272,728", "2\u202f200"} <= set(texts), "nothing is added to the text"
    ends = cells.evaluate_all(DECIMAL_MARKS)
    assert len(ends) > 5 and max(ends) - min(ends) < 0.6


def test_charts_over_time_on_a_phone_are_whole(page, files):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(files["inflation"].as_uri())
    fits = page.eval_on_selector_all(
        "figure.chart .scroll:has([data-newest])",
        """all => all.map(box => [...box.querySelectorAll('svg')].filter(s => s.checkVisibility())
          .every(s => s.getBoundingClientRect().right <= 360) && box.scrollWidth <= box.clientWidth + 1)""",
    )
    assert len(fits) > 2 and all(fits)


def test_claims_are_whole_without_javascript(page_without_script, files):
    tab = page_without_script
    tab.goto(files["claims"].as_uri())
    assert not tab.locator("form.filter").is_visible()
    assert tab.locator("details.claim").count() > 100
    place = tab.locator("details.claim > div").last.get_attribute("id")
    tab.goto(f"{files['claims'].as_uri()}#{place}")  # a link to a claim opens what it is folded in
    assert tab.locator(f"#{place}").is_visible()


def test_a_page_is_used_with_the_keyboard_alone(opened):
    page = opened("claims")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.evaluate("e => e === document.activeElement") and skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.locator("details.whole summary").focus()
    page.keyboard.press("Enter")
    assert page.locator("details.whole pre").is_visible()
    page.locator("form.filter").get_by_label("Contient").focus()
    page.keyboard.type("inflation")
    assert int(page.locator("form.filter output span").inner_text()) < 100


def test_nothing_moves(opened):
    """Some readers ask for reduced motion; there is none for anybody."""
    page = opened("fdi")
    unfold(page)
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """() => [...document.querySelectorAll("*")].map(e => getComputedStyle(e)).filter(
      s => s.scrollBehavior !== "auto" || s.animationName !== "none" || parseFloat(s.transitionDuration) > 0).length"""
    assert page.evaluate(moving) == 0


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
def test_a_page_prints(opened, tmp_path):
    """With running heads and numbers of pages, the sources whole and their addresses written out, no code, no menu."""
    page = opened("fdi")
    pdf = tmp_path / "fdi.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    sheets = text.split("\f")[:-1]
    head = re.compile(r"Note – Investissement direct étranger +30 septembre 2026")
    assert len(sheets) > 3 and all(head.search(sheet) for sheet in sheets)
    assert all(re.search(rf"\b{n} / {len(sheets)}\b", sheet) for n, sheet in enumerate(sheets, 1))
    assert "https://nationalbank.kz" in text and "Licence" in text
    assert "page.chart" not in text and TITLES["neighbours"] not in text
    page.emulate_media(media="print")
    assert not page.locator("nav:visible").count() and page.locator("figure svg").first.is_visible()


@pytest.fixture(scope="session")
def english(tmp_path_factory):
    """Page name -> its file in English, made here as `kzreport watch` makes it."""
    folder = tmp_path_factory.mktemp("english")

    @cache
    def one(name):
        path = folder / f"{name}.html"
        path.write_text(made_page(name, "en", "2026-09-30")[0], encoding="utf-8")
        return path

    return one


def test_axe_finds_nothing_on_a_page(opened, page, made):
    assert violations(opened("aid"), "light") == []
    page.goto((made.folder / "en" / "fdi.html").as_uri())
    assert violations(page, "dark", 360) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", page_names())
@pytest.mark.parametrize(("scheme", "width"), MODES)
def test_axe_finds_nothing_on_any_page(opened, page, english, name, scheme, width):
    assert violations(opened(name), scheme, width) == []
    page.goto(english(name).as_uri())
    assert violations(page, scheme, width) == []


needs_java = pytest.mark.skipif(not shutil.which("java"), reason="the Nu Html Checker needs Java")


@needs_java
def test_a_page_is_valid_html(files, tmp_path):
    """And one that is not is found, in the same run of Java."""
    broken = tmp_path / "x.html"
    broken.write_text(files["summary"].read_text(encoding="utf-8").replace("<h1>", "<h1><h2>", 1), encoding="utf-8")
    found = invalid([files["summary"], broken])
    assert found and all(f"{broken}" in line for line in found), found


@needs_java
@pytest.mark.slow
def test_every_page_is_valid_html(files):
    assert invalid(files.values()) == []


def test_text_stands_out_from_its_ground(page, files):
    """Contrast of running text, captions and links against white, as WCAG computes it."""
    page.goto(files["fdi"].as_uri())
    ratio = """selector => {
      const [r, g, b] = getComputedStyle(document.querySelector(selector)).color.match(/\\d+/g).map(Number)
        .map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
      return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
    }"""
    for selector in ("main p", "figcaption a", "nav a", "summary", ".here a", ".group", "footer div", "td"):
        assert page.evaluate(ratio, selector) >= 4.5, selector
