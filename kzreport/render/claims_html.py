"""The claims of a page as HTML: counts by verdict and document, what turned, and a line for each claim that opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.pages.outputs import Kind
from kzreport.project import page_names
from kzreport.render.blocks import Block
from kzreport.render.fill import fill
from kzreport.render.ledger import Listed, by_verdict, count_table, group_name, listed_claims, told, turn

CLAIMS = "claims"  # the kind of block
ENOUGH = 8  # claims, and more, are counted by document and can be filtered; all are open where there are fewer


def claims_blocks(shown: Sequence[Block], w: Words, linked: Sequence[str]) -> list[Block]:
    """Return the blocks of a page with its tables of claims laid out; ``linked``: the pages of the edition.

    The list of documents that opens their section stands beside the counts.
    """
    found: list[Block] = []
    for block in shown:
        output = block.output
        claims = listed_claims(output) if output and output.kind is Kind.TABLE else []
        if not output or not claims:
            found.append(block)
            continue
        documents = Markup("")
        if found and found[-1].place and "<ul>" in found[-1].html and len(claims) >= ENOUGH:
            text, mark, after = found[-1].html.partition("<ul>")
            found[-1], documents = replace(found[-1], html=Markup(text)), Markup(mark + after)
        found.append(replace(block, kind=CLAIMS, html=_layout(claims, output.title, documents, w, linked)))
    return found


def _layout(claims: Sequence[Listed], title: str, documents: Markup, w: Words, linked: Sequence[str]) -> Markup:
    groups = by_verdict(claims)
    return Markup(
        fill(
            "claims.html",
            w=w,
            title=title,
            groups=[(verdict, group_name(verdict, w), _by_document(few)) for verdict, few in groups],
            counts=count_table(claims),
            turned=[claim for claim in claims if claim.before],
            documents=documents,
            many=len(claims) >= ENOUGH,
            group_name=lambda verdict: group_name(verdict, w),
            told=told,
            turn=lambda claim: turn(claim, w),
            titles=_titles(w),
            linked=linked,
        )
    )


def _by_document(claims: Sequence[Listed]) -> list[tuple[str, list[Listed]]]:
    documents = dict.fromkeys(claim.about["document"] for claim in claims)
    return [(d, [claim for claim in claims if claim.about["document"] == d]) for d in documents]


def _titles(w: Words) -> dict[str, str]:
    """Return the titles of all pages of the project: a claim may belong to one that the edition has not."""
    return {name: str(Words(w.language, name).entry("title")[w.language]) for name in page_names()}
