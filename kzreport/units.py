"""Units of measurement: one table of their properties for arithmetic, sentences, charts and checks.

What belongs here: digits, whether a unit is a rate, the unit of a difference, the scales on which large amounts are
shown. What does not: the words of a unit in a language (``units`` in ``kzreport/language/furniture.yml``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Scale:
    """A scale for large amounts: from ``start`` on they are divided by ``divisor`` and shown with ``digits``.

    ``words`` is the key of the scale's words; ``trim`` leaves out zeros that end the decimals (4.50 is 4.5).

    >>> UNITS["musd"].sentence[0].words
    'billion_usd'
    """

    start: float
    divisor: float
    digits: int
    words: str
    trim: bool = False


@dataclass(frozen=True)
class Unit:
    """A unit of measurement.

    - ``decimals``: digits after the decimal mark; a change smaller than half the last one is "flat"
    - ``rate``: its change is a difference in points, never a growth in percent
    - ``difference``: the unit of a difference of two figures; empty for the unit itself
    - ``sentence``, ``axis``: scales in sentences and on axes; the first that an amount reaches is used, else the unit
    - ``document``: scales in figures that documents print, if they differ from our sentences
    - ``words``: the key of its words; empty for its name
    - ``signed``: the ends of a range show their sign
    - ``coarse``: an estimate has at most three significant figures
    - ``times``: how many times one figure is another: a number without a unit
    - ``counted``: a number of single things, of which there are fewer rather than less
    """

    name: str
    decimals: int
    rate: bool = False
    difference: str = ""
    sentence: tuple[Scale, ...] = ()
    document: tuple[Scale, ...] = ()
    axis: tuple[Scale, ...] = ()
    words: str = ""
    signed: bool = False
    coarse: bool = False
    times: bool = False
    counted: bool = False

    @property
    def word_key(self) -> str:
        """The key of its words in the word files."""
        return self.words or self.name

    @property
    def printed(self) -> tuple[Scale, ...]:
        """The scales in figures that documents print."""
        return self.document or self.sentence

    @property
    def of_difference(self) -> str:
        """The unit of the difference of two figures in this unit.

        >>> UNITS["percent"].of_difference, UNITS["tonne"].of_difference
        ('points', 'tonne')
        """
        return self.difference or self.name


PLURALS = ("zero", "one", "two", "few", "many", "other")  # categories of CLDR, in its order
_BILLION_USD = Scale(1e3, 1e3, 1, "billion_usd")
_MILLION_TONNES = Scale(1e6, 1e6, 2, "million_tonnes", trim=True)
_BILLION_TKM = Scale(1e9, 1e9, 1, "billion_tkm")
_MILLION_INHABITANTS = Scale(1e6, 1e6, 1, "million_inhabitants")
_USD_AXIS = (replace(_BILLION_USD, start=3e3),)  # an axis changes its scale later than a sentence
_TONNE_AXIS = (replace(_MILLION_TONNES, start=2e6), Scale(3e3, 1e3, 0, "thousand_tonnes"))


def _rate(name: str, difference: str = "points", decimals: int = 1) -> Unit:
    return Unit(name, decimals, rate=True, difference=difference)


class Units(Mapping[str, Unit]):
    """Units by name: those of the engine, and those that the project declares (:mod:`kzreport.project.units`)."""

    def __init__(self, built_in: Mapping[str, Unit]) -> None:
        self.built_in = built_in
        self.of_project: Callable[[], Mapping[str, Unit]] = dict

    def __getitem__(self, name: str) -> Unit:
        found = self.built_in.get(name)
        return found if found is not None else self.of_project()[name]

    def __contains__(self, name: object) -> bool:
        return name in self.built_in or name in self.of_project()

    def __iter__(self) -> Iterator[str]:
        return iter({**self.built_in, **self.of_project()})

    def __len__(self) -> int:
        return len({**self.built_in, **self.of_project()})


_BUILT_IN = {
    unit.name: unit
    for unit in (
        _rate("percent"),  # a rate or a growth
        Unit("percent_change", 1, rate=True, difference="points", words="percent", signed=True),  # a revision
        _rate("points"),  # a difference of two rates: percentage points
        Unit("points_size", 1, words="points", difference="points"),  # the size of such differences, without a sign
        _rate("percent_of_gdp"),
        _rate("percent_per_year"),  # compound annual growth
        Unit("index", 1),  # level, base in the basis
        _rate("index_py100"),  # same period of the previous year = 100
        _rate("index_pp100"),  # previous period = 100
        Unit("musd", 0, sentence=(_BILLION_USD,), axis=_USD_AXIS, difference="musd_change"),  # million US dollars
        Unit("meur", 0, sentence=(Scale(1e3, 1e3, 1, "billion_eur"),)),  # million euros
        Unit("usd_barrel", 1),  # US dollars a barrel
        # A change is no level: a range shows its sign, no axis takes both, and the CSV of a figure distinguishes them.
        Unit("musd_change", 0, sentence=(_BILLION_USD,), axis=_USD_AXIS, words="musd", signed=True),
        Unit("usd", 0),  # US dollars
        # vehicles, visits ...: the sentence names them
        Unit(
            "count",
            0,
            document=(Scale(1e9, 1e9, 0, "billion_count"), Scale(1e6, 1e6, 0, "million_count")),
            counted=True,
        ),
        Unit("tonne", 0, sentence=(_MILLION_TONNES,), axis=_TONNE_AXIS, coarse=True),
        Unit("teu", 0, axis=(Scale(3e3, 1e3, 1, "thousand_teu"),), coarse=True),  # twenty-foot containers
        Unit(  # tonne-kilometre
            "tkm", 0, sentence=(_BILLION_TKM, Scale(0, 1e6, 0, "million_tkm")), axis=(replace(_BILLION_TKM, start=3e9),)
        ),
        Unit("tonne_wagon", 1),  # tonnes a wagon
        Unit("gram", 0),
        Unit("usd_tonne", 0),  # US dollars a tonne
        Unit("person", 0, sentence=(Scale(1e6, 1e6, 0, "million_people"),), counted=True),
        Unit("wagon", 0, counted=True),
        Unit("piece", 0, counted=True),  # articles of any kind
        Unit("multiple", 1, times=True),  # x times
        Unit("km2", 0),
        _rate("log", "log", 2),  # natural logarithm of a ratio
        Unit("months", 0),
        Unit("years", 0),
        Unit(
            "inhabitant",
            0,
            sentence=(_MILLION_INHABITANTS,),
            axis=(replace(_MILLION_INHABITANTS, start=2e6),),
            counted=True,
        ),
        Unit("country", 0, counted=True),  # how many countries
        Unit("rank", 0),  # first, second ...
        Unit("ratio", 2, times=True),
    )
}
UNITS = Units(_BUILT_IN)


def is_rate(unit: str) -> bool:
    """Report whether a unit is a rate: its change is a difference in points, never a growth in percent.

    >>> is_rate("percent"), is_rate("tonne")
    (True, False)
    """
    return UNITS[unit].rate


def last_digit(value: float) -> float:
    """Return the unit of the last digit of a number that is not a zero.

    >>> last_digit(4200), last_digit(22_900_000), last_digit(81.31)
    (100.0, 100000.0, 0.01)
    """
    whole, _, decimals = f"{abs(value):.6f}".rstrip("0").rstrip(".").partition(".")
    if decimals:
        return 10.0 ** -len(decimals)
    return 10.0 ** (len(whole) - len(whole.rstrip("0"))) if value else 1.0


def as_change(value: float, unit: str) -> tuple[float, str]:
    """Return a value with its unit; an index whose base is the period or the year before, as a change in percent.

    >>> as_change(109.5, "index_py100"), as_change(9.5, "percent")
    ((9.5, 'percent'), (9.5, 'percent'))
    """
    return (value - 100, "percent") if unit in ("index_py100", "index_pp100") else (value, unit)


def scale_for(amount: float, scales: tuple[Scale, ...], digits: int | None = None) -> Scale | None:
    """Return the first scale that an amount (in the unit itself) reaches, or nothing.

    With ``digits``, those shown without a scale, the amount counts as it is shown: 999.5 million is 1.0 billion, not
    1,000 million.

    >>> scale_for(-3591.25, UNITS["musd"].sentence).words, scale_for(999.5, UNITS["musd"].sentence, 0).words
    ('billion_usd', 'billion_usd')
    >>> scale_for(999.5, UNITS["musd"].sentence, 1) is None
    True
    """
    if digits is None:
        return next((s for s in scales if abs(amount) >= s.start), None)
    below = [(s.divisor, s.digits) for s in scales[1:]] + [(1.0, digits)]
    for scale, (divisor, shown) in zip(scales, below, strict=False):
        if math.floor(abs(amount) / divisor * 10**shown + 0.5) / 10**shown * divisor >= scale.start:
            return scale
    return None
