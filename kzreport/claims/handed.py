"""Verdicts that a run judges once for an edition and hands to the kernels of its pages, as a file.

What belongs here: that file. What does not: judging (:mod:`kzreport.claims.assessment`). A notebook that is run alone
has no such file and judges by itself. The file is written and read by one version of the engine, in one run, in a
folder of the user's own.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from kzreport.claims.claim import Claim
from kzreport.claims.outcomes import Assessment

VARIABLE = "KZREPORT_VERDICTS"  # names the file in a kernel's environment; there need not be one
Handed = Mapping[str, bytes]  # claim id -> its assessment and the series that it was compared with, pickled

_NONE: Handed = {}


def pack(assessment: Assessment, series: Sequence[str]) -> bytes:
    """Return an assessment as it is handed over, with the series behind it in the order in which they were read."""
    return pickle.dumps((assessment, tuple(series)))


def unpack(handed: bytes, claim: Claim, load: Callable[[str], object]) -> Assessment | None:
    """Return a handed assessment and ``load`` its series; ``None`` if it is of another state of the claim."""
    assessment, series = pickle.loads(handed)
    if not isinstance(assessment, Assessment) or assessment.claim != claim:
        return None
    for name in series:
        load(name)
    return assessment


def write_handed(path: Path, verdicts: Mapping[date, Handed]) -> None:
    """Write the verdicts of some days. Raises :class:`OSError`."""
    path.write_bytes(pickle.dumps(dict(verdicts)))


def handed_over(day: date) -> Handed:
    """Return the verdicts of a day that were handed to this process; none if it has to judge by itself."""
    path = os.environ.get(VARIABLE, "")
    return _read(path).get(day, _NONE) if path and Path(path).is_file() else _NONE


@lru_cache(maxsize=1)
def _read(path: str) -> Mapping[date, Handed]:
    with contextlib.suppress(OSError, EOFError, pickle.UnpicklingError):  # then it judges by itself
        found = pickle.loads(Path(path).read_bytes())
        return found if isinstance(found, dict) else {}
    return {}
