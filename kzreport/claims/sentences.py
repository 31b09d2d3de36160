"""Claims, verdicts and the figures a claim is compared with, in a language.

The words stand in ``kzreport/language/furniture.yml`` (shared ones) and in ``data/claims/`` (each claim's sentence, the
names of documents and bases).
"""

from __future__ import annotations

import re
from datetime import timedelta

from kzreport.claims import ledger as claims
from kzreport.claims.evidence import FOR_IT, Amount, Reason
from kzreport.claims.ledger import Claim, Document, Qualifier
from kzreport.claims.tests import Trial
from kzreport.claims.verdicts import Judgement, Tried
from kzreport.errors import WordsError, explain
from kzreport.language.names import is_label
from kzreport.language.sentences import escape
from kzreport.language.words import Words
from kzreport.model import Period
from kzreport.project import project
from kzreport.series.resource import describe_series, names_of
from kzreport.units import UNITS

_MARK = re.compile(r"\{claim(?:\.(period))?(?::([a-z]+))?\}")
_SPECS = ("", "bare", "abs")


def figure(w: Words, claim: Claim, spec: str = "") -> str:
    """The figure of a claim as printed, after the word that qualifies it: ``plus de 50 milliards de dollars``.

    ``spec``: ``bare`` (without that word), ``abs`` (without sign).
    """
    if claim.value is None or claim.qualifier in (Qualifier.RANGE, Qualifier.IMPRECISE):
        ends = [w.printed(x, claim.unit, claim.step) for x in (claim.low, claim.high) if x is not None]
        if len(ends) == 2:
            return w.between(ends[0], ends[1])
        number, key = (ends or [w.ui("not_available")])[0], "at_most" if claim.low is None else "at_least"
    else:
        value = abs(claim.value) if spec == "abs" else claim.value
        number, key = w.printed(value, claim.unit, claim.step), str(claim.qualifier)
    plain = spec == "bare" or not w.has_word("qualifiers", key)
    return number if plain else w.word("qualifiers", key).replace("#", number)


def sentence(w: Words, claim: Claim) -> str:
    """What a claim says, in our own words, its figure and period filled in.

    Raises :class:`WordsError` naming the claim for a mark that cannot be filled.
    """
    where = f"data/claims/{claim.document.id}.csv, {claim.id}, column '{w.language}'"

    def one(m: re.Match[str]) -> str:
        about, spec = m[1], m[2] or ""
        if about:
            if claim.period is None:
                raise WordsError(explain(where, m[0], "no period: the claim states none"))
            return w.period(claim.period, spec)
        if claim.unit == "date" or spec not in _SPECS:
            raise WordsError(explain(where, m[0], "{claim}, {claim:bare}, {claim:abs}; of a date {claim.period:in}"))
        return figure(w, claim, spec)

    filled = _MARK.sub(one, claim.text[w.language].strip())
    if "{" in filled or "}" in filled:
        raise WordsError(explain(where, repr(filled[:80]), "marks such as {claim}, {claim:bare}, {claim.period:in}"))
    return w.typography(w.elided(filled[:1].upper() + filled[1:]))


def locator(w: Words, claim: Claim) -> str:
    """Where a claim stands: ``S4, ligne 53``."""
    return f"{claim.document.id}, {w.ui('line')} {claim.line}"


def verdict(w: Words, judged: Judgement) -> str:
    """The verdict in a word or two."""
    return w.word("verdicts", str(judged.verdict))


def reason(w: Words, judged: Judgement) -> str:
    """Why the verdict is what it is, as a phrase."""
    stated = judged.claim.basis
    if judged.reason is Reason.BASIS:
        pair = judged.decisive is not None and judged.decisive.test.verb == "same"
        key = "basis_fits" if judged.verdict in FOR_IT else "basis_stated" if stated else "basis_none"
        key = "basis_other" if pair else key
    elif judged.reason is Reason.PLAUSIBILITY:
        key = "plausibility" if judged.verdict in FOR_IT else "implausible"
    else:
        key = f"{judged.reason}_stated" if stated and judged.reason in claims.KINDS else str(judged.reason)
        if not w.has_word("reasons", key) or claims.bases().get(stated, {}).get("kind") != judged.reason:
            key = str(judged.reason)
    text = w.word("reasons", key)
    return w.typography(text.replace("{basis}", basis(w, judged.basis or stated)))


def basis(w: Words, slug: str) -> str:
    """The name of a basis; nothing for none."""
    return claims.bases()[slug][w.language] if slug in claims.bases() else ""


def _amount(w: Words, a: Amount, claim: Claim) -> str:
    """A figure, or the range of those published, with no fewer digits than the claim has."""
    if claim.unit == a.unit and claim.step < 10.0 ** -UNITS[a.unit].decimals and len(a.values) == 1:
        return w.printed(a.values[0], a.unit, claim.step)
    return w.range(a.reading())


def _when(w: Words, p: Period) -> str:
    """A period; a span of days from its first to its last."""
    if p.frequency == "S" and (p.start.day, (p.end + timedelta(days=1)).day) != (1, 1):
        return w.ui("from_to").format(first=w.day(p.start), last=w.day(p.end))
    return w.period(p)


def _series(w: Words, test: Trial) -> str:
    """The series that a test draws on, by title."""
    names = dict.fromkeys(t.series for o in test.operands for t in o if t.series)
    return " + ".join(describe_series(n).titles[w.language] for n in names)


def _publishers(w: Words, found: Amount) -> str:
    """Who published a figure: those its rows name, else those of its series, by initials; a number where they are many.

    The sources of the page give their names in full.
    """
    whole = [describe_series(n).publisher for n in found.inputs if n != "eur_per_usd"]
    named = [w.label(p) for p in found.publishers] or [p[w.language] for p in whole if p]
    short = dict.fromkeys(m[1] if (m := re.search(r"\(([^()]+)\)$", n)) else n for n in named)
    return w.ui("publishers").format(count=len(short)) if len(short) > 2 else ", ".join(short)


