"""Claims, verdicts and what claims are compared with, in a language.

The words stand in ``kzreport/language/furniture.yml`` (common ones) and in ``data/claims/``: the sentence of each
claim, the names of documents and bases.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from kzreport.claims.amounts import Amount, Grade
from kzreport.claims.claim import FORMS, MARK, Claim, ClaimTest, Document, Qualifier
from kzreport.claims.documents import register
from kzreport.claims.facts import all_facts
from kzreport.claims.ledger import all_claims
from kzreport.claims.outcomes import Assessment, Judgement, Reason, TestOutcome
from kzreport.errors import WordsError, explain
from kzreport.language.names import is_label
from kzreport.language.sentences import escape
from kzreport.language.words import Words
from kzreport.model import Period, Reading
from kzreport.project.settings import project
from kzreport.series.resource import describe_series, names_of
from kzreport.units import UNITS

_WITHOUT_FIGURE = ("same", "unit_as")  # verbs whose words need no published figure
_NAMED = ("same", "majority")  # verbs whose words name the other claim
_ANY = Period.parse("2000")  # of a reading whose number alone is wanted


# --- a claim and its document ------------------------------------------------------------------------------------


def claim_figure(w: Words, claim: Claim, spec: str = "") -> str:
    """Return the figure of a claim as printed, after the word that qualifies it: ``plus de 50 milliards de dollars``.

    ``spec``: ``bare`` (without that word), ``abs`` (without sign), ``words`` and ``feminine`` (in letters).
    """
    if claim.value is None or claim.qualifier in (Qualifier.RANGE, Qualifier.IMPRECISE):
        ends = [w.printed(x, claim.unit, claim.step) for x in (claim.low, claim.high) if x is not None]
        if len(ends) == 2:
            return w.between(ends[0], ends[1])
        number, key = (ends or [w.ui("not_available")])[0], "at_most" if claim.low is None else "at_least"
    else:
        value = abs(claim.value) if spec == "abs" else claim.value
        number, key = w.printed(value, claim.unit, claim.step), str(claim.qualifier)
        if spec in ("words", "feminine"):
            number = w.reading(Reading(claim.id, value, claim.unit, _ANY), spec)
    plain = spec == "bare" or not w.has_word("qualifiers", key)
    return number if plain else w.word("qualifiers", key).replace("#", number)


def claim_sentence(w: Words, claim: Claim) -> str:
    """Return a claim as a sentence of ours, its figure and period filled in.

    Raises :class:`WordsError` naming the claim for a mark that cannot be filled.
    """
    where = f"data/claims/{claim.document.id}.csv, {claim.id}, column 'text.{w.language}'"

    def filled(m: re.Match[str]) -> str:
        about, spec = m[1], m[2] or ""
        if about:
            if claim.period is None:
                raise WordsError(explain(where, m[0], "no period: the claim states none"))
            return span_of_days(w, claim.period) or w.period(claim.period, spec)
        if claim.unit == "date" or spec not in FORMS:
            raise WordsError(
                explain(where, m[0], "{claim}, {claim:bare}, {claim:abs}, {claim:words}; of a date {claim.period:in}")
            )
        return claim_figure(w, claim, spec)

    text = MARK.sub(filled, claim.text[w.language].strip())
    return w.typography(w.elided(text[:1].upper() + text[1:]))


def claim_locator(w: Words, claim: Claim) -> str:
    """Return the place of a claim: ``S4, ligne 53``."""
    return f"{claim.document.id}, {w.ui('line')} {claim.line}"


def document_entry(w: Words, document: Document) -> str:
    """Return a document for a list of them: id, title, author, date, and what is uncertain about it."""
    note = f" {escape(document.note[w.language])}" if document.note else ""
    title = escape(document.title[w.language])
    linked = f"[{title}]({document.url})" if document.url else title
    author, day = escape(document.author[w.language]), w.day(document.date)
    return w.typography(f"**{document.id}**{w.colon}{linked} ({author}, {day}).{note}")


# --- the verdict -------------------------------------------------------------------------------------------------


def verdict_words(w: Words, judgement: Judgement, *, within: bool) -> str:
    """Return a verdict in a word or two; ``within``: it is that from the document's own figures."""
    return w.word("verdicts_within" if within else "verdicts", str(judgement.verdict))


