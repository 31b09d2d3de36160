"""The transit page: volumes by publisher, the document's multiple and the base it needs, part-years, containers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kzreport.declare import reads
from kzreport.indicators import growth, transit
from kzreport.indicators.news import is_old
from kzreport.model import Groups, Period, Reading, Series, Status

DIRECTIONS = ("exports", "imports", "transit")
DOUBLED = 100.0  # percent: from there on a multiple reads better than a growth
UNNAMED = ("press",)  # stands for pages whose own source was not noted: not one publisher


def _years(published: Series, scope: str = "all") -> tuple[Reading, ...]:
    return transit.by_year(published, scope) if len(published) else ()


def _none(published: Series, unit: str) -> Reading:
    return Reading.missing("volume", unit, Period.parse(str(published.as_of.year - 1)), inputs=(published.name,))


@reads(transit_="transit", transit_growth="transit_growth")
def headline(transit_: Series, transit_growth: Series) -> dict[str, Reading]:
    """The latest full year of the corridor, its growth within the figures of one publisher where one gives both years.

    - ``volume`` (tonnes), ``before``, ``volume_change`` (percent): of that publisher, the item
    - ``like``: the earlier figure of that publisher; all three are missing where nobody gives both years, and
      ``volume`` is then the midpoint
    - ``spread``: between the highest and the lowest publisher
    - ``part``, ``part_before``, ``part_change`` (percent, less than a doubling), ``part_times``, ``part_announced``: of
      :func:`part_year`, where no recent full year is held; otherwise missing
    """
    years = {r.period: r for r in _years(transit_)}
    part = _part_told(transit_, transit_growth, years)
    if not years:
        none = _none(transit_, "tonne")
        whole = dict.fromkeys(("volume", "before", "like", "spread"), none)
        return {**whole, "volume_change": none.of(unit="percent"), **part}
    middle = years[max(years)]
    last = middle.period.year_before()
    none = _none(transit_, "tonne").of(period=last, basis=middle.basis)
    pair = transit.like_with_like(transit_, "all", middle.period, last, unnamed=UNNAMED)
    now, before = pair or (middle, none)
    change = transit.growth_borne(now, before)
    return {
        "volume": now,
        "volume_change": change,
        "before": before,
        "like": before,
        "spread": _spread(middle),
        **part,
    }


def _part_told(transit_: Series, transit_growth: Series, years: Iterable[Period]) -> dict[str, Reading]:
    """Return the latest part-year for a headline; missing where a recent full year is held. A change is no doubling."""
    found = part_year(transit_, transit_growth)
    if any(not is_old(year, transit_.as_of) for year in years):
        found = {k: _absent(r) for k, r in found.items()}
    change = _absent(found["growth"]) if found["times"].ok else found["growth"]
    return {
        "part": found["now"],
        "part_before": found["before"],
        "part_change": change,
        "part_times": found["times"],
        "part_announced": found["announced"],
    }


def _absent(r: Reading) -> Reading:
    return r.of(value=None, status=Status.MISSING_INPUT, interval=None)


def _spread(r: Reading) -> Reading:
    width = r.interval.high - r.interval.low if r.interval else 0.0
    return r.of(name="spread", value=width, interval=None) if r.ok else r


@reads(transit_="transit")
def disagreement(transit_: Series) -> dict[str, Reading]:
    """The year on which publishers differ most, of those for which two figures are held; all missing without one.

    ``spread`` (tonnes); ``volume`` with its interval; ``document``: how many values, left out, a document under check
    gives, missing if none.
    """
    given = transit.by_publisher(transit_, "all") if len(transit_) else ()
    several = {p for p, count in Counter(r.period for r in given).items() if count > 1}
    widest = max(
        (r for r in _years(transit_) if r.period in several), key=lambda r: _spread(r).value or 0.0, default=None
    )
    none = _none(transit_, "tonne")
    if widest is None:
        return {"volume": none, "spread": none, "document": none.of(unit="count")}
    left = transit.by_publisher(transit_, "all", kind="document")
    count = widest.of(name="document", value=float(len(left)), unit="count", digits=0, interval=None, base=None)
    return {"volume": widest, "spread": _spread(widest), "document": count if left else none.of(unit="count")}


@reads(transit_="transit")
def publishers(transit_: Series) -> Groups:
    """Full-year volumes by publisher, tonnes; the document's own figures as a group of their own."""
    found: dict[str, list[Reading]] = {}
    for kind in ("outcome", "document"):
        for r in transit.by_publisher(transit_, "all", kind=kind) if len(transit_) else ():
            found.setdefault(r.item, []).append(r)
    return {k: _distinct(v) for k, v in found.items()}


