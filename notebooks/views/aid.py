"""The aid page: shipments stage by stage, their loads, money by recipient, and what it comes to for each person.

Stages are columns and markers, never terms of a sum: a total adds different shipments at one stage.
"""

from __future__ import annotations

import math

from kzreport.declare import reads
from kzreport.indicators import aid, growth, ranking
from kzreport.model import Groups, Observation, Period, Reading, Series, Status

_TOLD = ("first", "second", "third")  # the recipients of money that a sentence names


def _none(series: Series, unit: str) -> Reading:
    return Reading.missing("aid", unit, Period.parse(str(series.as_of.year - 1)), inputs=(series.name,))


def _digits(value: float | None) -> int:
    """As many decimals as were printed."""
    return len(f"{value:.10g}".partition(".")[2]) if value is not None else 0


def _reading(series: Series, o: Observation, item: str) -> Reading:
    about = f"{item}|at_least" if o.dims.get("bound") == "lower" else item
    stage, inputs = o.dims.get("stage", ""), (series.name,)
    return Reading(
        series.name, o.value, series.unit, o.period, basis=stage, item=about, inputs=inputs, digits=_digits(o.value)
    )


def _name(o: Observation) -> str:
    """Recipient and month of a shipment, as its identifier has them: ``AFG|2025-04``."""
    country, *rest = o.dims["shipment"].split("-")
    return f"{country.upper()}|{'-'.join(part for part in rest if part.isdigit())}"


def _mass(series: Series, o: Observation) -> Reading:
    content = o.dims["content"]
    return _reading(series, o, _name(o) + ("" if content == "mixed" else f"|{content}"))


def _known(series: Series, recipient: str = "", **dims: str) -> list[Observation]:
    wanted = {**dims, **({"recipient": recipient} if recipient else {})}
    kept = [o for o in series.where(**wanted) if o.value is not None]
    return sorted(kept, key=lambda o: (o.period.end, o.dims.get("shipment", "")), reverse=True)


@reads("aid_tonnes", "aid_wagons")
def headline(aid_tonnes: Series, aid_wagons: Series) -> dict[str, Reading]:
    """The latest delivery of which somebody reported the mass: ``mass`` (tonnes; its item the recipient).

    - ``least``: the mass if the text gives it as "at least"; missing otherwise; ``exact``: the other way round
    - ``pure``: the mass if it is of one content, which is its item; missing otherwise
    - ``wagons``: those of a later delivery, of which the mass is not known (the item the recipient); missing otherwise
    """
    delivered, none = _known(aid_tonnes, stage="delivered"), _none(aid_tonnes, "tonne")
    if not delivered:
        return {**dict.fromkeys(("mass", "least", "exact", "pure"), none), "wagons": none.of(unit="wagon")}
    last = max(delivered, key=lambda o: (o.period.end, o.value))
    mass = _mass(aid_tonnes, last).of(item=last.dims["recipient"])
    mass, content = mass.of(digits=None) if (mass.value or 0.0) >= 100 else mass, last.dims["content"]
    later = [o for o in _known(aid_wagons, stage="delivered") if o.period.end > last.period.end]
    return {
        "mass": mass,
        "least": mass if last.dims["bound"] == "lower" else none,
        "exact": mass if last.dims["bound"] != "lower" else none,
        "pure": mass.of(item=content) if content != "mixed" else none,
        "wagons": _reading(aid_wagons, later[0], later[0].dims["recipient"]) if later else none.of(unit="wagon"),
    }


@reads("aid_tonnes")
def shipments(aid_tonnes: Series, rows: int, recipient: str = "") -> Groups:
    """The latest shipments, tonnes: a group for each stage, what arrived first; the shipment is the item."""
    found: dict[str, list[Reading]] = {}
    for o in _known(aid_tonnes, recipient)[:rows]:
        found.setdefault(o.dims["stage"], []).append(_mass(aid_tonnes, o))
    return {s: tuple(found[s]) for s in reversed(aid.STAGES) if s in found}


@reads("aid_tonnes", "aid_wagons")
def stages(aid_tonnes: Series, aid_wagons: Series, recipient: str = "") -> Groups:
    """A column for each stage (tonnes), for wagons and for tonnes a wagon; a row for each shipment."""
    found: dict[str, list[Reading]] = {s: [] for s in ("announced", "shipped", "delivered")}
    for o in _known(aid_tonnes, recipient):
        found[o.dims["stage"]].append(_mass(aid_tonnes, o))
    weighed = loads(aid_tonnes, aid_wagons, recipient)
    counted = {r.item: r for r in (_reading(aid_wagons, o, _name(o)) for o in _known(aid_wagons, recipient))}
    found |= {"wagons": list(counted.values()), "load": [r for r in weighed if r.ok]}
    return {k: tuple(g) for k, g in found.items()}