def reason_phrase(w: Words, claim: Claim, judgement: Judgement) -> str:
    """Return the reason of a verdict as a phrase."""
    stated, reason = claim.basis, judgement.reason
    if reason is Reason.BASIS:
        key = "basis_fits" if judgement.verdict.supports else "basis_stated" if stated else "basis_none"
    elif reason is Reason.PLAUSIBILITY:
        key = "plausibility" if judgement.verdict.supports else "implausible"
    else:
        differs = stated and Reason(register().bases[stated].kind) is reason
        key = f"{reason}_stated" if differs else str(reason)
    text = w.word("reasons", key)
    return w.typography(text.replace("{basis}", basis_name(w, judgement.basis or stated)))


def basis_name(w: Words, slug: str) -> str:
    """Return the name of a basis or of a measure of facts; empty for one that has no name."""
    bases, measures = register().bases, all_facts().measures
    if slug in bases:
        return bases[slug].name[w.language]
    return measures[slug][w.language] if slug in measures else ""


def one_line(w: Words, assessment: Assessment) -> str:
    """Return a claim and its verdict in one line, for a list of what changed."""
    claim, leading = assessment.claim, assessment.leading
    verdict = verdict_words(w, leading, within=assessment.leads_within)
    said = f"{verdict}, {reason_phrase(w, claim, leading)}"
    return f"{claim_sentence(w, claim)} ({claim_locator(w, claim)}){w.colon}{said}"


# --- what a claim was compared with ------------------------------------------------------------------------------


def comparison(w: Words, assessment: Assessment, outcome: TestOutcome) -> str:
    """Return what one test compared the claim with: the figure, its period, basis, series and publishers."""
    test, found = outcome.test, outcome.compared_with
    if test.verb == "undefined":
        return basis_name(w, assessment.claim.basis)
    if found is None and not test.within and test.verb not in _WITHOUT_FIGURE:
        return w.typography(f"{_compared_series(w, test)}{w.colon}{w.ui('no_comparison')}")
    head = _comparison_head(w, assessment.claim, outcome)
    if test.within:
        return w.typography(head if test.verb in _NAMED else f"{head} ({w.ui('same_document')})")
    about = [_series_titles(w, test)]
    if found is not None:
        about += [w.label(i) for i in found.items if is_label(i) or i in names_of("scopes")]
        shown = test.verb == "date" or found.period == assessment.claim.period
        basis = _other_basis(w, found)
        about += ["" if shown else when(w, found.period), "" if basis.lower() in about[0].lower() else basis]
    text = f"{head} – {', '.join(filter(None, dict.fromkeys(about)))}"
    source = [] if found is None else [_publishers(w, found), _weight(w, found)]
    told = w.semicolon.join(filter(None, source))
    return w.typography(f"{text} ({told})" if told else text)


def _weight(w: Words, found: Amount) -> str:
    """Return the weight of the pages that rows were read from; empty if they are the body's own."""
    of_pages = {p.grade for p in found.readings if p.source}
    weight = max(of_pages, key=list(Grade).index, default=Grade.PRIMARY)
    several = len({p.source for p in found.readings}) > 1
    return "" if weight is Grade.PRIMARY else w.word("grades_of_several" if several else "grades", str(weight))


def _compared_series(w: Words, test: ClaimTest) -> str:
    """Return the series of a test, and the period that it asks for."""
    dated = next((t.period for t in test.terms if t.period), None)
    return ", ".join([_series_titles(w, test), *([when(w, dated)] if dated else [])])


def _comparison_head(w: Words, claim: Claim, outcome: TestOutcome) -> str:
    """Return the words of the verb with their marks filled."""
    test, found = outcome.test, outcome.compared_with
    others = [all_claims()[t.claim] for t in test.terms if t.claim and t.claim != "self"]
    value = "" if found is None else _amount(w, found, claim)
    if test.verb == "same":
        other = others[0]
        value = w.period(other.period) if other.unit == "date" and other.period else claim_figure(w, other)
    elif found is None and test.verb != "unit_as":
        value = w.ui("not_available")
    marks = {
        "value": value,
        "derived": _amount(w, outcome.derived, claim) if outcome.derived else w.ui("not_available"),
        "period": w.ui("not_available") if found is None else when(w, found.period),
        "other": ", ".join(claim_figure(w, c) for c in others if c.unit != "date"),
        "claim": ", ".join(claim_locator(w, c) for c in others),
    }
    head = w.word("compared_with", test.verb)
    for key, text in marks.items():
        head = head.replace(f"{{{key}}}", text)
    return head