def _distinct(found: list[Reading]) -> tuple[Reading, ...]:
    """A publisher who printed the same figure twice has it once."""
    seen: dict[tuple[Period, float | None], Reading] = {}
    for r in found:
        seen.setdefault((r.period, r.value), r)
    return tuple(seen.values())


@reads(transit_="transit")
def document(transit_: Series) -> dict[str, Reading]:
    """Return the figures that the source document prints, and those of publishers for the same years.

    - ``old``, ``new``: the two volumes, with their ``multiple``, ``percent``, ``cagr`` and ``misread``
    - ``published_old``, ``published_new``, ``published_multiple``: of a publisher who gives both years, the item
    - ``base_needed``: the volume of the first year that the multiple needs
    """
    printed = {r.period: r for r in transit.by_publisher(transit_, "all", kind="document")} if len(transit_) else {}
    if len(printed) < 2:
        none = _none(transit_, "tonne")
        times = none.of(unit="multiple")
        return {
            "old": none,
            "new": none,
            "multiple": times,
            "percent": none.of(unit="percent"),
            "misread": none.of(unit="percent"),
            "cagr": none.of(unit="percent_per_year"),
            "published_old": none,
            "published_new": none,
            "published_multiple": times,
            "base_needed": none,
        }
    old, new = min(printed), max(printed)
    change = transit.changes(printed[new], printed[old])
    pair = transit.like_with_like(transit_, "all", new, old, unnamed=UNNAMED)
    b, a = pair or tuple(_none(transit_, "tonne").of(period=p, basis=printed[p].basis) for p in (new, old))
    needed = transit.implied_base_from_multiple(b, change["multiple"].value or 0.0, old) if b.ok else b.of(period=old)
    return {
        "old": printed[old],
        "new": printed[new],
        "multiple": change["multiple"],
        "percent": change["percent"],
        "misread": change["index"].of(unit="percent"),  # what "multiplied by" is often taken for: one base too many
        "cagr": change["cagr"],
        "published_old": a,
        "published_new": b,
        "published_multiple": growth.multiple(b, a),
        "base_needed": needed,
    }


@reads(transit_="transit")
def bases(transit_: Series) -> Groups:
    """Return the volumes printed of the first year of the multiple, and the base that each outcome needs."""
    d = document(transit_)
    if not d["multiple"].ok:
        return {}
    old, new = d["old"].period, d["new"].period
    printed = transit.by_publisher(transit_, "all", period=old)
    needed = transit.basis_needed(transit_, "all", new, old, d["multiple"].value or 1.0)
    return {"printed_old": (d["old"], *printed), "needed": _distinct(list(needed))}


@reads(transit_="transit", transit_growth="transit_growth")
def implied(transit_: Series, transit_growth: Series) -> dict[str, Reading]:
    """The bases that printed growth rates imply, in the year they differ most: ``low``, ``high``, ``printed``."""
    years = (
        sorted({o.period for o in transit_growth.where(scope="all") if o.period.frequency == "A"})
        if len(transit_growth)
        else []
    )
    made: list[tuple[Period, list[Reading]]] = []
    for year in years:
        found = sorted(
            (r for r in transit.implied_bases(transit_, transit_growth, "all", year, unnamed=UNNAMED) if r.ok),
            key=lambda r: r.value or 0.0,
        )
        if len(found) > 1:
            made.append((year, found))
    if not made:
        none = _none(transit_, "tonne")
        return {
            "low": none,
            "high": none,
            "low_growth": none.of(unit="percent"),
            "high_growth": none.of(unit="percent"),
            "printed": none,
        }
    year, found = max(made, key=lambda m: (m[1][-1].value or 0.0) / (m[1][0].value or 1.0))
    rates = {r.item: r for r in transit.by_publisher(transit_growth, "all", period=year)}
    return {
        "low": found[0],
        "high": found[-1],
        "low_growth": _as_said(rates[found[0].item]),
        "high_growth": _as_said(rates[found[-1].item]),
        "printed": transit.in_period(transit_, "all", year.year_before()),
    }


