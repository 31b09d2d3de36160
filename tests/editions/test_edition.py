"""One real edition: what is in it, what must not be, and that it comes out the same again."""

from __future__ import annotations

import csv
import getpass
import hashlib
import io
import json
import re
import socket
import sys
from html.parser import HTMLParser
from importlib.metadata import version
from pathlib import Path

import pytest
from hostile import NAMED
from run_fixtures import AS_OF, write_definition, write_page
from texts import texts_of

from kzreport.files import project_root
from kzreport.language.words import Words
from kzreport.render import html

LANGUAGES, PAGES = ("fr", "en"), ("inflation", "fdi")
DRAWN = {"svg", "path", "circle", "rect", "text"}  # what a picture is made of, styled one by one
LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest", "code"}
VOID = {"img", "input", "meta", "br", "link", "hr"}


class Reader(HTMLParser):
    """Tags with their attributes, and the text outside of style."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        assert len({a for a, _ in attrs}) == len(attrs), f"an attribute twice in <{tag}>"
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data):
        if not {"style", "pre"} & set(self.open):
            self.text.append(data)


def htmls(made) -> list[Path]:
    return [made.root / "index.html", *sorted(made.folder.rglob("*.html"))]


def test_it_is_whole(made):
    present = {f.relative_to(made.folder).as_posix() for f in made.folder.rglob("*") if f.is_file()}
    wanted = {"index.html", "manifest.json"}
    series = {p.stem for p in (made.folder / "series").iterdir()}
    assert {"cpi_yy", "fdi_net", "base_rate"} <= series
    wanted |= {f"series/{name}.csv" for name in series}
    for language in LANGUAGES:
        wanted |= {f"{language}/{name}.html" for name in ("index", "search", "series/index")}
        wanted |= {f"{language}/series/{name}.html" for name in series}
        wanted |= {
            f"{language}/small-{AS_OF}-{language}{ending}"
            for ending in (".pdf", "-brief.pdf", ".xlsx", "-csv.zip", ".docx")
        }
        for page in PAGES:
            wanted |= {f"{language}/{page}.html", f"{language}/{page}.ipynb"}
            nb = json.loads((made.folder / language / f"{page}.ipynb").read_text(encoding="utf-8"))
            for output in (o for c in nb["cells"] for o in c.get("outputs", [])):
                about = output["metadata"].get("kzreport", {})
                if about.get("kind") in ("chart", "table"):
                    base = f"{language}/figures/{page}-{about['name']}"
                    wanted |= {f"{base}.csv"} | ({f"{base}.svg"} if about["kind"] == "chart" else set())
    assert present == wanted
    assert sum(f.endswith(".svg") for f in present) >= 12
    assert {p.name for p in made.root.iterdir()} == {".work", "small", "index.html", "run.json"}
    kept = {p.name for p in (made.root / ".work").iterdir() if p.suffix != ".lock"}
    assert kept == {"ended", "pages", "whole"}  # how runs ended, pages that a later run may take, what was read


def test_it_says_what_it_did_and_no_more(made):
    assert sorted(made.said.err.splitlines()) == sorted(f"{k}/{p}: made" for k in LANGUAGES for p in PAGES)
    assert made.said.out.splitlines()[0] == f"made small/{AS_OF}"


def test_pages_are_self_contained(made):
    for path in htmls(made):
        text = path.read_text(encoding="utf-8")
        found = Reader(text)
        assert not found.open, f"{path.name}: {found.open} left open"
        names = [tag for tag, _ in found.tags]
        assert not {"link", "iframe", "object", "embed", "base", "img", "frame"} & set(names), path
        searches = path.name == "search.html"  # its script, and its index, which is data
        drawn = path.stem in PAGES and 'role="img"' in text  # a script saves a chart as PNG
        assert (names.count("script"), names.count("form")) == ((2, 1) if searches else (int(drawn), 0)), path
        policy = [a["content"] for t, a in found.tags if t == "meta" and "http-equiv" in a]
        allowed = "default-src 'none'; style-src 'unsafe-inline'; font-src data:;"
        assert len(policy) == 1 and policy[0].startswith(allowed), path
        assert ("script-src 'sha256-" in policy[0]) == (searches or drawn), path
        assert ("img-src data:;" in policy[0]) == drawn and "img-src http" not in policy[0], path
        for tag, attributes in found.tags:
            assert not [a for a in attributes if a.startswith("on")], (path, tag, attributes)
            assert not LOADING & set(attributes), (path, tag, attributes)
            style = attributes.get("style", "")
            assert not style or tag in DRAWN or (tag == "table" and NAMED.fullmatch(style)), (path, tag, style)
            if tag == "svg" and path.stem in PAGES and attributes.get("aria-hidden") != "true":
                assert attributes["role"] == "img" and attributes["aria-labelledby"], path
            if "href" in attributes and not attributes["href"].startswith(("https://", "#")):
                target = path.parent / attributes["href"].partition("#")[0]
                assert ":" not in attributes["href"] and target.exists(), (path, attributes["href"])
        styles = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
        sheet = re.sub(r"url\(data:font/woff2;base64,[A-Za-z0-9+/=]+\)", "", " ".join(styles))
        sheet = re.sub(r"url\(#[a-z0-9-]+\)", "", sheet)  # a hatching, which stands in the page
        assert not re.search(r"url\(|@import|expression|//", sheet), path
        assert text.count("@font-face") == ("<svg" in text and path.stem in PAGES), (
            "the font is in a page once, if it has charts"
        )
        assert sum(t == "html" and bool(a.get("lang")) for t, a in found.tags) == 1
        ids = [a["id"] for _, a in found.tags if "id" in a]
        assert len(ids) == len(set(ids)), path


def test_nothing_of_the_machine_or_the_moment_is_in_it(made):
    private = [str(Path.home()), str(made.root), str(made.cli.home), str(project_root()), socket.gethostname()]
    private += ["/tmp/", "/home/", f"/{getpass.getuser()}/", "kz-"]
    for path, whole in texts_of(made.folder):
        text = re.sub(r"[A-Za-z0-9+/=\n\\]{500,}", "", whole)
        assert not [p for p in private if len(p) > 2 and p in text], path
        times = re.findall(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text.replace(f"{AS_OF}T00:00:00Z", ""))
        assert not times, f"{path}: a time of day"
        assert not re.search(r"\b0x[0-9a-f]{8,}\b", text), f"{path}: an address in memory"
    for path in made.folder.rglob("*.ipynb"):
        nb = json.loads(path.read_text(encoding="utf-8"))
        assert set(nb["metadata"]) == {"kernelspec", "language_info"}
        assert nb["metadata"]["language_info"]["file_extension"] == ".py"  # else nbconvert writes a script page.txt
        assert [c["id"] for c in nb["cells"]] == [f"cell-{n}" for n in range(1, len(nb["cells"]) + 1)]
    for path in made.folder.rglob("*.svg"):
        assert not re.search(r"<metadata|<!|<\?|Matplotlib", path.read_text(encoding="utf-8")), path


def test_the_manifest_tells_every_byte_and_input(made):
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    files = {
        f.relative_to(made.folder).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest()
        for f in made.folder.rglob("*")
        if f.is_file() and f.name != "manifest.json"
    }
    assert manifest["files"] == files
    inputs = manifest["inputs"]
    assert {"data/cpi_yy", "data/issues.yml", "notebooks/fdi.ipynb", "notebooks/inflation.yml", "python"} <= set(inputs)
    assert {"package papermill", "package matplotlib", "params/project.yml", "notebooks/views/fdi.py"} <= set(inputs)
    assert inputs["engine"] == version("kzreport") and re.fullmatch("[0-9a-f]{64}", inputs["engine code"])
    assert manifest["edition"]["as_of"] == AS_OF and manifest["edition"]["pages"] == list(PAGES)
    assert manifest["parameters"]["fdi"]["peers"][0] == "CHN"
    for path in made.folder.rglob("*.html"):
        assert manifest["fingerprint"] in path.read_text(encoding="utf-8"), path


def _figures(made):
    for path in sorted(made.folder.glob("*/figures/*.csv")):
        for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))):
            yield path, row


def test_no_figure_was_published_later(made, known):
    """Each figure of the edition is one that its own series had published by the edition's date."""
    rows = 0
    for path, row in _figures(made):
        if row["value"]:
            assert not known(AS_OF).fault(row), (path, row)
            rows += 1
    assert rows > 500


