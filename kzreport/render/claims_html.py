"""The claims of a page as HTML: counts by verdict and document, what turned, and a line for each claim that opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.project.settings import page_names
from kzreport.render.blocks import Block
from kzreport.render.fill import fill
from kzreport.render.ledger import Listed, by_verdict, count_table, group_name, listed_claims, told, turn

CLAIMS = "claims"  # the kind of block
ENOUGH = 8  # claims, and more, are counted by document and can be filtered; all are open where there are fewer


def claims_blocks(shown: Sequence[Block], w: Words, linked: Sequence[str]) -> list[Block]:
    """Return the blocks of a page with its tables of claims laid out; ``linked``: the pages of the edition.

    What opens the section of many claims, how to read it and its documents, stands beside the counts.
    """
    found: list[Block] = []
    for block in shown:
        output = block.output
        claims = listed_claims(output) if output and output.kind is Kind.TABLE else []
        if not output or not claims:
            found.append(block)
            continue
        beside = Markup("")
        if len(claims) >= ENOUGH and found and found[-1].place:
            found[-1], beside = replace(found[-1], html=beside), found[-1].html
        found.append(replace(block, kind=CLAIMS, html=_layout(claims, beside, w, linked)))
    return found


def _layout(claims: Sequence[Listed], beside: Markup, w: Words, linked: Sequence[str]) -> Markup:
    groups, choices = by_verdict(claims), _choices(claims, w)

    def place(claim: Listed) -> str:
        """Return where document, theme and page of a claim are in the lists of choices."""
        return " ".join(str([*choices[key]].index(claim.about[key]) + 1) for key in ("document", "theme", "page"))

    return Markup(
        fill(
            "claims.html",
            w=w,
            groups=[(verdict, group_name(verdict, w), few) for verdict, few in groups],
            counts=count_table(claims),
            turned=[claim for claim in claims if claim.before],
            beside=beside,
            many=len(claims) >= ENOUGH,
            choices=choices,
            place=place,
            group_name=lambda verdict: group_name(verdict, w),
            told=told,
            turn=lambda claim: turn(claim, w),
            linked=linked,
        )
    )


def _choices(claims: Sequence[Listed], w: Words) -> Mapping[str, Mapping[str, str]]:
    """Return what claims are filtered by -> each value and its name, in order."""
    used = {key: dict.fromkeys(claim.about[key] for claim in claims) for key in ("document", "theme", "page")}
    pages = page_names()  # a claim may belong to a page that the edition has not, or to none
    titles = {p: str(Words(w.language, p).entry("title")[w.language]) for p in used["page"] if p in pages}
    names = {
        "document": {document: document for document in used["document"]},
        "theme": {theme: w.label(theme) for theme in used["theme"]},
        "page": {page: titles.get(page, w.ui("no_page")) for page in used["page"]},
        "verdict": {str(verdict): group_name(verdict, w) for verdict, _ in by_verdict(claims)},
    }
    return {
        key: dict(sorted(few.items(), key=lambda pair: pair[1])) for key, few in names.items() if key != "verdict"
    } | {"verdict": names["verdict"]}
