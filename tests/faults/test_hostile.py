"""Text from data, words, parameters and analysts reaches a report as text: nothing that runs, loads or leads away."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import nbformat
import pytest
from hostile import NAMED
from papermill.translators import PythonTranslator
from run_fixtures import write_definition, write_page

from kzreport.charts.chart import draw
from kzreport.charts.describe import HEADER
from kzreport.claims.documents import register
from kzreport.claims.ledger import all_claims
from kzreport.commands import cli as command
from kzreport.errors import WordsError
from kzreport.execution.failures import cell_label, one_line
from kzreport.files import project_root
from kzreport.language.sentences import escape
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.pages.outputs import Kind, Output
from kzreport.pages.page import Page
from kzreport.pages.rows import as_csv
from kzreport.render import html
from kzreport.render.blocks import blocks
from kzreport.render.claims_html import claims_blocks
from kzreport.render.fill import page_script
from kzreport.render.markup import TAGS, markdown

pytestmark = pytest.mark.faults  # row B6


STRINGS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=https://evil.example></object>",
    "<link rel=stylesheet href=https://evil.example/x.css>",
    "<style>@import url(https://evil.example/x.css)</style>",
    "<base href=https://evil.example/>",
    "<form action=https://evil.example><input name=q></form>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<p style='background:url(https://evil.example)' onclick=alert(1)>x</p>",
    "<math><mtext></table><img src=x onerror=alert(1)></mtext></math>",
    "</td></tr></table><script>alert(1)</script>",
    "</title></head><body onload=alert(1)>",
    "--><script>alert(1)</script><!--",
    "]]><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "[x](javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "![x](https://evil.example/t.png)",
    '![x](x "onerror=alert(1)")',
    "<javascript:alert(1)>",
    "[x]: https://evil.example\n\n[x]",
    "x\n\n<script>alert(1)</script>\n",
    "| a | b |\n|---|---|\n| <script>alert(1)</script> |",
    "```html\n<script>alert(1)</script>\n```",
    "`<script>`</code><script>alert(1)</script>",
    "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}x{% endfor %}",
    "{x.__class__.__mro__}",
    "$\\href{javascript:alert(1)}{x}$",
    "=cmd|'/c calc'!A1",
    "../../../etc/passwd",
    "\u202egnp.x<script>alert(1)</script>",
    "\u0000<script>alert(1)</script>",
    "java\tscript:alert(1)",
    "<ſcript>alert(1)</ſcript>",
    "＜script＞alert(1)＜/script＞",
]
OURS = """html head meta title style body header nav main div section span figure figcaption details summary pre footer
dl dt dd sup h3 i small"""
DRAWN = {"svg", "desc", "g", "path", "circle", "rect", "text", "pattern", "clippath", "use"}
ALLOWED = {*TAGS, *OURS.split()}


class Labelled(Words):
    """Words that name everything as it is named in the data: hostile names reach the picture."""

    def label(self, name):
        return name


class Reader(HTMLParser):
    """Every tag and attribute that a browser would see, and what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data[:80]}")

    def handle_pi(self, data):
        raise AssertionError(f"a processing instruction: {data[:80]}")


def harmless(markup: str, *, drawn: bool = False) -> Reader:
    """``drawn``: a chart of ours stands in it, with the script that saves it; else both are harmful."""
    if drawn:
        ours = f"<script>{page_script('picture.js')[0]}</script>"
        assert markup.count(ours) == 1
        markup = markup.replace(ours, "")
    found = Reader(markup)
    for tag, attributes in found.tags:
        assert tag in ALLOWED or (drawn and (tag in DRAWN or (tag == "button" and attributes == {"hidden": None}))), tag
        for name, value in attributes.items():
            value = value or ""
            assert not name.startswith("on") and name not in ("srcdoc", "srcset", "autofocus"), (tag, name)
            looks = NAMED if tag == "table" else re.compile(r"[a-z0-9;:(),.#% -]*")
            assert name != "style" or (tag in (*DRAWN, "table") and looks.fullmatch(value)), (tag, value)
            assert name != "src", value
            if name == "href":
                assert value.startswith(("https://", "#", "../")) or value.partition("#")[0].endswith(
                    (".html", ".ipynb", ".csv", ".svg", ".json", ".xlsx", ".pdf")
                ), value
                assert ":" not in value.removeprefix("https:"), value
            if name == "http-equiv":
                assert value == "Content-Security-Policy"
    return found