@reads("aid_tonnes", "aid_wagons")
def loads(aid_tonnes: Series, aid_wagons: Series, recipient: str = "") -> tuple[Reading, ...]:
    """Tonnes a wagon of each shipment at its latest stage, mass and wagons from one publisher.

    Estimated (a minimum) where only some of the goods are given in tonnes. A shipment of unknown mass is missing.
    """
    found: dict[str, Reading] = {}
    for o in sorted(_known(aid_wagons, recipient), key=lambda o: aid.STAGES.index(o.dims["stage"])):
        name, stage = _name(o), o.dims["stage"]
        wagons = _reading(aid_wagons, o, name)
        same = {k: o.dims[k] for k in ("shipment", "stage", "publisher")}
        parts = [_mass(aid_tonnes, m) for m in _known(aid_tonnes, **same)]
        if parts:
            mass = aid.stage_total(parts).of(item=name, estimated=any(p.item != name for p in parts))
        else:
            mass = Reading.missing("mass", "tonne", o.period, basis=stage, item=name, inputs=(aid_tonnes.name,))
        found[name] = aid.load(mass, wagons)
    return tuple(sorted(found.values(), key=lambda r: r.period.end, reverse=True))


@reads("aid_tonnes", "aid_wagons")
def load_groups(aid_tonnes: Series, aid_wagons: Series) -> Groups:
    """:func:`loads`, those to be checked in a group of their own, minima in another."""
    known = [r for r in loads(aid_tonnes, aid_wagons) if r.ok]
    odd = [r.item for r in aid.unusual(known)]
    found = {
        "plausible": tuple(r for r in known if r.item not in odd and not r.estimated),
        "minimum_load": tuple(r for r in known if r.estimated),
        "to_check": tuple(r for r in known if r.item in odd),
    }
    return {k: rows for k, rows in found.items() if rows}


@reads("aid_tonnes", "aid_wagons")
def flagged(aid_tonnes: Series, aid_wagons: Series) -> dict[str, Reading]:
    """The load that stands out: ``flagged``, with the ``least`` and ``most`` of the others; missing if none does."""
    groups = load_groups(aid_tonnes, aid_wagons)
    fair = sorted(groups.get("plausible", ()), key=lambda r: r.value or 0.0)
    if not fair or "to_check" not in groups:
        return dict.fromkeys(("flagged", "least", "most"), _none(aid_wagons, "tonne_wagon"))
    return {"flagged": groups["to_check"][0], "least": fair[0], "most": fair[-1]}


@reads("aid_tonnes")
def compared(aid_tonnes: Series, earlier: str, later: str) -> dict[str, Reading]:
    """The latest shipment known at both stages: ``before``, ``after`` (tonnes) and the change ``against`` (percent).

    ``giver`` and ``receiver`` name by their items who gives the one and the other: they may be two bodies.

    An arrival given as "at least" is no whole arrival: it is not held against the announcement.
    """
    both = [
        (match, o)
        for o in _known(aid_tonnes, stage=later, bound="exact")
        for match in _known(aid_tonnes, stage=earlier, shipment=o.dims["shipment"], content=o.dims["content"])
    ]
    if not both:
        none = _none(aid_tonnes, "tonne")
        return {k: none for k in ("before", "after", "giver", "receiver")} | {"against": none.of(unit="percent")}
    first, last = both[0]
    before, after = _mass(aid_tonnes, first), _mass(aid_tonnes, last)
    giver, receiver = (r.of(item=o.dims["publisher"]) for r, o in ((before, first), (after, last)))
    against = aid.against_announced(after, before)
    return {"before": before, "after": after, "giver": giver, "receiver": receiver, "against": against}


@reads("aid_tonnes")
def by_year(aid_tonnes: Series, recipient: str, stage: str = "delivered") -> Groups:
    """Sum the different shipments of each year to one recipient at one stage, tonnes.

    A sum with a part given as "at least" is one itself: it is rounded down to three digits, and its item says so.
    """
    found: dict[int, list[Observation]] = {}
    for o in _known(aid_tonnes, recipient, stage=stage):
        found.setdefault(o.period.year, []).append(o)
    totals = []
    for y, rows in sorted(found.items()):
        total = aid.stage_total([_mass(aid_tonnes, o) for o in rows]).of(period=Period.parse(str(y)), item=recipient)
        if any(o.dims["bound"] == "lower" for o in rows):
            total = total.of(value=_rounded_down(total.value or 0.0), item=f"{recipient}|at_least")
        totals.append(total)
    return {stage: tuple(totals)}