def _as_said(rate: Reading) -> Reading:
    """A rate with no more decimals than were announced: "doubled" is 100 per cent, not 100.0."""
    return rate.of(digits=0) if rate.value is not None and rate.value == round(rate.value) else rate


@reads(transit_="transit", transit_growth="transit_growth")
def part_years(transit_: Series, transit_growth: Series) -> Groups:
    """Parts of a year against the same months a year before, tonnes; the group is the part.

    If the earlier part was not printed, it follows from the printed growth and is marked as an estimate.
    A part with figures too far apart is left out here; the table has them all.
    """
    found = {}
    parts = sorted(
        {
            o.period
            for o in transit_.where(scope="all", kind="outcome")
            if o.period.is_part_year or o.period.frequency == "M"
        }
    )
    for part in parts:
        now = transit.in_period(transit_, "all", part)
        if _doubtful(now):
            continue
        pair = transit.like_with_like(transit_, "all", part, part.year_before(), unnamed=UNNAMED)
        now, before = pair or (now, transit.in_period(transit_, "all", part.year_before()))
        if not before.ok or before.item != now.item:  # two publishers count two things: their ratio is no growth
            printed = transit.by_publisher(transit_growth, "all", period=part) if len(transit_growth) else ()
            printed = tuple(r for r in printed if r.item == now.item)
            if not printed:
                continue
            before = transit.implied_base(now, printed[0])
        found[str(part)] = (before, now)
    return found


def _doubtful(r: Reading) -> bool:
    """Return true for two figures of a publisher far apart: one is a misprint, and a midpoint means nothing."""
    return r.interval is not None and r.interval.high > 1.2 * r.interval.low


@reads(transit_="transit", transit_growth="transit_growth")
def part_year(transit_: Series, transit_growth: Series) -> dict[str, Reading]:
    """The latest part-year that compares like with like: ``now``, ``before`` and their ``growth`` (percent).

    ``times``: the multiple instead, where the volume has at least doubled; missing otherwise.
    ``announced``: the growth that was published, where ``before`` follows from it and was not itself published.
    """
    groups = part_years(transit_, transit_growth)
    if not groups:
        none = _none(transit_, "tonne")
        rate = none.of(unit="percent")
        return {"now": none, "before": none, "growth": rate, "announced": rate, "times": none.of(unit="multiple")}
    before, now = groups[list(groups)[-1]]
    change = transit.growth_borne(now, before)
    implied = (
        _as_said(change.of(value=round(change.value or 0.0, 6), digits=None)) if before.name == "implied_base" else None
    )
    announced = implied or _absent(change)
    times = growth.multiple(now, before)
    doubled = times if (change.value or 0.0) >= DOUBLED else _absent(times)
    return {"now": now, "before": before, "growth": change, "announced": announced, "times": doubled}


@reads(transit_="transit")
def rail_only(transit_: Series) -> dict[str, Reading]:
    """The latest reading of the rail part alone, which compares with no reading of all modes."""
    chosen = [o for o in transit_.where(scope="rail", kind="outcome") if o.value is not None]
    if not chosen:
        return {"rail": _none(transit_, "tonne")}
    o = max(chosen, key=lambda o: o.period)
    return {
        "rail": Reading(
            "rail", o.value, "tonne", o.period, basis="rail", item=o.dims["publisher"], inputs=(transit_.name,)
        )
    }


@reads("transit_containers")
def containers(transit_containers: Series) -> Groups:
    """Containers of full years by publisher, TEU."""
    found: dict[str, list[Reading]] = {}
    for r in transit.by_publisher(transit_containers) if len(transit_containers) else ():
        found.setdefault(r.item, []).append(r)
    return {k: tuple(v) for k, v in found.items()}


