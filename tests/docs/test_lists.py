"""The lists of the reference are whole: what the code has, a page names, and the other way round."""

import re
import tomllib

import generate
import jsonschema
import pytest

import kzreport
from kzreport.claims.claim import Qualifier
from kzreport.claims.rows import claim_columns
from kzreport.claims.verbs import VERBS
from kzreport.editions.definition import DefinitionFile
from kzreport.editions.settings import RunSettings
from kzreport.files import project_root
from kzreport.language.lint import PageWords
from kzreport.language.numbers import SPECS
from kzreport.project.settings import Project
from kzreport.series.cards import OPTIONAL, REQUIRED

ROOT = project_root()
DOCS = ROOT / "docs"


def rows(page: str, head: str) -> list[str]:
    """The first code in each row of the table of a page that has this head."""
    text = (DOCS / page).read_text(encoding="utf-8")
    table = re.search(rf"^\| {head} \|.*\n\|[- |]+\n((?:\|.*\n)*)", text, re.MULTILINE)
    assert table, f"{page}: no table headed {head}"
    return [name for line in table[1].splitlines() for name in re.findall(r"`([^`]+)`", line.split(" | ")[0])]


def test_settings_of_a_project():
    assert set(rows("reference/settings.md", "Key")) == set(Project.model_fields)


def test_settings_of_runs():
    text = (DOCS / "reference/settings.md").read_text(encoding="utf-8")
    table = text[text.index("| Setting |") :].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z_]+)`", re.sub(r"\|[^|]*\|\n", "|\n", table))) == set(RunSettings.model_fields)


def test_keys_of_a_definition():
    assert set(rows("reference/definitions.md", "Key")) == set(DefinitionFile.model_fields)


def test_keys_of_a_card():
    assert set(rows("reference/cards.md", "Key")) == {*REQUIRED, *OPTIONAL}


def test_types_of_parameters():
    found = {re.sub(r"dict\[PageName, (\w+)\]", r"\1", name) for name in rows("reference/parameters.md", "Type")}
    assert found == set(kzreport.__all__) - {"Page"}


def test_verbs_qualifiers_and_columns_of_claims():
    assert {name.split()[0] for name in rows("reference/claims.md", "verb")} == set(VERBS)
    assert set(rows("reference/claims.md", "Qualifier")) == set(map(str, Qualifier))
    found = {name.removesuffix(".CODE") for name in rows("reference/claims.md", "Column")}
    assert found == {c.partition(".")[0] for c in claim_columns()}


def test_specs_of_marks():
    text = (DOCS / "reference/words.md").read_text(encoding="utf-8")
    assert all(re.search(rf"`\{{\w+:{spec}\}}`", text) for spec in SPECS if spec)


def test_parts_of_the_words_of_a_page():
    assert set(rows("reference/words.md", "Key")) == set(PageWords.model_fields)


def test_keys_of_fetching():
    from kzreport.refresh.mapping import Fetch

    assert set(rows("how-to/provider.md", "Key")) == set(Fetch.model_fields)


def test_options_of_charts_commands_and_units_are_generated(tmp_path):
    generate.write_all(tmp_path)
    assert "----" not in generate.chart_kinds()  # the parameters of a docstring are a list, no heading
    commands = (tmp_path / "command-line.md").read_text(encoding="utf-8")
    for name, command in generate.subparsers().items():
        assert f"### `kzreport {name}`" in commands
        for action in command._actions:
            assert all(option in commands for option in action.option_strings if option not in ("-h", "--help"))
    for schema in generate.schemas().values():
        jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("name", "most"), [("README.md", 800), ("CONTRIBUTING.md", 400)])
def test_first_pages_stay_short(name, most):
    assert len((ROOT / name).read_text(encoding="utf-8").split()) < most


def test_pictures_are_small():
    pictures = sorted((DOCS / "images").iterdir())
    assert pictures
    assert all(p.stat().st_size < 150_000 for p in pictures)


def test_the_extra_of_the_documentation_is_installed_for_its_test():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(extras["docs"]) <= set(extras["dev"])
