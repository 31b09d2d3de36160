"""The re-exports page: one trade as two reporters record it, and the change of the gap between them."""

from __future__ import annotations

from kzreport.declare import reads
from kzreport.indicators import growth, mirror, readings, trade
from kzreport.model import Groups, Period, Reading, Series, Status

# What two reporters print of one trade, and Kazakhstan's own tables by partner.
REPORTED = {"found": "reexport_readings", "exports": "exports_by_partner", "imports": "imports_by_partner"}
BAND = Reading(
    "cif", (mirror.CIF.low + mirror.CIF.high) / 2, "ratio", Period.parse("2000"), interval=mirror.CIF, estimated=True
)


def _said(found: Series, **dims: str) -> dict[Period, Reading]:
    """Period -> what a reporter says; of several publishers the last in the table's order."""
    return {
        o.period: Reading(found.name, o.value, found.unit, o.period, basis=dims["flow"], item=o.dims["reporter"],
                          inputs=(found.name,))
        for o in found.where(**dims)
        if o.value is not None
    }  # fmt: skip


def _own(exports: Series, imports: Series, partner: str, flow: str, period: Period) -> Reading:
    """Return the figure of Kazakhstan's tables by partner for a year."""
    none = Reading.missing("trade", "musd", period, inputs=(exports.name, imports.name))
    x, m = (readings.at(s.where(partner=partner), period) if len(s) else none for s in (exports, imports))
    if flow == "turnover":
        return trade.turnover(x, m) if x.ok and m.ok else none
    return x if flow == "exports" else m


def _turnovers(found: Series, exports: Series, imports: Series) -> dict[Period, tuple[Reading, Reading]]:
    """Period -> trade with China as China and as Kazakhstan report it, where both do."""
    theirs = _said(found, goods="all", flow="turnover", reporter="CHN")
    printed = _said(found, goods="all", flow="turnover", reporter="KAZ")
    sides = {}
    for p, r in sorted(theirs.items()):
        own = printed.get(p) or _own(exports, imports, "CHN", "turnover", p)
        if own.ok:
            sides[p] = (r, own.of(item="KAZ"))
    return sides


@reads(**REPORTED)
def china(found: Series, exports: Series, imports: Series) -> Groups:
    """Trade with China, a group for each period: what China reports, then what Kazakhstan does; million dollars."""
    return {str(p): pair for p, pair in _turnovers(found, exports, imports).items()}


@reads(**REPORTED)
def china_table(found: Series, exports: Series, imports: Series) -> Groups:
    """The same as columns, with China's figure over Kazakhstan's, the gap, and its change on the year before."""
    sides = _turnovers(found, exports, imports)
    gaps = {p: mirror.mirror(theirs, own) for p, (theirs, own) in sides.items()}
    years = [p for p in gaps if p.year_before() in gaps]
    return {
        "reported_CHN": tuple(r for r, _ in sides.values()),
        "reported_KAZ": tuple(r for _, r in sides.values()),
        "ratio": tuple(mirror.mirror(own, theirs)["ratio"].of(digits=2) for theirs, own in sides.values()),
        "gap": tuple(found["gap"].of(item="") for found in gaps.values()),
        "gap_change": tuple(mirror.change_of_gap(gaps[p], gaps[p.year_before()]) for p in years),
    }


@reads(**REPORTED)
def china_latest(found: Series, exports: Series, imports: Series) -> dict[str, Reading]:
    """The latest period of both: ``theirs``, ``own``, their ``ratio`` and ``relative`` gap; its ``change``.

    ``change``: from the year before to the latest year; it chooses the sentence.
    """
    table = china_table(found, exports, imports)
    if not table["ratio"]:
        none = Reading.missing("mirror", "musd", Period.parse(str(found.as_of.year - 1)), inputs=(found.name,))
        names = ("theirs", "own")
        ratio = none.of(unit="multiple")
        return {**dict.fromkeys(names, none), "ratio": ratio, "relative": none.of(unit="percent"), "change": none}
    theirs, own = table["reported_CHN"][-1], table["reported_KAZ"][-1]
    pair = mirror.mirror(own, theirs)
    last = table["gap"][-1]
    none = last.of(value=None, status=Status.MISSING_INPUT, unit="musd_change")
    return {
        "theirs": theirs,
        "own": own,
        "ratio": table["ratio"][-1],
        "relative": pair["relative"],
        "change": next((r for r in table["gap_change"] if r.period == last.period), none),
    }


