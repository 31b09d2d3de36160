"""Runs that are killed, ended and doubled at any moment: what is there is whole, and the rest is made.

`make faults` does it as often as the fault table says (KZREPORT_SEED chooses other moments), `make test` a few times.
"""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("alone", [False, True], ids=["group", "parent"])
def test_a_batch_killed_at_any_moment(alone, launcher, batch, dice, often, row):
    kills = often(60, 2) if alone else often(200, 4)
    hit = 0
    while hit < kills:
        run = launcher.start(*batch.words)
        assert run.pid
        time.sleep(dice.uniform(0, batch.seconds / 4))
        hit += run.kill(group=not alone)
        run.wait()
        assert not batch.torn(), f"kill {hit}"
        if alone and hit % 5 == 0:
            assert not launcher.quiet(20)
        if hit % 20 == 0 or batch.there() == batch.editions or hit == kills:
            assert not launcher.quiet(20)
            batch.resume(launcher)
            batch.clear()
    what = "the parent alone" if alone else "the whole group"
    row(
        "A2" if alone else "A1",
        f"SIGKILL of {what} at {kills} random moments of a batch of {2 * batch.editions} pages",
        "0 torn, resumed, byte-identical",
    )
