"""The table of claims in a language: a claim, its verdict within the document, against published figures, evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kzreport.claims.claim import Claim, Qualifier
from kzreport.claims.distance import Distance, fulfilled, nearest_distance
from kzreport.claims.facts import Fact, all_facts
from kzreport.claims.outcomes import Assessment, Judgement, Reason, TestOutcome
from kzreport.claims.sentences import (
    basis_name,
    claim_locator,
    claim_sentence,
    comparison,
    reason_phrase,
    verdict_words,
    when,
)
from kzreport.claims.verdict import Verdict
from kzreport.language.words import Words
from kzreport.units import UNITS, last_digit

_SILENT = (Reason.NO_SERIES, Reason.ASIDE, Reason.PLAN)  # within a document: nothing was compared
_IN_THE_HEAD = (Reason.SERIES, Reason.WITHIN)  # what the head of the column says already
_MOST_LINKS = 2


def table_cells(w: Words, a: Assessment, as_of: date = date.max) -> tuple[str, tuple[str, str], tuple[str, str], str]:
    """Return a row of the table: the claim with its place; two verdicts, each a word and what follows; the evidence.

    Lines inside a cell are separated by a line feed. A figure of a period that is not over on ``as_of`` is not told as
    missing.
    """
    claim = a.claim
    stated = f"{claim_sentence(w, claim)} ({claim_locator(w, claim)})"
    lines = list(dict.fromkeys(_evidence(w, a, as_of)))
    return stated, _within(w, a), _published(w, a), "\n".join(lines) or "–"


def _within(w: Words, a: Assessment) -> tuple[str, str]:
    if a.within.verdict is Verdict.UNVERIFIABLE:
        return "", "–" if a.within.reason in _SILENT else f"{_sentence(reason_phrase(w, a.claim, a.within))}"
    own = [o for o in a.outcomes if o.test.within]
    return verdict_words(w, a.within, within=True), _told(w, a.claim, a.within, own)


def _published(w: Words, a: Assessment) -> tuple[str, str]:
    """Return the verdict on published figures, the outcome of a plan, the data still needed, the corrected verdict."""
    claim = a.claim
    lines = [_told(w, claim, a.published, [o for o in a.outcomes if not o.test.within])]
    lines += [
        _sentence(w.ui("plan_fulfilled").format(share=w.quantity(share, "percent", digits=0)))
        for o in a.outcomes
        if (share := fulfilled(claim, o)) is not None
    ]
    if claim.needs and not a.published.verdict.decided:
        lines.append(w.typography(f"{w.ui('needs')}{w.colon}{lowered(claim.needs[w.language])}"))
    if a.corrected:
        word = verdict_words(w, a.corrected.published, within=False).lower()
        reason = _reason(w, a.corrected.claim, a.corrected.published)
        found = ", ".join(filter(None, (word, reason)))
        lines.append(w.typography(f"{_as_corrected(w, claim, a.corrected.claim)}{w.colon}{found}."))
    return verdict_words(w, a.published, within=False), "\n".join(lines)


def _as_corrected(w: Words, claim: Claim, corrected: Claim) -> str:
    """Say that a claim is judged as corrected, and what the correction is where it is one of period or basis."""
    period = when(w, corrected.period) if corrected.period and corrected.period != claim.period else ""
    basis = basis_name(w, corrected.basis) if corrected.basis != claim.basis else ""
    named = ", ".join(filter(None, (period, basis)))
    return f"{w.ui('as_corrected')} ({named})" if named else w.ui("as_corrected")


def _told(w: Words, claim: Claim, judgement: Judgement, outcomes: Sequence[TestOutcome]) -> str:
    """Return reason and distance after the word of a verdict."""
    against = judgement.verdict in (Verdict.INCONSISTENT, Verdict.DOUBTFUL)
    measured = [judgement.decisive, *outcomes] if against and judgement.decisive else []
    gap = nearest_distance(claim, [o for o in measured if o])
    told = [_reason(w, claim, judgement), distance_phrase(w, gap) if gap else ""]
    text = w.semicolon.join(filter(None, told))
    return w.typography(f" – {text}.") if text else ""


def _reason(w: Words, claim: Claim, judgement: Judgement) -> str:
    return "" if judgement.reason in _IN_THE_HEAD else reason_phrase(w, claim, judgement)


def distance_phrase(w: Words, d: Distance) -> str:
    """Return a distance in words: ``6 de plus que le chiffre publié``, ``9 mois plus tard``."""
    size = abs(d.value)
    later = "more" if d.value > 0 else "less"
    if d.dated:
        amount = w.count(int(size), "days") if d.unit == "days" else w.quantity(size, d.unit)
        return w.ui("dated_later" if d.value > 0 else "dated_earlier").format(amount=amount)
    amount = w.count(round(size), "places") if d.unit == "rank" else w.printed(size, d.unit, d.step)
    if d.unsigned:
        return w.ui("distance_gap").format(amount=amount)
    unit = UNITS[d.unit]
    kind = "_multiple" if unit.times else "_counted" if unit.counted and d.value < 0 else ""
    key = f"distance_{later}{kind}_several" if d.several else f"distance_{later}{kind}"
    bound = w.word("qualifiers", "at_least").replace("#", amount) if d.at_least else amount
    return w.ui(key).format(amount=bound)


def _evidence(w: Words, a: Assessment, as_of: date) -> Iterator[str]:
    several = len(a.outcomes) > 1
    told: list[str] = []
    for o in a.outcomes:
        if o.compared_with is None and any(t.period and t.period.end > as_of for t in o.test.terms):
            continue
        told += _held_against(w, a, o, several)
    yield from told
    if a.claim.evidence:
        url = f" {a.claim.evidence_url}" if a.claim.evidence_url else ""
        yield w.typography(a.claim.evidence[w.language]) + url
    if a.corrected:
        for o in a.corrected.outcomes:
            for line in _held_against(w, a.corrected, o, several=False):
                if line not in told:  # that it also judges the claim as corrected is said in the column before
                    yield f"{w.ui('as_corrected')}{w.colon}{line}"


def _held_against(w: Words, a: Assessment, outcome: TestOutcome, several: bool) -> Iterator[str]:
    """Return one line for what a series or the document says, and one for each fact."""
    found = outcome.compared_with
    rows = found.rows if found else ()
    facts = [all_facts().facts[r.table] for r in rows if r.fact]
    if facts:
        yield from (fact_line(w, f) for f in facts)
        return
    if any(t.fact for t in outcome.test.terms):
        measures = dict.fromkeys(t.fact for t in outcome.test.terms if t.fact)
        names = ", ".join(all_facts().measures[m][w.language] for m in measures)
        yield _sentence(w.typography(f"{names}{w.colon}{w.ui('no_fact')}"))
        return
    text = comparison(w, a, outcome)
    verdict = w.word("verdicts", str(outcome.verdict)).lower()
    judges = found is not None or outcome.test.within or outcome.test.verb == "undefined"
    silent = outcome.reason in (Reason.BASES_DIFFER, Reason.WEAK) or a.published.reason is Reason.PART
    if several and judges and outcome.test.verb != "outcome" and not silent:
        text = f"{text}{w.colon}{verdict}"
    links = list(dict.fromkeys(r.url for r in rows if r.url.startswith("https://")))
    yield " ".join([text, *links[:_MOST_LINKS]])


def fact_line(w: Words, f: Fact) -> str:
    """Return a fact in one line: its measure, figure, period, its source and the weight of that, its address."""
    about = all_facts()
    measure = about.measures[f.measure][w.language]
    figure = "" if f.unit == "date" else fact_figure(w, f)
    day = when(w, f.period)
    publisher = about.publishers[f.publisher][w.language] if f.publisher else ""
    both = w.ui("as_told_by").format(publisher=publisher, via=f.via)
    source = both if publisher and f.via else publisher or f.via
    marks = [*([day] if figure else []), source, w.word("grades", str(f.grade))]  # not "1, 12 juin": a number, a day
    if f.dated == "seen":
        marks.append(w.ui("undated_page").format(day=w.day(f.published)))
    note = f" {f.note[w.language]}" if f.note else ""
    line = f"{_sentence(measure, stop='')}{w.colon}{figure or day} ({w.semicolon.join(marks)}).{note}"
    return f"{w.typography(line)} {f.url}"


def fact_figure(w: Words, f: Fact) -> str:
    """Return the figure of a fact after the word that qualifies it."""

    def number(value: float) -> str:
        return w.printed(value, f.unit, last_digit(value))

    if f.value is None or f.qualifier in (Qualifier.RANGE, Qualifier.IMPRECISE):
        ends = [number(x) for x in (f.low, f.high) if x is not None]
        return w.between(ends[0], ends[-1])
    text, key = number(f.value), str(f.qualifier)
    return w.word("qualifiers", key).replace("#", text) if w.has_word("qualifiers", key) else text


def lowered(text: str) -> str:
    """Return a sentence as it goes on after a colon: its first letter small."""
    return text[:1].lower() + text[1:]


def _sentence(text: str, stop: str = ".") -> str:
    return f"{text[:1].upper()}{text[1:]}{stop}"


def since(w: Words, then: Verdict, day: date) -> str:
    """Return the verdict of the edition before."""
    words = w.word("verdicts", str(then)).lower()
    return w.typography(w.ui("turned_since").format(verdict=words, date=w.day(day)))
