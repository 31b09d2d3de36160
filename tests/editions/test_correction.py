"""A revision says what it replaced: on its front page, in ``diff``, in the summary, and again when it is rebuilt."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from run_fixtures import write_definition, write_page

from kzreport.language.words import Words

AS_OF = "2024-03-31"


def shows(rate: str, verdict: str) -> str:
    """A page whose headline, figures and verdicts are those of one state of the data."""
    head = "group,item,period,value,unit,status,estimated,series,basis"
    figures = f"{head}\\nx,,2024-02,{rate},percent,ok,,cpi_yy,yy\\nx,,2024-01,9.5,percent,ok,,cpi_yy,yy\\n"
    rows = [("target_low", 4), ("target_high", 6 if verdict == "consistent" else 5)]  # alike in all but their group
    figures += "".join(f"{group},,2024,{value},percent,ok,,inflation_target,target\\n" for group, value in rows)
    claims = f"id,verdict\\nS1-L1-1,{verdict}\\n"
    return (
        "from IPython.display import display\n"
        "def put(kind, form, text, **more):\n"
        "    display({form: text, 'text/plain': text}, raw=True, metadata={'kzreport': {'kind': kind, **more}})\n"
        f"put('headline', 'text/markdown', '**Inflation: {rate}%.**')\n"
        f"put('table', 'text/html', '<table><tr><td>{rate}</td></tr></table>', name='t', title='T', csv='{figures}')\n"
        f"put('table', 'text/html', '<table></table>', name='c', title='C', csv='{claims}')\n"
    )


@pytest.fixture
def revised(forked_cli, project_copy, tmp_path):
    """An edition of two pages and its revision, of which one page says something else."""
    out = tmp_path / "out"
    place = ("--output", str(out))
    write_page(project_copy, "prices", shows("9.8", "consistent"))
    write_page(project_copy, "other", "pass")
    write_definition(project_copy, "trial", ["prices", "other"], "fr, en")
    run = ("run", "trial", "--as-of", AS_OF, *place, "-j", "2")
    assert forked_cli(*run).code == 0
    write_page(project_copy, "prices", shows("9.1", "doubtful"))
    return forked_cli, out, place, run


def test_a_revision_says_what_it_replaced(revised):
    cli, out, place, run = revised
    assert cli(*run).code == 1  # refused without --revision
    ended = cli(*run, "--revision", "--quiet", "--notify", "-")
    assert ended.code == 0, ended.err
    line, told = ended.out.splitlines()
    one = "replaces 2024-03-31: 1 headline, 2 figures changed, 0 new, 0 gone, 1 verdict turned"
    assert line.endswith(one), line
    corrects = json.loads(told)["newest"]["corrects"]
    assert corrects["edition"] == AS_OF and corrects["inputs"] == ["notebooks/prices.ipynb: changed"]
    turned = {"then": "Inflation: 9.8%.", "now": "Inflation: 9.1%."}
    assert corrects["pages"] == {
        "prices": {"headlines": {"fr": turned, "en": turned}, "changed": 2, "new": 0, "gone": 0, "verdicts": 1}
    }
    folder = out / "trial" / f"{AS_OF}-r2"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["edition"]["corrects"] == corrects
    covers = [folder / name for name in ("index.html", "fr/index.html", "en/index.html")]
    page = "".join(path.read_text(encoding="utf-8") for path in covers)
    for text in (
        "Cette édition, version 2 de cette date, remplace la version 1. Ont changé depuis",
        "This edition, version 2 for its date, replaces version 1. Changed since: texts or calculations of the pages.",
        "Before: Inflation: 9.8%.",
        "Figures changed: 2; verdicts changed: 1.",
    ):
        assert text in page.replace("\u00a0", " ").replace("\u202f", " "), text
    assert "Before:" not in (out / "trial" / AS_OF / "en" / "index.html").read_text(encoding="utf-8")

    diff = cli("diff", AS_OF, f"{AS_OF}-r2", "trial", *place)
    assert diff.code == 0, diff.err
    assert "figures: 2 changed, 0 new, 0 gone\n  prices: cpi_yy 2024-02 (yy) 9.8 → 9.1 percent\n" in diff.out
    assert "  prices: inflation_target target_high 2024 (target) 6 → 5 percent\n" in diff.out  # which of the two
    assert "verdicts: 1 changed\n  prices: S1-L1-1 consistent → doubtful\n" in diff.out
    assert cli("diff", "trial", AS_OF, f"{AS_OF}-r2", *place).out == diff.out  # as other commands have it
    data = json.loads(cli("diff", AS_OF, f"{AS_OF}-r2", "trial", *place, "--format", "json").out)
    assert data["corrects"] == corrects and [f["now"] for f in data["figures"]] == ["9.1", "5"]
    assert [f["group"] for f in data["figures"]] == ["", "target_high"]
    shown = cli("diff", AS_OF, f"{AS_OF}-r2", "trial", *place, "--format", "html", "--lang", "fr")
    cells = [cell.replace("\u00a0", " ") for cell in re.findall("<td>(.*?)</td>", shown.out)]
    assert shown.code == 0 and {"9,8 %", "9,1 %", "6,0 %", "5,0 %", "Douteuse"} <= set(cells), cells

    assert cli("diff", AS_OF, f"{AS_OF}-r2", *place).out == diff.out  # only this report has both
    (out / "other" / AS_OF).mkdir(parents=True)
    shutil.copy(out / "trial" / AS_OF / "manifest.json", out / "other" / AS_OF)
    assert cli("diff", AS_OF, f"{AS_OF}-r2", *place).out == diff.out
    refused = cli("verify", AS_OF, *place)
    assert (
        refused.code == 2 and f"found 2 reports with an edition '{AS_OF}', expected one of other/{AS_OF}" in refused.err
    )
    refused = cli("verify", f"other/{AS_OF}-r2", *place)
    assert refused.err.endswith(f"(did you mean trial/{AS_OF}-r2?).\n"), refused.err
    shutil.rmtree(out / "other")

    for words, expected in {
        (AS_OF, f"{AS_OF}-r9"): "edition: found 'trial/2024-03-31-r9', expected",
        ("2024-02-29-r2", AS_OF): "edition: found 'trial/2024-02-29-r2', expected",
        (f"{AS_OF}-x", "2024-04-30"): "DATE: found ",
        (f"{AS_OF}-r2", f"{AS_OF}-r2"): "expected two dates, or two revisions of one date",
    }.items():
        refused = cli("diff", *words, "trial", *place)
        assert refused.code == 2 and expected in refused.err and "--as-of" not in refused.err, refused

    # rebuilt, also when the edition that it replaced is gone; asked for again, nothing is made
    again = cli(*run, "--revision")
    assert again.out.startswith(f"nothing to do: trial/{AS_OF}-r2 has the same inputs"), again.out
    (out / "trial" / AS_OF).rename(out / ".work" / "aside")
    assert "byte for byte the same" in cli("verify", f"{AS_OF}-r2", *place).out


@pytest.mark.slow
def test_a_batch_says_it_too(revised):
    cli, _, place, _ = revised
    ended = cli("backfill", "trial", "--from", "2024-03", "--to", "2024-03", *place, "--revision", "--quiet")
    assert ended.code == 0 and "replaces 2024-03-31: 1 headline, " in ended.out, ended


def test_no_page_says_that_there_is_no_earlier_edition_when_there_is():
    """The revision of a first edition has one before it, of the same date."""
    assert "no edition of an earlier date" in Words("en").ui("first_edition")
    assert "d’une date antérieure" in Words("fr").ui("first_edition")