def held(w: Words, judged: Judgement, tested: Tried) -> str:
    """What one test held the claim against: the figure, its period, basis, series and publishers."""
    test, found = tested.test, tested.held
    others = [claims.claims()[t.claim] for o in test.operands for t in o if t.claim and t.claim != "self"]
    value = "" if found is None else _amount(w, found, judged.claim)
    if test.verb == "same":
        other = others[0]
        value = w.period(other.period) if other.unit == "date" and other.period else figure(w, other)
    elif test.verb == "undefined":
        return basis(w, judged.claim.basis)
    elif found is None and test.verb != "unit_as":
        value = w.ui("not_available")
    marks = {
        "value": value,
        "left": _amount(w, tested.left, judged.claim) if tested.left else w.ui("not_available"),
        "period": w.ui("not_available") if found is None else _when(w, found.period),
        "other": ", ".join(figure(w, c) for c in others if c.unit != "date"),
        "claim": ", ".join(locator(w, c) for c in others),
    }
    head = w.word("held", test.verb)
    for key, text in marks.items():
        head = head.replace(f"{{{key}}}", text)
    if test.within:
        return w.typography(head if test.verb in ("same", "unit_as") else f"{head} ({w.ui('same_document')})")
    about = [_series(w, test)]
    if found is None:
        dated = next((t.period for o in test.operands for t in o if t.period), None)
        about += [_when(w, dated)] if dated else []
    else:
        about += [w.label(i) for i in found.items if is_label(i) or i in names_of("scopes")]
        shown = test.verb == "date" or found.period == judged.claim.period
        of_basis = _other_basis(w, found)
        about += ["" if shown else _when(w, found.period), "" if of_basis.lower() in about[0].lower() else of_basis]
    text = f"{head} – {', '.join(filter(None, about))}"
    publishers = "" if found is None else _publishers(w, found)
    return w.typography(f"{text} ({publishers})" if publishers else text)


def _other_basis(w: Words, found: Amount) -> str:
    """The basis, unless the titles of the series say it already."""
    if found.basis == "annual_average" and any(describe_series(n).basis == "yy_month" for n in found.inputs):
        return w.ui("mean_of_rates")  # which is not the growth of the average index
    return "" if found.basis in ("exports", "imports", "turnover") else basis(w, found.basis)


def document(w: Words, d: Document) -> str:
    """A document for a list of them: id, title, author, date, and what is uncertain about it."""
    note = f" {escape(d.note[w.language])}" if d.note else ""
    title = f"[{escape(d.title[w.language])}]({d.url})" if d.url else escape(d.title[w.language])
    text = f"**{d.id}**{w.colon}{title} ({escape(d.author[w.language])}, {w.day(d.date)}).{note}"
    return w.typography(text)


def cells(w: Words, judged: Judgement) -> tuple[str, ...]:
    """A row of the table of claims: where, what is claimed, what it is held against, the verdict. Lines inside a cell
    are apart by a line feed; the last ones say what the claim comes to with the evidence."""
    several = len(judged.tested) > 1
    against = [_one_test(w, judged, t, several) for t in judged.tested]
    said = [f"{verdict(w, judged)} – {reason(w, judged)}."]
    if judged.claim.evidence:
        url = judged.claim.evidence_url
        against.append(w.typography(judged.claim.evidence[w.language]) + (f" ({url})" if url else ""))
    if judged.corrected:
        twin = judged.corrected
        against += [f"{w.ui('as_corrected')}{w.colon}{_one_test(w, twin, t, False)}" for t in twin.tested]
        said.append(f"{w.ui('as_corrected')}{w.colon}{verdict(w, twin).lower()}, {reason(w, twin)}.")
    return locator(w, judged.claim), sentence(w, judged.claim), "\n".join(against) or "–", "\n".join(said)


def _one_test(w: Words, judged: Judgement, tested: Tried, several: bool) -> str:
    text = held(w, judged, tested)
    if not several or tested.test.verb == "outcome":  # what became of a plan is not judged
        return text
    return f"{text}{w.colon}{w.word('verdicts', str(tested.verdict)).lower()}"


def described(w: Words, judged: Judgement) -> str:
    """A claim and its verdict in one line, for a list of what changed."""
    return f"{sentence(w, judged.claim)} ({locator(w, judged.claim)}){w.colon}{verdict(w, judged)}, {reason(w, judged)}"


def faults() -> list[str]:
    """What is wrong with the sentences of all claims: marks that cannot be filled, digits typed, other marks."""
    found = []
    books = [Words(k) for k in project().languages]
    for claim in claims.claims().values():
        where = f"data/claims/{claim.document.id}.csv, {claim.id}"
        marks = [sorted(m[1] or "claim" for m in _MARK.finditer(claim.text[k])) for k in project().languages]
        if any(own != marks[0] for own in marks):
            shown = " and ".join(map(str, marks))
            found.append(explain(where, shown, f"the same figures in {', '.join(project().languages)}"))
        for w in books:
            text = _MARK.sub("", claim.text[w.language])
            if re.search(r"(?<![A-Za-z0-9])\d", text):
                found.append(explain(f"{where}, column '{w.language}'", f"a digit typed in {text[:60]!r}", "a mark"))
            try:
                if not sentence(w, claim).endswith("."):
                    found.append(explain(f"{where}, column '{w.language}'", "no full stop", "a whole sentence"))
            except WordsError as e:
                found.append(str(e))
    return found
