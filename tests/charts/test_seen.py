"""What differs by colour alone differs in grey and to the colour-blind, on both papers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from measured import contrast, luminance

from kzreport.charts.bars import SHADES
from kzreport.charts.colours import COLOURS, NAMES, PALETTE, tint

# Machado, Oliveira and Fernandes (2009), whole loss of one kind of cones, in linear light.
BLIND = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
APART = 20  # a distance in Lab that nobody overlooks between fields that touch


def seen(colour: str, kind: str) -> np.ndarray:
    parts = np.array([int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)])
    light = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(np.array(BLIND[kind]) @ light, 0, 1) / WHITE
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def parts(dark: bool) -> list[str]:
    """Return the colours of the parts of stacked bars, in their order."""
    drawn = (tint(colour, SHADES[n % len(SHADES)]) for n, colour in enumerate(PALETTE[:3]))
    return [COLOURS[NAMES[colour]][dark] for colour in drawn]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("kind", BLIND)
def test_parts_that_touch_differ_to_the_colour_blind(kind, dark):
    for one, other in pairwise(parts(dark)):
        assert np.linalg.norm(seen(one, kind) - seen(other, kind)) > APART


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_parts_that_touch_differ_in_grey(dark):
    for one, other in pairwise(parts(dark)):
        assert contrast(one, other) > 1.4


@pytest.mark.parametrize("kind", BLIND)
def test_up_and_down_differ_to_the_colour_blind(kind):
    assert np.linalg.norm(seen(PALETTE[0], kind) - seen(PALETTE[1], kind)) > APART


def test_the_measure_sees_what_is_faint():
    assert contrast("#ffffff", "#000000") == pytest.approx(21) and luminance("#ffffff") == pytest.approx(1)
    assert np.linalg.norm(seen("#ff0000", "deuteranopia") - seen("#6f6a00", "deuteranopia")) < APART * 2
