"""A figure as PNG with a palette of 256 colours: a third of the size in a page that holds its pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image


def png_bytes(figure: Figure) -> bytes:
    """Draw a figure at its own resolution and return it as PNG; the same figure gives the same bytes."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    buffer = io.BytesIO()
    # a level above 6 takes seven times as long and saves 3 %
    reduce_colours(np.asarray(canvas.buffer_rgba())).save(
        buffer, format="png", compress_level=6, dpi=(figure.dpi, figure.dpi)
    )
    return buffer.getvalue()


def reduce_colours(rgba: NDArray[np.uint8], exact: int = 128) -> Image.Image:
    """Return an opaque picture with a palette of at most 256 colours.

    The ``exact`` most frequent colours stay as they are; the rest (shades of edges) share the remaining places.
    Runs of one colour are counted instead of pixels, which is much faster.
    """
    packed = np.ascontiguousarray(rgba).view("<u4")[..., 0] & 0xFFFFFF  # opaque: the background is white
    pixels = packed.ravel()
    starts = np.flatnonzero(np.concatenate(([True], pixels[1:] != pixels[:-1])))
    lengths = np.diff(starts, append=len(pixels))
    codes, colours = pd.factorize(pixels[starts])
    rgb = np.stack([colours >> shift & 255 for shift in (0, 8, 16)], axis=1).astype(np.uint8)
    order = np.argsort(-np.bincount(codes, lengths), kind="stable")
    top, rest = (order, order[:0]) if len(order) <= 256 else (order[:exact], order[exact:])
    index = np.empty(len(order), np.uint8)
    index[top] = np.arange(len(top))
    palette = rgb[top].tobytes()
    if len(rest):
        shades = Image.fromarray(rgb[rest][np.newaxis]).quantize(256 - exact, dither=Image.Dither.NONE)
        index[rest] = np.asarray(shades)[0] + exact
        palette += bytes(shades.getpalette() or ())
    picture = Image.frombytes("P", packed.shape[::-1], np.repeat(index[codes], lengths).tobytes())
    picture.putpalette(palette[: 3 * 256])
    return picture