def _amount(w: Words, amount: Amount, claim: Claim) -> str:
    """Return a figure, or the range of those published or of a length of time, with at least the claim's digits."""
    low, high = round(amount.interval.low), round(amount.interval.high)
    if amount.unit == "months" and low < high:
        return w.range(replace(amount, values=(float(low), float(high))).reading())
    if claim.unit == amount.unit and claim.step < 10.0 ** -UNITS[amount.unit].decimals and len(amount.values) == 1:
        return w.printed(amount.values[0], amount.unit, claim.step)
    return w.range(amount.reading())


def when(w: Words, period: Period) -> str:
    """Return a period; a span of days from its first to its last."""
    return span_of_days(w, period) or w.period(period)


def span_of_days(w: Words, period: Period) -> str:
    """Return a span of days from its first to its last; empty for a period that covers whole months."""
    whole_months = (period.start.day, (period.end + timedelta(days=1)).day) == (1, 1)
    if period.frequency != "S" or whole_months:
        return ""
    return w.days(period.start, period.end)


def _series_titles(w: Words, test: ClaimTest) -> str:
    names = dict.fromkeys(t.series for t in test.terms if t.series)
    return " + ".join(describe_series(n).titles[w.language] for n in names)


def _publishers(w: Words, found: Amount) -> str:
    """Return the publishers that the rows of a figure name, or else the publishers of its series, by initials.

    If there are more than two, their number; the sources of the page give the names in full.
    """
    rates = set(project().conversions.values())
    of_series = [describe_series(n).publisher for n in found.inputs if n not in rates]
    named = [w.label(p) for p in found.publishers] or [p[w.language] for p in of_series if p]
    short = dict.fromkeys(m[1] if (m := re.search(r"\(([^()]+)\)$", n)) else n for n in named)
    return w.ui("publishers").format(count=len(short)) if len(short) > 2 else ", ".join(short)


def _other_basis(w: Words, found: Amount) -> str:
    """Return the name of the basis, unless the titles of the series state it."""
    about, bases = register(), register().bases
    averaged = bases[found.basis].mean_of if found.basis in bases else ""
    if averaged and any(describe_series(n).basis == averaged for n in found.inputs):
        return w.ui("mean_of_rates")  # which is not the growth of the average index
    return "" if about.plain_from_titles(found.basis) else basis_name(w, found.basis)


# --- faults ------------------------------------------------------------------------------------------------------


def sentence_faults() -> list[str]:
    """Return the faults in the sentences of all claims: marks that cannot be filled, typed digits, differing marks."""
    found = []
    books = [Words(k) for k in project().languages]
    for claim in all_claims().values():
        where = f"data/claims/{claim.document.id}.csv, {claim.id}"
        marks = {w.language: sorted(m[1] or "claim" for m in MARK.finditer(claim.text[w.language])) for w in books}
        if any(m != marks[books[0].language] for m in marks.values()):
            listed = " and ".join(map(str, marks.values()))
            found.append(explain(where, listed, f"the same figures in {' and '.join(marks)}"))
        for w in books:
            at = f"{where}, column 'text.{w.language}'"
            text = MARK.sub("", claim.text[w.language])
            if claim.period and "{claim.period" not in claim.text[w.language]:
                found.append(explain(at, f"no period, which the claim has ({claim.period})", "a mark {claim.period}"))
            if re.search(r"(?<![A-Za-z0-9])\d", text):
                found.append(explain(at, f"a digit typed in {text[:60]!r}", "a mark"))
            try:
                if not claim_sentence(w, claim).endswith("."):
                    found.append(explain(at, "no full stop", "a whole sentence"))
            except WordsError as e:
                found.append(str(e))
    return found
