"""Views and the words of their pages: the same names on both sides, and declarations that can be called."""

import ast
import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import kzreport.views
from kzreport.declare import Cut, declaration_of
from kzreport.language.wordfiles import page_words
from kzreport.pages.notebooks import declared_parameters, load_notebook
from kzreport.pages.page import Page
from kzreport.pages.views import headline_of, series_read, view_name, views_of
from kzreport.project.settings import page_names
from kzreport.series.resource import describe_series

AS_OF = "2026-09-30"
MODULES = [f"kzreport.views.{module.name}" for module in pkgutil.iter_modules(kzreport.views.__path__)]
PAGES = [page for page in page_names() if views_of(page)]
MARK = re.compile(r"\{([a-z][a-z0-9_]*)(?:\.[a-z]+)?(?::[a-z]+)?\}")


def marks(node):
    """Names of the readings that the sentences below a node of words use, in any language and variant."""
    if isinstance(node, str):
        return set(MARK.findall(node))
    found = set().union(*map(marks, node.values()))
    return found | ({node["by"]} if "by" in node else set())


def said(page):
    """View -> (keys of the sentences that it fills, its options), from the calls of a notebook."""
    found, names = {}, {view_name(view): view for view in views_of(page)}
    values = {p.name: p.default for p in declared_parameters(page)}
    for cell in load_notebook(page).cells:
        for call in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
            if isinstance(call, ast.Assign) and isinstance(call.value, ast.Dict):  # options that several calls share
                values[ast.unparse(call.targets[0])] = eval(ast.unparse(call.value), {}, values)
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "page.say" and len(call.args) == 2:
                keys, view = ast.literal_eval(call.args[0]), names[ast.unparse(call.args[1])]
                options = {}
                for k in call.keywords:
                    value = eval(ast.unparse(k.value), {}, values)
                    options |= {k.arg: value} if k.arg else value
                found.setdefault(view, (set(), []))[0].update([keys] if isinstance(keys, str) else keys)
                found[view][1].append(options)
    return found


@pytest.mark.parametrize("page", PAGES)
def test_a_view_gives_the_readings_that_its_sentences_name(page):
    book = page_words(page)
    sources = [s for view in views_of(page) for s in declaration_of(view).sources.values()]
    called = Page(page, lang="en", as_of=AS_OF)
    for view, (keys, options) in said(page).items():
        given = {name for some in options for name in called.read(view, **some)}
        used = set().union(*(marks(book["say"][key]) for key in keys))
        if view is headline_of(page) or view in sources:  # a note, or another view, may want any reading of it
            assert used <= given, view
        else:
            assert used == given, view


@pytest.mark.parametrize("page", PAGES)
def test_a_headline_gives_the_readings_that_words_name(page):
    book, values = page_words(page), {p.name: p.default for p in declared_parameters(page)}
    headline = headline_of(page)
    options = {o: values[o] for o in declaration_of(headline).options}
    given = set(Page(page, lang="en", as_of=AS_OF).read(headline, **options))
    assert marks({k: v for k, v in book["headline"].items()}) | set(book["key_figures"]) <= given


@pytest.mark.parametrize("page", PAGES)
def test_what_a_view_declares_is_there(page):
    for view in views_of(page):
        for source in declaration_of(view).sources.values():
            if isinstance(source, Cut):
                assert set(source.dims) <= set(describe_series(source.name).columns[3:])
    values = {p.name: p.default for p in declared_parameters(page)}
    assert [describe_series(name).name for name in series_read({page: values})]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_views(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_engine_holds_no_view():
    assert [p.name for p in Path(kzreport.views.__file__).parent.glob("*.py")] == ["__init__.py"]