def test_figures_are_those_known_then(made, known):
    """Twelve-month inflation and the World Bank's figures, against the tables read without the package."""

    def table(name, key):
        latest = {}
        with (project_root() / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                if row["published"] <= AS_OF and row["value"]:
                    latest[tuple(row[k] for k in key)] = max(
                        latest.get(tuple(row[k] for k in key), ("", 0.0)), (row["published"], float(row["value"]))
                    )
        return latest

    cpi = table("cpi_yy", ("period",))
    compared = 0
    for path, row in _figures(made):
        if path.name == "inflation-yoy.csv" and row["group"] == "rate":
            assert float(row["value"]) == pytest.approx(cpi[row["period"],][1] - 100), row
            compared += 1
    assert compared >= 2 * 60 and max(p for (p,) in cpi) == "2024-02"

    # The charts of neighbours are left out: the World Bank's figures known on this day end in 2016.
    wdi = table("wdi_inflation", ("country", "period"))
    compared = 0
    for path, row in _figures(made):
        if path.name == "inflation-averages.csv" and row["series"] == "wdi_inflation" and row["status"] == "ok":
            assert float(row["value"]) == pytest.approx(wdi["KAZ", row["period"]][1]), row
            compared += 1
    assert compared >= 5
    # The published figures among all tables and charts, each against its own series.
    rows = [row for _, row in _figures(made) if row["value"] and known(AS_OF).published(row)]
    assert len(rows) > 350 and not any(known(AS_OF).fault(row) for row in rows)


def test_later_years_are_spoken_of_only_as_projections(made):
    for path in made.folder.rglob("*.html"):
        later = re.findall(r"\b20(?:2[6-9]|[3-9]\d)\b", " ".join(Reader(path.read_text(encoding="utf-8")).text))
        assert not later, (path, later)


def test_the_index_leads_to_the_edition_in_each_language(made):
    found = {a["href"] for t, a in Reader((made.root / "index.html").read_text(encoding="utf-8")).tags if t == "a"}
    assert {
        f"small/{AS_OF}/fr/index.html",
        f"small/{AS_OF}/en/index.html",
    } <= found
    front = Reader((made.folder / "index.html").read_text(encoding="utf-8"))
    linked = {a["href"] for t, a in front.tags if t == "a"}
    assert {f"{k}/{p}.html" for k in LANGUAGES for p in PAGES} <= linked
    assert "31 mars 2024" in " ".join(front.text).replace("\u00a0", " ")


def test_a_page_leads_to_what_there_is_and_to_the_same_section_in_the_other_language(made):
    """Two addresses lie outside of an edition: those of the latest one, which moves on, and of the list of all."""
    sections = {}
    for path in sorted(made.folder.glob("??/*.html")):
        found = Reader(path.read_text(encoding="utf-8"))
        ids = [a["id"] for _, a in found.tags if "id" in a]
        sections[path.parent.name, path.stem] = [i for i in ids if i.startswith("section-")]
        assert len(ids) == len(set(ids))
        for href in {a["href"] for t, a in found.tags if t == "a" and not a.get("href", "#").startswith("https:")}:
            address, _, place = href.partition("#")
            target = (path.parent / address).resolve() if address else path
            if f"/latest/{path.parent.name}/" not in href:
                assert target.is_file(), (path, href)
            if place:
                assert f'id="{place}"' in target.read_text(encoding="utf-8"), (path, href)
        size = next(path.parent.glob("*.xlsx")).stat().st_size
        words = Words(path.parent.name)
        text = path.read_text(encoding="utf-8")
        if path.stem in (*PAGES, "index"):
            assert f"small-{AS_OF}-{words.language}.xlsx" in text and f"({html.file_size(size, words)})" in text
    for page in PAGES:
        assert sections["fr", page] == sections["en", page] and len(sections["fr", page]) > 4


@pytest.mark.slow
def test_other_surroundings_give_the_same_bytes(made, tmp_path):
    """Another zone, locale, hash seed, working folder, and what a user may have set for Python and matplotlib."""
    startup = tmp_path / "startup.py"
    startup.write_text("print('hello'); lang = 'xx'\n", encoding="utf-8")
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\n", encoding="utf-8")
    kernels = tmp_path / "data" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    (kernels / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "another", "language": "python"}), encoding="utf-8"
    )
    deep = tmp_path / ("a long folder for temporary files " * 3)  # a socket's path may not pass some 104 bytes
    deep.mkdir()
    ended = made.cli(
        "verify",
        AS_OF,
        "--output",
        str(made.root),
        "-j",
        "2",
        cwd=tmp_path,
        TZ="Pacific/Kiritimati",
        LC_ALL="ru_RU.KOI8-R",
        LANG="fr_FR.UTF-8",
        PYTHONHASHSEED="7",
        PYTHONSTARTUP=str(startup),
        PYTHONPROFILEIMPORTTIME="1",
        PYTHONMALLOCSTATS="" if sys.version_info[:2] == (3, 12) else "1",  # with it 3.12 crashes on "pass"
        PYTHONWARNINGS="ignore",
        MPLBACKEND="svg",
        MATPLOTLIBRC=str(tmp_path),
        JUPYTER_PATH=str(tmp_path / "data"),
        TMPDIR=str(deep),
    )
    assert ended.code == 0, ended.err
    count = sum(f.is_file() for f in made.folder.rglob("*")) - 1
    told, commit = ended.out.splitlines()
    assert told == f"small/{AS_OF}: {count} files rebuilt, byte for byte the same"
    assert commit == "the commit it was made from: not recorded (no repository)"  # this home is a copy without git
    assert not list(deep.iterdir())