@pytest.mark.parametrize(
    "markup",
    [
        "<script>x</script>",
        "<p onclick=x>",
        "<img src=https://evil.example/t.png>",
        "<a href='javascript:x'>",
        "<a href='data:text/html,x.html'>",
        "<p style='x'>",
        "<svg>",
        "<!-- x -->",
    ],
)
def test_the_test_sees_what_is_harmful(markup):
    with pytest.raises(AssertionError):
        harmless(markup)


def rendered(nb) -> str:
    return html.page(
        nb,
        name="trial",
        language="en",
        titles={"trial": "Trial"},
        report="Trial",
        as_of=date(2024, 3, 31),
        languages=("fr", "en"),
        fingerprint="0",
    )


def stored(output):
    """Return an output as a notebook stores it."""
    data = {k: base64.b64encode(v).decode() if isinstance(v, bytes) else v for k, v in output.data.items()}
    return nbformat.v4.new_output("display_data", data=data, metadata=output.metadata)


def notebook(outputs, source: str = "page.show()"):
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, outputs=[*map(stored, outputs)], execution_count=1)],
    )


def test_there_are_enough_of_them():
    assert len(set(STRINGS)) >= 25


@pytest.mark.parametrize("text", STRINGS)
def test_as_text_from_data_in_sentences(text):
    markup = str(markdown(f"**Title** {escape(text)} (`x`). [{escape(text)}](https://stat.gov.kz/)"))
    found = harmless(f"<p>{markup}</p>")
    assert {a["href"] for t, a in found.tags if t == "a"} == {"https://stat.gov.kz/"}
    # it is still readable: every visible character of it stands on the page
    wanted = "".join(text.replace("\0", "\ufffd").split())
    if "&" not in text:
        assert wanted in "".join("".join(found.text).split())


@pytest.mark.parametrize("text", STRINGS)
def test_as_text_that_an_analyst_typed(text):
    found = harmless(str(markdown(text)))
    assert not [a for t, a in found.tags if t == "img"]


@pytest.mark.parametrize("text", STRINGS)
def test_as_a_value_in_a_table(text, shown, tmp_path, monkeypatch):
    """A publisher, country or component named so in the data; the table builder of the real page."""
    words = tmp_path / "notebooks" / "trial.yml"
    words.parent.mkdir()
    quoted = json.dumps(text.replace("\0", "").strip())
    title = quoted.replace("{", "(").replace("}", ")")  # a title names readings in braces
    words.write_text(
        f"title: {{fr: T, en: T}}\nlabels:\n  odd: {{fr: {quoted}, en: {quoted}}}\n"
        f"sections:\n  odd: {{fr: {quoted}, en: {quoted}}}\n"
        f"tables:\n  odd:\n    title: {{fr: {title}, en: {title}}}\n    item: {{fr: {quoted}, en: {quoted}}}\n",
        encoding="utf-8",
    )
    for name in ("data", "params"):
        (tmp_path / name).symlink_to(project_root() / name)
    monkeypatch.setenv("KZREPORT_HOME", str(tmp_path))
    if "\u202e" in text:  # turns the direction of what follows: refused, not shown
        with pytest.raises(WordsError, match="invisible character"):
            Page("trial", lang="en", as_of="2024-03-31")
        return
    reading = Reading("odd", 1.0, "percent", Period.parse("2024"), item="odd", inputs=("cpi_yy",))
    page = Page("trial", lang="en", as_of="2024-03-31")
    page.section("odd")
    page.table("odd", {"odd": [reading]})
    page.listing("odd", [reading])
    assert len(shown) == 3
    found = harmless(rendered(notebook(shown)))
    count = {name: sum(t == name for t, _ in found.tags) for name in ("table", "th", "td")}
    assert count == {"table": 2, "th": 8, "td": 2}  # heads of columns and rows, and the two numbers
    assert sum(t == "script" for t, _ in found.tags) == 0


