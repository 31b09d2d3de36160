"""``kzreport claims``: the verdicts on the claims of documents, without an edition."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from datetime import date

from kzreport.claims.assessment import assess_claims
from kzreport.claims.columns import table_cells
from kzreport.claims.documents import register
from kzreport.claims.ledger import known_claims
from kzreport.claims.outcomes import Assessment
from kzreport.claims.sentences import verdict_words
from kzreport.commands.session import show
from kzreport.editions.dates import check_date
from kzreport.errors import ParameterError, explain, one_of, short_repr
from kzreport.language.wordfiles import check_language, terminal_language
from kzreport.language.words import Words


def run(args: argparse.Namespace) -> int:
    """Print each claim with its two verdicts, what it was held against, and the rows behind that.

    Raises :class:`ParameterError` for a document that is not in ``data/claims/documents.yml``, and
    :class:`DataError` for rows that cannot be read.
    """
    today = date.today()
    day, documents = check_date(args.as_of, today) if args.as_of else today, register().documents
    for name in args.document:
        if name not in documents:
            raise ParameterError(explain("document", short_repr(name), one_of(documents, name)))
    w = Words(check_language(args.lang or terminal_language()), None, day)
    for document in args.document or documents:
        found = assess_claims(known_claims(day, documents=[document]), day)
        about = documents[document]
        show(f"{document}{w.colon}{about.title[w.language]} ({about.author[w.language]}, {w.day(about.date)})")
        if about.date > day:
            show("  " + w.typography(w.ui("appeared_later").format(date=w.day(about.date), day=w.day(day))))
        for assessment in found:
            for line in _lines(w, assessment, day):
                show(line)
        counts = Counter(verdict_words(w, a.leading, within=a.leads_within).lower() for a in found)
        listed = ", ".join(f"{n} {verdict}" for verdict, n in counts.items()) or w.ui("nothing_judged")
        show(f"\n{document}{w.colon}{w.count(len(found), 'claims')}{w.colon}{listed}")
    return 0


def _lines(w: Words, a: Assessment, day: date) -> Iterator[str]:
    stated, within, published, evidence = table_cells(w, a, day)
    yield f"\n{a.claim.id}  {stated}"
    for head, told in ((w.ui("within_document"), within), (w.ui("against_published"), published)):
        said = "".join(told).replace("\n", " / ").strip()
        yield f"  {head}{w.colon}{said}"
    yield from (f"    {line}" for line in evidence.split("\n") if line != "–")
    held = [row.stated for o in a.outcomes if o.compared_with for row in o.compared_with.rows]
    for row in dict.fromkeys(held):
        yield f"    {w.ui('row')}{w.colon}{row}"