def test_a_second_run_makes_nothing(made):
    def states():  # but of what is remembered beside the editions
        files = [p for p in made.root.rglob("*") if p.is_file() and ".work" not in p.parts]
        return {p: (p.stat().st_mtime_ns, p.stat().st_ino) for p in files}

    before = states()
    ended = made.cli("run", "small", "--as-of", AS_OF, "--output", str(made.root))
    assert ended.code == 0 and ended.err == ""
    assert ended.out.splitlines()[0] == f"nothing to do: small/{AS_OF} has the same inputs"
    assert states() == before


@pytest.mark.slow
def test_the_monthly_edition_as_known_then(made, tmp_path):
    """All pages of the real definition at the date the issue names, and its verification."""
    out = str(tmp_path / "out")
    ended = made.cli("run", "monthly", "--as-of", AS_OF, "--output", out)
    assert ended.code == 0, ended.err
    ended = made.cli("verify", f"monthly/{AS_OF}", "--output", out, TZ="America/Los_Angeles")
    assert ended.code == 0, ended.err


def test_after_an_edit_of_one_pages_words_a_run_executes_that_page_alone(forked_cli, project_copy, tmp_path):
    for page in ("first", "second"):
        write_page(project_copy, page, "pass")
    write_definition(project_copy, "trial", ["first", "second"])
    asked = ("run", "trial", "--as-of", "2024-03-31", "--output", str(tmp_path / "out"))
    assert forked_cli(*asked).code == 0
    words = project_copy / "notebooks" / "second.yml"
    words.write_text(words.read_text(encoding="utf-8") + "\n# looked at\n", encoding="utf-8")
    again = forked_cli(*asked, "--revision")
    assert again.code == 0, again.err
    log = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert {page["page"]: page["status"] for page in log["pages"]} == {"en/first": "kept", "en/second": "made"}
