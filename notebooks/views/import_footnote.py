"""The re-exports page: the multiples that the Senate report prints of imports from China, the unit of its levels."""

from __future__ import annotations

from kzreport.declare import reads
from kzreport.indicators import growth, mirror, readings, trade
from kzreport.model import Groups, Period, Reading, Series

BEFORE, YEAR = Period.parse("2021"), Period.parse("2023")  # the two years of the footnote
# In the order of the footnote. Seven add up; Chinese cars are in the passenger cars, computers may be pieces.
GOODS = ("tractors", "trucks", "passenger_cars", "washing_machines", "electric_generators", "electric_water_heaters",
         "carbon_electrodes")  # fmt: skip
OTHERS = ("chinese_cars", "computers")


def _at(series: Series, period: Period, **dims: str) -> Reading:
    """One reading, its item the goods; ``missing_input`` for what is not printed or not published yet."""
    item = next(iter(dims.values()))
    return readings.at(series.where(**dims), period).of(item=item)


@reads(levels="import_levels", multiples="import_multiples")
def table(levels: Series, multiples: Series) -> Groups:
    """Goods by goods: the two printed levels, the multiple they make, and the multiple that is printed."""
    if not len(levels):
        return {str(BEFORE): (), str(YEAR): (), "computed": (), "printed": ()}
    goods = (*GOODS, *OTHERS)
    old, new = ({g: _at(levels, p, product=g) for g in goods} for p in (BEFORE, YEAR))
    return {
        str(BEFORE): tuple(old[g] for g in goods if old[g].ok),
        str(YEAR): tuple(new.values()),
        "computed": tuple(growth.multiple(new[g], old[g]).of(item=g) for g in goods if old[g].ok),
        "printed": tuple(r.of(digits=0) for g in goods if (r := _at(multiples, YEAR, product=g)).ok),
    }


@reads(levels="import_levels", multiples="import_multiples")
def agreeing(levels: Series, multiples: Series) -> dict[str, Reading]:
    """Count the multiples that have both levels (``printed``), those that they make (``agree``) or not (``wrong``)."""
    found = table(levels, multiples)
    made, said = ({r.item: r.value for r in found[k]} for k in ("computed", "printed"))
    both = [(made[g], said[g]) for g in made if g in said]
    if not both:
        none = Reading.missing("multiples", "count", YEAR, inputs=(levels.name,))
        return {"agree": none, "printed": none, "wrong": none}
    agree = sum(a is not None and b is not None and round(a) == round(b) for a, b in both)
    counts = {"agree": agree, "printed": len(both), "wrong": len(both) - agree}
    return {k: Reading(k, float(v), "count", YEAR, inputs=(levels.name, multiples.name)) for k, v in counts.items()}


@reads(
    levels="import_levels",
    fleet="vehicle_fleet",
    shares="vehicle_fleet_shares",
    imports="imports_by_partner",
    values="reexport_readings",
)
def plausible(levels: Series, fleet: Series, shares: Series, imports: Series, values: Series) -> dict[str, Reading]:
    """The printed levels as pieces, against the cars cleared and the fleet; and as thousand dollars, against imports.

    ``cars``, ``cleared`` and ``cars_times``; ``trucks``, ``trucks_fleet`` and ``trucks_times``; ``chinese``: the other
    figure for cars in the same footnote. Read as thousand dollars: ``value`` of the cars, ``unit_value`` over the
    Chinese cars cleared (``bought``),
    ``mean_value`` of all cars cleared, ``sum`` of the ``posts`` with its ``share`` of imports from China.
    """
    cars, trucks, chinese = (_at(levels, YEAR, product=g) for g in ("passenger_cars", "trucks", "chinese_cars"))
    cleared = _at(fleet.where(origin="WLD"), YEAR, measure="cars_cleared")
    stock = fleet.where(measure="fleet")
    day = stock.last or YEAR
    trucks_fleet = mirror.part_of(readings.at(stock, day), _at(shares, day, vehicle="truck"))
    value = mirror.as_thousand_dollars(cars)
    cleared_chinese = _at(fleet.where(origin="CHN"), YEAR, measure="cars_cleared")
    bought = values.where(goods="passenger_cars", partner="WLD")
    posts = {g: r for g in GOODS if (r := _at(levels, YEAR, product=g)).ok}
    as_money = {g: mirror.as_thousand_dollars(r) for g, r in posts.items()}
    together = value.of(item="")
    if as_money:
        together = trade.grouped(as_money, {"posts": tuple(as_money)})["posts"].of(item="")
    return {
        "cars": cars,
        "cleared": cleared,
        "cars_times": mirror.times(cars, cleared),
        "trucks": trucks,
        "trucks_fleet": trucks_fleet,
        "trucks_times": mirror.times(trucks, trucks_fleet),
        "chinese": chinese,
        "value": value,
        "bought": cleared_chinese,
        "unit_value": mirror.unit_value(value, cleared_chinese.value or 0.0, "car"),
        "mean_value": mirror.unit_value(readings.at(bought, YEAR), cleared.value or 0.0, "car"),
        "posts": Reading("posts", float(len(posts)), "count", YEAR, inputs=(levels.name,)),
        "sum": together,
        "share": growth.share(together, readings.at(imports.where(partner="CHN"), YEAR)),
    }
