"""Widths of texts, in processes that were forked from one."""

from __future__ import annotations

import multiprocessing
import random

from kzreport.charts import fonts


def measure(seed: int) -> dict[str, float]:
    letters = [chr(number) for number in range(0x100, 0x600)]
    random.Random(seed).shuffle(letters)
    return {letter: fonts.text_width(letter) for letter in letters}


def test_forked_processes_read_the_font_each_for_itself():
    """Two processes with one open file, and one place in it, would read each other's bytes."""
    fonts.text_width("a")
    with multiprocessing.get_context("fork").Pool(4) as pool:
        found = pool.map(measure, range(8))
    assert all(widths == found[0] for widths in found)