@pytest.mark.parametrize("text", STRINGS)
def test_as_what_a_document_claims(text, shown, monkeypatch):
    """In a claim's sentence, evidence and document."""
    real = all_claims()["S4-L053-2"]
    bare = text.replace("{", "(").replace("}", ")")
    paper = replace(real.document, id=text, title={"en": text}, author={"en": text}, note={"en": text})
    url = f"https://a.example/{text}"
    one = replace(real, document=paper, text={"en": bare}, evidence={"en": text}, evidence_url=url)
    monkeypatch.setattr("kzreport.pages.context.known_claims", lambda *_, **__: (one,))
    about = replace(register(), documents={text: paper})
    monkeypatch.setattr("kzreport.pages.ledger.register", lambda: about)
    Page("claims", lang="en", as_of="2026-09-30").claims()
    assert len(shown) == 2
    about, claims = claims_blocks(list(blocks(notebook(shown), "en")), Words("en"), ["fdi"])[-2:]
    found = harmless(str(claims.html))
    (own,) = (a for t, a in found.tags if t == "details" and a["class"].startswith("claim"))
    assert set(own) == {"class"}, "one claim alone has no filter"
    harmless(str(about.html))


@pytest.mark.parametrize("text", STRINGS)
def test_as_title_name_description_and_parameter(text):
    """In every place of the templates, and in the code of the injected parameters cell."""
    clean = "".join(c for c in text if c >= " " or c in "\t\n")  # others are refused where figures are read
    point = {clean: [Reading("x", 1.0, "percent", Period.parse("2025"), item=clean)]}
    drawn = draw("ranks", point, Labelled("en"), title=clean, source=clean)
    shown = {"title": text, "measure": text, "source": text, "alt": text}
    image = Output(Kind.CHART, text, svg=drawn.svg, name="x", csv=as_csv([HEADER, *drawn.rows]), **shown)
    about = escape(text)
    around = [
        Output(Kind.SECTION, text, markdown=f"## {about}", name=clean),
        image,
        Output(Kind.CAVEATS, text, markdown=f"## {about}\n\n- {about}", series="cpi_yy"),
        Output(Kind.SOURCES, text, markdown=f"## {about}\n\n- {about}", series="cpi_yy"),
    ]
    source = PythonTranslator.codify({"peers": [text], "note": text})
    markup = html.page(
        notebook(around, source),
        name="fdi",
        language="en",
        titles={"fdi": text, "other": text},
        report=text,
        as_of=date(2024, 3, 31),
        languages=("fr", "en"),
        fingerprint=text,
    )
    found = harmless(markup, drawn=True)
    pictures = [a.get("class") for t, a in found.tags if t == "svg"]
    assert len(pictures) == 2 and pictures[1] in ("axis", "anew"), "a picture, and what a phone shows of it"
    assert sum(t == "table" for t, _ in found.tags) == 1  # the figures behind the chart
    said = re.sub(r"<style>.*?</style>", "", markup, flags=re.DOTALL)
    assert "49" not in "".join(Reader(said).text).replace(text, "")


