"""Wheat and flour sold to Afghanistan and Central Asia: by marketing year, by destination, as shares.

Flour by marketing year and wheat and flour in grain equivalent are two quantities, never added up.
"""

from __future__ import annotations

from kzreport.declare import reads
from kzreport.indicators import aid, growth
from kzreport.model import Groups, Period, Reading, Series


def amounts(food: Series, product: str, destination: str) -> dict[Period, Reading]:
    """Return the amounts of one product sold to one destination, by period; tonnes."""
    rows = [o for o in food.where(product=product, destination=destination) if o.value is not None]
    made = [
        Reading(food.name, o.value, food.unit, o.period, basis=product, item=destination, inputs=(food.name,))
        for o in rows
    ]
    return {r.period: r for r in made}


@reads(food="afghanistan_food")
def flour(food: Series) -> dict[str, Reading]:
    """Wheat flour sold to Afghanistan: the latest marketing year (``season``) and the one ``before``, tonnes, the
    ``change``; the latest part-season (``part``) and its change, percent; and its ``share`` of all flour exports.
    """
    sold, shares = amounts(food, "flour", "AFG"), flour_shares(food)["flour_share"]
    seasons = sorted(p for p in sold if p.frequency == "S" and p.months == 12)
    parts = sorted(p for p in sold if p.frequency == "S" and p.months < 12 and p.year_before() in sold)
    none = Reading.missing("food", "tonne", Period.parse(str(food.as_of.year - 1)), inputs=(food.name,))
    rate = none.of(unit="percent")
    now = sold[seasons[-1]] if seasons else none
    before = sold.get(now.period.year_before(), none)
    piece = sold[parts[-1]] if parts else none
    return {
        "season": now,
        "before": before,
        "change": growth.growth(now, before) if before.ok else rate,
        "part": piece,
        "part_change": growth.growth(piece, sold[parts[-1].year_before()]) if parts else rate,
        "share": shares[-1] if shares else rate,
    }


@reads(food="afghanistan_food")
def flour_shares(food: Series) -> Groups:
    """Afghanistan in Kazakhstan's exports of flour, percent, for each period that has both; the period is the item."""
    sold, every = amounts(food, "flour", "AFG"), amounts(food, "flour", "WLD")
    both = sorted(p for p in sold if p in every)
    return {"flour_share": tuple(growth.share(sold[p], every[p]).of(item=str(p)) for p in both)}


@reads(food="afghanistan_food")
def destinations(food: Series) -> Groups | None:
    """Return wheat and flour by destination in the latest period with several (the group); grain equivalent, tonnes.

    None without such a period.
    """
    rows = [o for o in food.where(product="wheat_flour") if o.dims["destination"] != "WLD"]
    spans = [o.period for o in rows if sum(o.period == other.period for other in rows) > 1]
    if not spans:
        return None
    last = max(spans)
    names = sorted({o.dims["destination"] for o in rows if o.period == last})
    return {str(last): tuple(amounts(food, "wheat_flour", n)[last] for n in names)}


@reads(found=destinations)
def largest(found: Groups | None) -> dict[str, Reading] | None:
    """Return the largest (``first``) and the next (``second``) of :func:`destinations`, tonnes; None without them."""
    if not found:
        return None
    first, second, *_ = sorted(*found.values(), key=lambda r: r.value or 0.0, reverse=True)
    return {"first": first, "second": second}


@reads(food="afghanistan_food")
def food_table(food: Series) -> tuple[Reading, ...] | None:
    """Every quantity of wheat and flour, latest first; the item says product, destination, publisher; None without."""
    found = []
    for o in sorted(food, key=lambda o: (o.period, o.value or 0.0), reverse=True):
        parts = [o.dims["product"], o.dims["destination"], o.dims["publisher"]]
        item = "|".join([*parts, "at_least"] if o.dims["bound"] == "lower" else parts)
        found.append(Reading(food.name, o.value, food.unit, o.period, basis=food.basis, item=item, inputs=(food.name,)))
    return tuple(found) or None


@reads("afghanistan_trade", food="afghanistan_food")
def worth(food: Series, afghanistan_trade: Series) -> dict[str, Reading]:
    """Exports over wheat and flour of the same months: dollars a tonne at most (``worth``), with both inputs."""
    masses = amounts(food, "wheat_flour", "AFG")
    rows = [o for o in afghanistan_trade.where(flow="exports", dating="as_printed") if o.value is not None]
    unit, inputs = afghanistan_trade.unit, (afghanistan_trade.name,)
    sold = {o.period: Reading("exports", o.value, unit, o.period, basis="exports", inputs=inputs) for o in rows}
    both = sorted(p for p in masses if p in sold)
    if not both:
        none = Reading.missing("food", "tonne", Period.parse(str(food.as_of.year - 1)), inputs=(food.name,))
        return {"mass": none, "exports": none.of(unit="musd"), "worth": none.of(unit="usd_tonne")}
    mass, value = masses[both[-1]], sold[both[-1]]
    return {"mass": mass, "exports": value, "worth": aid.value_per_tonne(value, mass)}