def _rounded_down(value: float) -> float:
    """Return a number rounded down to three digits: the sum of a bound and of exact figures is no more exact."""
    step = 10.0 ** (math.floor(math.log10(value)) - 2) if value >= 100 else 1.0
    return math.floor(value / step) * step


@reads("aid_tonnes")
def year(aid_tonnes: Series, recipient: str) -> dict[str, Reading]:
    """The latest year with deliveries to a recipient: ``delivered`` (tonnes), ``least`` the same if a lower bound."""
    found, none = by_year(aid_tonnes, recipient)["delivered"], _none(aid_tonnes, "tonne")
    last = found[-1] if found else none
    return {"delivered": last, "least": last if last.item.endswith("at_least") else none}


def _needs(people_in_need: Series, recipient: str) -> dict[Period, Observation]:
    """Return the UN's count of people in need of each year."""
    return {Period.parse(o.dims["need_year"]): o for o in reversed(_known(people_in_need, recipient))}


@reads("aid_tonnes", "people_in_need")
def need_years(aid_tonnes: Series, people_in_need: Series, recipient: str) -> Groups:
    """People in need in each year, the tonnes known to have been delivered, and grams for each of these people.

    ``people_least``: the counts that are given as "more than", apart from the others (``people``).
    """
    needs = _needs(people_in_need, recipient)
    counts = {p: _reading(people_in_need, o, recipient).of(period=p) for p, o in needs.items()}
    least = [p for p, o in needs.items() if o.dims["bound"] == "lower"]
    masses = {r.period: r.of(item=recipient) for r in by_year(aid_tonnes, recipient)["delivered"]}
    both = [p for p in sorted(counts) if p in masses]
    return {
        "people": tuple(counts[p] for p in sorted(counts) if p not in least),
        "people_least": tuple(counts[p] for p in sorted(least)),
        "tonnes": tuple(masses[p] for p in sorted(masses) if counts and p >= min(counts)),
        "grams": tuple(aid.per_person(masses[p], counts[p]) for p in both),
    }


@reads("aid_tonnes", "people_in_need")
def need(aid_tonnes: Series, people_in_need: Series, recipient: str) -> dict[str, Reading | tuple[Reading, ...]]:
    """The deliveries known of the latest year with one, over the people in need.

    ``mass`` (tonnes), ``parts``: what it sums, their items the months of the shipments; ``people`` as the UN counted
    them for that year, else for the latest year before (then also ``before``), and ``grams`` each; ``more_than``: the
    count if it is a lower bound. No count comes from a document under check.
    """
    known = by_year(aid_tonnes, recipient)["delivered"]
    counts = {p: o for p, o in _needs(people_in_need, recipient).items() if known and p <= known[-1].period}
    if not counts:
        none = _none(aid_tonnes, "tonne")
        people = none.of(unit="person")
        nobody = dict.fromkeys(("people", "before", "more_than"), people)
        return {"mass": none, "parts": (none,), **nobody, "grams": none.of(unit="gram")}
    year, mass = max(counts), known[-1].of(item=recipient)
    people = _reading(people_in_need, counts[year], recipient).of(period=year)
    lower, absent = counts[year].dims["bound"] == "lower", people.of(value=None, status=Status.MISSING_INPUT)
    summed = [
        o for o in reversed(_known(aid_tonnes, recipient, stage="delivered")) if o.period.year == mass.period.year
    ]
    return {
        "mass": mass,
        "parts": tuple(_reading(aid_tonnes, o, _name(o).partition("|")[2]) for o in summed),
        "people": people,
        "before": people if year != mass.period else absent,
        "more_than": people if lower else absent,
        "grams": aid.per_person(mass, people, at_least=lower),
    }


def _money(series: Series, o: Observation) -> Reading:
    return _reading(series, o, o.dims["recipient"])