@reads("transit_containers")
def container_growth(transit_containers: Series) -> dict[str, Reading]:
    """Containers in the latest full year (``last``) and in the latest part of a year (``part``), TEU.

    ``before`` and ``growth`` (percent): the year before it as the same publisher gives it, missing where nobody gives
    both. Figures of two publishers over years that nobody gives are not joined. ``named``: the latest year again, to be
    told with its publisher; missing where several give it. ``range``: the latest year if several give it otherwise:
    nobody gives their midpoint.
    """
    none = _none(transit_containers, "teu")
    known = _years(transit_containers, "")
    if not known:
        return {**dict.fromkeys(("last", "named", "range", "before", "part"), none), "growth": none.of(unit="percent")}
    last = known[-1]
    year = last.period.year_before()
    pair = transit.like_with_like(transit_containers, "", last.period, year, unnamed=UNNAMED)
    now, before = pair or (last, none.of(period=year, basis=last.basis))
    spans = sorted({o.period for o in transit_containers if o.period.is_part_year and o.value is not None})
    return {
        "last": now,
        "named": now if now.item else none,
        "range": now if _spread(now).value else none,
        "before": before,
        "growth": transit.growth_borne(now, before),
        "part": transit.in_period(transit_containers, "", spans[-1]) if spans else none,
    }


@reads("transit_containers")
def container_table(transit_containers: Series) -> tuple[Reading, ...] | None:
    """Every figure of containers, years and parts of a year, latest first; None without a figure."""
    spans = sorted({o.period for o in transit_containers if o.value is not None}, reverse=True)
    return tuple(r for p in spans for r in _distinct(list(transit.by_publisher(transit_containers, period=p)))) or None


@reads(transit_="transit", transit_directions="transit_directions")
def directions(transit_directions: Series, transit_: Series) -> dict[str, Reading]:
    """The latest period given by direction: ``exports``, ``imports``, ``transit`` (tonnes), each with its ``_share``.

    ``whole``: what the same publisher gives for the corridor; the shares are of it, percent.
    """
    last = transit_directions.last
    none = _none(transit_, "tonne")
    if last is None:
        rates = {f"{k}_share": none.of(unit="percent") for k in DIRECTIONS}
        return {**dict.fromkeys((*DIRECTIONS, "whole"), none), **rates}
    found = {k: r for k in DIRECTIONS for r in transit.by_publisher(transit_directions, k, period=last)}
    said = {r.item: r for r in transit.by_publisher(transit_, "all", period=last)}
    whole = said.get(found["exports"].item, none.of(period=last))
    return {**found, "whole": whole, **{f"{k}_share": _share(r, whole) for k, r in found.items()}}


def _share(part: Reading, whole: Reading) -> Reading:
    return growth.share(part.of(basis=whole.basis), whole) if whole.ok else part.of(value=None, unit="percent")


@reads(found=directions)
def direction_groups(found: dict[str, Reading]) -> Groups:
    """The ``tonnage`` of each direction in the latest period that has them, and its ``share`` of all, percent."""
    known = [k for k in DIRECTIONS if found[k].ok]
    shares = tuple(found[f"{k}_share"].of(item=k) for k in known)
    return {"tonnage": tuple(found[k].of(item=k) for k in known), "share": shares}


@reads("rail_transit")
def network(rail_transit: Series) -> dict[str, Reading]:
    """Transit over the whole rail network, tonnes: another, larger quantity than the corridor."""
    known = any(o.dims["flow"] == "transit" for o in rail_transit)
    found = transit.by_publisher(rail_transit, "transit") if known else ()
    return {"network": found[-1] if found else _none(rail_transit, "tonne")}


@reads(transit_="transit")
def table(transit_: Series) -> tuple[Reading, ...] | None:
    """Every full-year reading of the corridor, latest first; the document's own among them. None without a figure."""
    groups = publishers(transit_)
    return tuple(sorted((r for g in groups.values() for r in g), key=lambda r: (-r.period.year, r.item))) or None


@reads(transit_="transit")
def part_table(transit_: Series) -> tuple[Reading, ...] | None:
    """Every part-year reading of the corridor, all modes, latest first; None without a figure."""
    parts = sorted(
        {o.period for o in transit_.where(scope="all", kind="outcome") if o.period.frequency in ("S", "M")},
        reverse=True,
    )
    return tuple(r for p in parts for r in _distinct(list(transit.by_publisher(transit_, "all", period=p)))) or None


Figures = tuple[Reading, ...] | None


@reads(years=table, parts=part_table, boxes=container_table)
def recorded(years: Figures, parts: Figures, boxes: Figures) -> tuple[Reading, ...]:
    """Every figure of the three tables of readings."""
    return (*(years or ()), *(parts or ()), *(boxes or ()))