@pytest.mark.parametrize("text", STRINGS[:: 1 if os.environ.get("KZREPORT_FAULTS") else 9])
def test_as_a_name_on_the_command_line(text, tmp_path, monkeypatch, capsys):
    """Of a definition, page, edition, date, language, month, parameter: refused on one line, and no file made of it."""
    text = text.replace("\0", "")  # no command line can carry it
    (tmp_path / "home").mkdir()
    for name in ("data", "notebooks", "params"):
        (tmp_path / "home" / name).symlink_to(project_root() / name)
    monkeypatch.setenv("KZREPORT_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
    handlers = [signal.getsignal(n) for n in numbers]
    try:
        for words in (
            ["run", "--as-of=" + text],
            ["run", "--lang=" + text],
            ["run", "-p" + text],
            ["run", "-pinflation.years=" + text],
            ["run", "--", text],
            ["backfill", "--from=" + text, "--to=2024-01"],
            ["verify", "--", text],
            ["new", "--", text],
            ["accept", "--", text],
        ):
            try:
                code = command.main(words)
            except SystemExit as e:  # of the parser, which adds a line on --help
                code = e.code
            said = capsys.readouterr()
            message, *more = said.err.splitlines()
            assert code == 2 and not said.out and re.match(r"kzreport(:| \w+: argument )", message), said.err
            assert message.isprintable() and (
                not more or more == [f"'kzreport {words[0]} --help' explains what it takes"]
            )
    finally:
        for n, handler in zip(numbers, handlers, strict=True):
            signal.signal(n, handler)
    assert sorted(p.name for p in tmp_path.rglob("*")) in (
        ["data", "home", "notebooks", "params"],
        ["data", "home", "notebooks", "params", "reports"],
    )


@pytest.mark.parametrize("text", [*STRINGS, "a\nkzreport: b", "a\x1b[2Jb", "a\rb", "a\u2028b"])
def test_in_the_reason_of_a_failed_page(text):
    """One line, and nothing that a terminal would obey."""
    assert one_line(text).isprintable()
    cell = nbformat.v4.new_code_cell(f"raise ValueError({text!r})  # {text}")
    assert cell_label([cell], 0).isprintable()


def test_a_hostile_parameter_through_a_kernel(forked_cli, project_copy, tmp_path):
    """Quotes, braces, code and markup: what arrives in the kernel is the text; what is printed of it is text."""
    text = '"""\'\\";print(1);{x.__class__}<script>alert(1)</script>__import__("os").system("exit 3")'
    write_page(
        project_copy, "echo", f"assert remark == {text!r}, remark", parameters='\nremark: str = "none"  # a remark'
    )
    write_definition(project_copy, "trial", ["echo"])
    out = tmp_path / "out"
    ended = forked_cli("run", "trial", "--as-of", "2024-03-31", "--output", str(out), "-p", f"remark={text}")
    assert ended.code == 0, ended.err
    markup = (out / "trial/2024-03-31/en/echo.html").read_text(encoding="utf-8")
    found = harmless(markup)
    assert "<script>alert(1)" in "".join(found.text) and "<script" not in markup


def test_an_analysts_note_is_shown_as_text(forked_cli, project_copy, tmp_path):
    """Its figures are filled in, its Markdown is kept, its markup is text; it is an input of the edition."""
    note = project_copy / "params/notes/inflation-brief/2024-03-31.md"
    note.parent.mkdir(parents=True)
    note.write_text(
        "# fr\nVoir **{inflation.headline.value}** <script>alert(1)</script>\n# en\nSee **{inflation.headline}**\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    ended = forked_cli("run", "inflation-brief", "--as-of", "2024-03-31", "--output", str(out), "--lang", "fr")
    assert ended.code == 0, ended.err
    edition = out / "inflation-brief/2024-03-31"
    markup = (edition / "fr/inflation.html").read_text(encoding="utf-8")
    found = harmless(markup, drawn=True)
    assert "<strong>9,3&nbsp;%</strong>" in markup
    assert "<script>alert(1)" in "".join(found.text)
    inputs = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    assert "params/notes/inflation-brief/2024-03-31.md" in inputs