@reads("aid_money")
def money(aid_money: Series) -> dict[str, Reading]:
    """The latest year whose humanitarian aid is known in all and by recipient, million dollars.

    - ``total``; ``giver``: the same, its item the body that gives it; ``first``, ``second`` and ``third``: the largest
      recipients, missing if there are fewer; ``share`` of the first, percent
    - ``others``: the named recipients after the third; ``rest``: what goes to countries that the source does not name;
      both missing if nothing is left
    """
    yearly = [o for o in _known(aid_money, "WLD", stage="shipped") if o.period.frequency == "A"]
    parts = _sent(aid_money, yearly[0].period) if yearly else ()
    none = _none(aid_money, "musd")
    if not yearly or not parts:
        names = ("total", "giver", "first", "second", "third", "others", "rest")
        return {**dict.fromkeys(names, none), "share": none.of(unit="percent")}
    total = _money(aid_money, yearly[0])
    absent, later = total.of(value=None, status=Status.MISSING_INPUT), parts[len(_TOLD) :]
    rest = growth.difference(total, aid.stage_total(parts)).of(unit="musd", digits=1, item="rest")
    return {
        "total": total,
        "giver": total.of(item=yearly[0].dims["publisher"]),
        **dict(zip(_TOLD, (*parts, *[absent] * len(_TOLD)), strict=False)),
        "others": aid.stage_total(later).of(item="others") if later else absent,
        "rest": rest if ranking.shown(rest) > 0 else absent,
        "share": growth.share(parts[0], total).of(digits=0),  # of amounts with two digits
    }


def _sent(aid_money: Series, period: Period) -> tuple[Reading, ...]:
    """Return the money sent to each country in a year, largest first."""
    rows = [_money(aid_money, o) for o in _known(aid_money, stage="shipped") if o.period == period]
    return tuple(sorted((r for r in rows if r.item != "WLD"), key=lambda r: r.value or 0.0, reverse=True))


@reads("aid_money")
def recipients(aid_money: Series) -> Groups:
    """The latest year known by recipient (the group), million dollars, with what is left to the others."""
    found = money(aid_money)
    if not found["total"].ok:
        return {}
    period = found["total"].period
    return {str(period): (*_sent(aid_money, period), *([found["rest"]] if found["rest"].ok else []))}


@reads("aid_money")
def paid(aid_money: Series) -> dict[str, Reading]:
    """The latest contribution that OCHA FTS records as paid: ``paid``, dollars."""
    known = _known(aid_money, stage="paid")
    if not known:
        return {"paid": _none(aid_money, "usd")}
    paid = _money(aid_money, known[0])
    return {"paid": paid.of(value=1e6 * (paid.value or 0.0), unit="usd", digits=0)}


@reads(sent=money, given=paid)
def amounts(sent: dict[str, Reading], given: dict[str, Reading]) -> dict[str, Reading]:
    """The amounts that the page states: from :func:`money` and from :func:`paid`."""
    return {**sent, **given}


@reads("aid_tonnes")
def table(aid_tonnes: Series, recipient: str = "") -> tuple[Reading, ...] | None:
    """Every figure in tonnes, latest first; the item says shipment, stage and publisher. None without a figure."""
    return tuple(_signed(_mass(aid_tonnes, o), o) for o in _known(aid_tonnes, recipient)) or None


@reads("aid_money")
def money_table(aid_money: Series) -> tuple[Reading, ...] | None:
    """Every figure in money, latest first; the item says recipient, kind of aid, stage and publisher; None without."""
    found = []
    for o in _known(aid_money):
        r = _money(aid_money, o)
        found.append(_signed(r.of(item=f"{r.item}|{o.dims['programme']}"), o))
    return tuple(found) or None


@reads("aid_items")
def item_table(aid_items: Series) -> tuple[Reading, ...] | None:
    """Every figure in articles; the item says what, for whom, the stage and the publisher. None without a figure."""
    return (
        tuple(_signed(_reading(aid_items, o, f"{o.dims['item']}|{o.dims['recipient']}"), o) for o in _known(aid_items))
        or None
    )


@reads(tonnes=table, amounts=money_table, articles=item_table)
def recorded(
    tonnes: tuple[Reading, ...] | None, amounts: tuple[Reading, ...] | None, articles: tuple[Reading, ...] | None
) -> tuple[Reading, ...]:
    """Return every figure recorded, of whatever kind: of :func:`table`, :func:`money_table` and :func:`item_table`."""
    return (*(tonnes or ()), *(amounts or ()), *(articles or ()))


def _signed(r: Reading, o: Observation) -> Reading:
    return r.of(item=f"{r.item}|is_{o.dims['stage']}|{o.dims['publisher']}")
