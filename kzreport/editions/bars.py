"""Progress bars on a terminal."""

from __future__ import annotations

from collections.abc import Sequence


class Bars:
    """A progress bar for each page on a terminal."""

    def __init__(self, names: Sequence[str], *, shown: bool) -> None:
        self.bars = {}
        if shown:
            from tqdm import tqdm  # type: ignore[import-untyped]

            tqdm.monitor_interval = 0  # no thread: workers are forked
            width = max(map(len, names))
            form = "{desc} {bar:30} {n_fmt}/{total_fmt} {elapsed}{postfix}"
            self.bars = {
                n: tqdm(desc=name.ljust(width), position=n, bar_format=form, total=1, dynamic_ncols=True)
                for n, name in enumerate(names)
            }

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self.bars.values():
            bar.close()

    def moved(self, number: int, done: int, total: int) -> None:
        """So many cells of a page are done."""
        if bar := self.bars.get(number):
            if bar.total != total:
                bar.reset(total)  # the clock of a page starts with its first cell
            bar.n = done
            bar.refresh()

    def ended(self, number: int, how: str) -> bool:
        """A page is made, or has failed; whether a bar says so."""
        if bar := self.bars.get(number):
            bar.n = bar.total if how == "made" else bar.n
            bar.set_postfix_str(how)
        return bool(bar)
