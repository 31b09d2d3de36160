"""Changes of the cards since they were accepted: what they say of figures that are published."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kzreport.commands.session import show
from kzreport.guards.finding import Finding
from kzreport.language.wordfiles import terminal_language

# What a figure means: another unit, basis or publisher makes another figure of it.
_MEANING = ("titles", "unit", "basis", "basis_by", "decimals", "frequency", "dimensions", "publisher")
_LISTS = ("caveats", "sources", "known_gaps", "publisher_before", "vintages")
_OTHERS = ("licence", "accessed_via", "publication", "range", "continuous", "state")
_MOST = 6  # cards with the same change that are named

Entry = Mapping[str, Any]


def look_at_cards(then: Mapping[str, Entry], now: Mapping[str, Entry]) -> Iterator[Finding]:
    """Print what cards say otherwise than when they were accepted; yield a question where it matters to a reader.

    It matters if the meaning of published figures is another, or if less is said or checked of them: fewer caveats, a
    wider range, gaps allowed. The entries are those of ``datapackage.json``, by the name of the table.
    """
    alike: dict[tuple[str, bool], list[str]] = defaultdict(list)  # change, asked -> cards
    for name in sorted(then.keys() & now.keys()):
        for change in _changes(then[name], now[name]):
            alike[change].append(f"{name}.yml")
    for (told, asked), cards in alike.items():
        more = f" and {len(cards) - _MOST} more" if len(cards) > _MOST else ""
        show(f"{', '.join(cards[:_MOST])}{more}: {told}")
        if asked:
            yield Finding("meaning", cards[0], "", f"{told}{f' (and {len(cards) - 1} more cards)' * (len(cards) > 1)}",
                          "what was said of figures that are published")  # fmt: skip


def _changes(then: Entry, now: Entry) -> Iterator[tuple[str, bool]]:
    """Yield the differences between two entries of a table: in words, and whether to ask."""
    for key in (*_MEANING, *_OTHERS):
        old, new = then.get(key), now.get(key)
        if old != new:
            asked = key in _MEANING or (key == "continuous" and bool(old)) or (key == "range" and _wider(old, new))
            yield f"{key}: {_shown(new)} in place of {_shown(old)}", asked
    for key in _LISTS:
        old, new = (entry.get(key) or [] for entry in (then, now))
        for few, others, word in ((old, new, "without"), (new, old, "with")):
            for one in (one for one in few if one not in others):
                yield f"{key}: {word} {_shown(one)}", False
        if key == "caveats" and len(new) < len(old):
            yield f"{key}: {len(new)} in place of {len(old)}", True


def _wider(old: Any, new: Any) -> bool:
    """Report whether a range lets more values pass than before; a range that cannot be compared may."""
    return not (old and new) or bool(new[0] < old[0] or new[1] > old[1])


def _shown(value: object) -> str:
    """Return a value in one line; of words those in the language of the terminal."""
    if isinstance(value, Mapping) and isinstance(value.get(terminal_language()), str):
        return f"“{value[terminal_language()]}”"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "nothing"}[value]
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