@reads(**REPORTED)
def china_flow(found: Series, exports: Series, imports: Series, flow: str) -> dict[str, Reading]:
    """One direction in the latest year of which China gave it: ``sent``, ``received``, ``ratio``, the CIF ``band``.

    ``flow`` is seen from Kazakhstan. ``place``: where the ratio lies, down below the band, up above it, flat inside.
    """
    seen = {"imports": "exports", "exports": "imports"}[flow]
    theirs = _said(found, goods="all", flow=seen, reporter="CHN")
    both = [(r, _own(exports, imports, "CHN", flow, p)) for p, r in sorted(theirs.items())]
    both = [(r, own) for r, own in both if own.ok]
    if not both:
        none = Reading.missing("mirror", "musd", Period.parse(str(found.as_of.year - 1)), inputs=(found.name,))
        ratio = none.of(unit="ratio")
        return {"sent": none, "received": none, "ratio": ratio, "place": ratio, "band": BAND}
    partner, own = both[-1]
    sent, received = (partner, own) if flow == "imports" else (own, partner)
    ratio = mirror.mirror(sent, received)["ratio"].of(digits=2)
    value = ratio.value or 0.0
    place = value - min(max(value, mirror.CIF.low), mirror.CIF.high)
    return {"sent": sent, "received": received, "ratio": ratio, "place": ratio.of(value=place), "band": BAND}


def _lithuania(found: Series) -> list[tuple[Reading, Reading]]:
    sent = _said(found, goods="dual_use", flow="exports", reporter="LTU")
    received = _said(found, goods="dual_use", flow="imports", reporter="KAZ")
    return [(sent[p], received[p]) for p in sorted(sent) if p in received]


@reads(found="reexport_readings")
def lithuania(found: Series) -> Groups:
    """Dual-use goods from Lithuania, a group for each span: what Lithuania sent, then what Kazakhstan received."""
    return {str(x.period): (x, m) for x, m in _lithuania(found)}


@reads(found="reexport_readings")
def electronics(found: Series) -> dict[str, Reading]:
    """Exports of electronics to Russia in the latest part of a year: ``now``, ``before`` and ``times`` it (a multiple).

    ``before``: the same months a year earlier, of the same publisher; all are missing without both.
    """
    rows = found.where(goods="electronics", flow="exports", reporter="KAZ", partner="RUS")
    said = {
        (o.period, o.dims["publisher"]): Reading(
            "exports", o.value, found.unit, o.period, basis="exports", item=o.dims["publisher"], inputs=(found.name,)
        )
        for o in rows
        if o.value is not None
    }
    pairs = [(r, said[p.year_before(), who]) for (p, who), r in sorted(said.items()) if (p.year_before(), who) in said]
    if not pairs:
        none = Reading.missing("exports", "musd", Period.parse(str(found.as_of.year - 1)), inputs=(found.name,))
        return {"now": none, "before": none, "times": none.of(unit="multiple")}
    now, before = pairs[-1]
    return {"now": now, "before": before, "times": growth.multiple(now, before)}


@reads(theirs=china, sent=lithuania)
def either(theirs: Groups, sent: Groups) -> Groups:
    """Figures of two reporters on trade with China and dual-use goods: one is enough of a subject."""
    return {**theirs, **sent}


@reads(found="reexport_readings")
def ghosts(found: Series) -> dict[str, Reading]:
    """The gap ``before`` and ``after`` February 2022, million dollars, and its ``change``, with the four figures."""
    spans = _lithuania(found)
    if len(spans) < 2:
        none = Reading.missing("mirror", "musd", Period.parse(str(found.as_of.year - 1)), inputs=(found.name,))
        return dict.fromkeys(("sent_before", "received_before", "sent", "received", "before", "after", "change"), none)
    (x0, m0), (x1, m1) = spans[0], spans[-1]
    old, new = mirror.mirror(x0, m0), mirror.mirror(x1, m1)
    return {
        "sent_before": x0,
        "received_before": m0,
        "sent": x1,
        "received": m1,
        "before": old["gap"],
        "after": new["gap"],
        "change": mirror.change_of_gap(new, old, adjoining=True),
    }
