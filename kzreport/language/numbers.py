"""Numbers in a language: quantities with their units, readings, ranges, ordinals, counts. Rounding happens here."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import combinations

from kzreport.errors import WordsError, explain
from kzreport.language.locale import NBSP
from kzreport.language.vocabulary import Vocabulary
from kzreport.model import Reading, Status
from kzreport.units import UNITS, Scale, last_digit, scale_for

MINUS = "\u2212"
SPECS = ("", "signed", "abs", "bare", "full", "stated", "words", "feminine")
_THINGS = re.compile(r"#(\u00a0[^\W\d].*)?")  # the sentence of a unit that counts things: no currency, no %


def rounded(value: float, digits: int) -> Decimal:
    """Round half away from zero on the shortest decimal that stands for the float, as a statistician does by hand.

    >>> rounded(0.25, 1), rounded(-2.675, 2)
    (Decimal('0.3'), Decimal('-2.68'))
    """
    shown = Decimal(repr(round(float(value), 9))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    return shown + 0 if shown else abs(shown)


@lru_cache(maxsize=16)
def _range_pattern(template: str) -> re.Pattern[str]:
    """Find a range whose two figures have the same unit, in the singular or the plural.

    ``template`` is the range of the language.
    """
    between = re.escape(template.partition("{low}")[2].partition("{high}")[0])
    number = r"[+−]?\d[\d\u202f,.]*"
    first, rest = r"\u00a0[^\W\d]+|\u00a0?%", r"[^\d;:()]{0,40}?"
    return re.compile(rf"({number})({first})({rest})({between})({number})(\2s?\3)(?![\w’])")


class Numbers(Vocabulary):
    """The numbers of a language.

    >>> Numbers("fr").quantity(3591.25, "musd"), Numbers("en").quantity(-861.1, "musd")
    ('3,6\xa0milliards de dollars', '−$861\xa0million')
    """

    def number(self, value: float, digits: int, *, signed: bool = False, trim: bool = False) -> str:
        """Write a number with the language's marks.

        ``signed`` prints + or − (U+2212), zero has neither. ``trim`` leaves out zeros that end the decimals (4.50
        million is 4.5 million).
        """
        shown = rounded(value, digits)
        while trim and digits and shown == rounded(value, digits - 1):
            digits -= 1
        sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
        return sign + self.locale.number(abs(shown), digits)

    def ordinal(self, number: int) -> str:
        """Write a rank: ``2ᵉ``, ``2nd``."""
        forms = self.forms("units", "rank", "sentence")
        return forms.get(self.locale.ordinal(number), forms["other"]).replace("#", self.number(number, 0))

    def quantity(self, value: float, unit: str, *, signed: bool = False, digits: int | None = None) -> str:
        """Write a number with its unit, as a sentence says it: agreement, no-break spaces, billions where they help."""
        scale = _sentence_scale(value, unit, digits)
        return self._with_unit(value / scale.divisor, scale.digits, scale.words, signed=signed, trim=scale.trim)

    def printed(self, value: float, unit: str, step: float) -> str:
        """Write a figure as a document prints it: no digit below ``step``, the unit of its last one.

        >>> Numbers("en").printed(45_000, "meur", 1000), Numbers("en").printed(330.7, "musd", 0.1)
        ('€45\xa0billion', '$330.7\xa0million')
        """
        if unit == "rank":
            return self.ordinal(round(value))
        scale = scale_for(value, UNITS[unit].printed)
        key, divisor = (scale.words, scale.divisor) if scale else (UNITS[unit].word_key, 1.0)
        return self._with_unit(value / divisor, max(0, -math.floor(math.log10(step / divisor) + 1e-9)), key)

    def _with_unit(self, value: float, digits: int, key: str, *, signed: bool = False, trim: bool = False) -> str:
        """A number in the pattern of its unit; the sign stands before a currency."""
        number = self.number(value, digits, signed=signed, trim=trim)
        forms = self.forms("units", key, "sentence")
        pattern = forms["other"]
        if len(forms) > 1:  # most units have one form, and the rules of plurals are slow
            pattern = forms.get(self.locale.plural(rounded(value, digits)), pattern)
        sign, bare = (number[0], number[1:]) if number[0] in "+" + MINUS else ("", number)
        if unicodedata.category(pattern[0]) == "Sc":
            return sign + pattern.replace("#", bare)
        return pattern.replace("#", sign + bare)

    def spelt(self, r: Reading, *, feminine: bool = False) -> str:
        """Write a reading that counts or ranks things in letters, as far as the language does; else as usual.

        ``feminine``: the things are, in a language where that matters.

        >>> from kzreport.model import Period
        >>> six = Reading("x", 6, "months", Period.parse("2026"))
        >>> Numbers("fr").spelt(six), Numbers("fr").spelt(six.of(value=88)), Numbers("en").spelt(six)
        ('six mois', '88\xa0mois', 'six months')
        >>> Numbers("fr").spelt(six.of(value=1, unit="rank"), feminine=True)
        'première'
        """
        if r.value is None or rounded(r.value, r.decimals) != round(r.value):
            return self.reading(r)
        number = round(r.value)
        if r.unit == "rank":
            known = self.has_word("ordinals", str(number))
            word = self.word("ordinals", str(number)) if known else self.ordinal(number)
            return self.locale.agreed(word) if feminine else word
        forms = self.forms("units", UNITS[r.unit].word_key, "sentence")
        pattern = forms.get(self.locale.plural(Decimal(number)), forms["other"])
        word = self.locale.spelt(number, feminine=feminine)
        if not word or not _THINGS.fullmatch(pattern) or scale_for(number, UNITS[r.unit].sentence):
            return self.reading(r)
        return pattern.replace("#" + NBSP, word + " ").replace("#", word)

    def count(self, number: int, key: str, spec: str = "") -> str:
        """Write a number of things, agreeing with it: ``counts`` of the shared words.

        ``spec``: ``words`` and ``feminine`` as of :meth:`reading`; else in digits.

        >>> Numbers("fr").count(1, "in_series", "feminine"), Numbers("en").count(6, "in_series")
        ('dans une série.', 'in 6\\xa0series.')
        """
        forms = self.forms("counts", key)
        word = self.locale.spelt(number, feminine=spec == "feminine") if spec else ""
        pattern = forms.get(self.locale.plural(Decimal(number)), forms["other"])
        if word:
            pattern = pattern.replace("#" + NBSP, "# ")
        return pattern.replace("#", word or self.number(number, 0))

    def form(self, r: Reading, forms: Sequence[str]) -> str:
        """Return the form of a word that agrees with a number, as a sentence prints it.

        ``forms``: in the order of the plural forms of the language; the last stands for the rest.

        >>> from kzreport.model import Period
        >>> none = Reading("claims", 0, "count", Period.parse("2026"))
        >>> Numbers("fr").form(none, ["est", "sont"]), Numbers("en").form(none, ["is", "are"])
        ('est', 'are')
        """
        known = self.locale.plurals[:-1]
        found = self.locale.plural(rounded(r.value, r.decimals)) if r.value is not None else ""
        place = known.index(found) if found in known else len(forms)
        return forms[min(place, len(forms) - 1)]

    def unit(self, unit: str) -> str:
        """Return the name of a unit or of a scale (``billion_usd``), for heads of tables and axes."""
        return str(self.words_of("units", UNITS[unit].word_key if unit in UNITS else unit, "name"))

    def reading(self, r: Reading, spec: str = "") -> str:
        """Write a reading: its value with its unit; "n. d." where it is missing, else "n. s." with the reason.

        ``spec`` is empty or one of:

        - ``signed``: with + or −; ``abs``: without sign
        - ``bare``: the number alone; ``full``: not in billions
        - ``stated``: with the digits that its publisher gave, no zero after them
        - ``words``, ``feminine``: in letters, see :meth:`spelt`

        Raises :class:`WordsError` for another ``spec``.

        >>> from kzreport.model import Period
        >>> goal = Reading("goal", 1000, "musd", Period.parse("2024"))
        >>> Numbers("en").reading(goal), Numbers("en").reading(goal, "stated")
        ('$1.0\xa0billion', '$1\xa0billion')
        """
        if spec not in SPECS:
            raise WordsError(explain(f"reading {r.name}", repr(spec), f"{', '.join(SPECS[1:-1])} or {SPECS[-1]}"))
        if spec in ("words", "feminine"):
            return self.spelt(r, feminine=spec == "feminine")
        if r.status is Status.MISSING_INPUT:
            return self.ui("not_available")
        if r.value is None:
            return f"{self.ui('not_significant')} ({self.status(r.status)})"
        if r.unit == "rank":
            return self.ordinal(round(r.value))
        value = _coarse(r, abs(r.value) if spec == "abs" else r.value)
        if spec == "stated":
            return self.printed(value, r.unit, last_digit(value))
        if spec == "bare":
            return self.number(value, r.decimals)
        if spec == "full":
            return self._with_unit(value, r.decimals, UNITS[r.unit].word_key)
        return self.quantity(value, r.unit, signed=spec == "signed", digits=r.digits)

    def range(self, r: Reading) -> str:
        """Write the interval of a reading, from low to high; the number alone where the ends print alike."""
        if r.interval is None or r.value is None:
            return self.reading(r)
        spec = "signed" if UNITS[r.unit].signed else ""
        low, high = (self.reading(r.of(value=v, interval=None), spec) for v in (r.interval.low, r.interval.high))
        if r.unit == "rank" and low != high:
            return self.ui("rank_range").format(low=low, high=high)
        return self.between(low, high)

    def between(self, low: str, high: str) -> str:
        """Join two quantities to a range; one of them alone where both print alike."""
        return low if low == high else self.unit_once(self.ui("range").format(low=low, high=high))

    def unit_once(self, text: str) -> str:
        """Leave out the unit of the lower figure of every range in a text.

        >>> Numbers("fr").unit_once("de 2,7\xa0millions de tonnes à 2,8\xa0millions de tonnes")
        'de 2,7 à 2,8\xa0millions de tonnes'
        >>> Numbers("fr").unit_once("de 1,7\xa0milliard de dollars à 3,5\xa0milliards de dollars")
        'de 1,7 à 3,5\xa0milliards de dollars'
        """
        return _range_pattern(self.ui("range")).sub(r"\1\4\5\6", text)


def _sentence_scale(value: float, unit: str, digits: int | None) -> Scale:
    # digits that the publisher prints hold on the scale that he prints them on
    plain = UNITS[unit].decimals if digits is None else digits
    scale = scale_for(value, UNITS[unit].sentence, plain)
    return scale or Scale(0.0, 1.0, plain, UNITS[unit].word_key)


def _coarse(r: Reading, value: float) -> float:
    """Return a value of a reading with the three significant figures of an estimate, if it is one."""
    if r.estimated and UNITS[r.unit].coarse and value:
        return round(value, 2 - math.floor(math.log10(abs(value))))
    return value


def adds_up_in_print(readings: Sequence[Reading]) -> bool:
    """False where one number is the sum or the difference of two others, but not as a sentence prints them.

    Figures are rounded after the calculation: a reader who subtracts what is printed finds another last digit.

    >>> from kzreport.model import Period
    >>> now = Reading("net", 9230.0, "musd", Period.parse("2014"))
    >>> adds_up_in_print([now, now.of(value=11160.0), now.of(value=-1930.0, unit="musd_change")])
    False
    >>> adds_up_in_print([now, now.of(value=11130.0), now.of(value=-1900.0, unit="musd_change")])
    True
    """
    known = sorted((r for r in readings if r.ok and r.unit != "rank"), key=lambda r: abs(r.value or 0.0))
    for a, b, whole in combinations(known, 3):
        exact = math.isclose(abs(a.value or 0.0) + abs(b.value or 0.0), abs(whole.value or 0.0), rel_tol=1e-9)
        if exact and UNITS[a.unit].of_difference == UNITS[b.unit].of_difference == UNITS[whole.unit].of_difference:
            (x, x_step), (y, y_step), (z, z_step) = (_in_print(r) for r in (a, b, whole))
            if abs(x + y - z) >= max(x_step, y_step, z_step):
                return False
    return True


def _in_print(r: Reading) -> tuple[Decimal, Decimal]:
    """Return the size of a number as a sentence prints it, in its own unit, and the unit of its last digit."""
    value = _coarse(r, abs(r.value or 0.0))
    scale = _sentence_scale(value, r.unit, r.digits)
    divisor = Decimal(scale.divisor)
    return rounded(value / scale.divisor, scale.digits) * divisor, Decimal(1).scaleb(-scale.digits) * divisor
