"""Progress bars on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kzreport.editions.log import RunLog


def _bar(**form: Any) -> Any:
    from tqdm import tqdm  # type: ignore[import-untyped]

    tqdm.monitor_interval = 0  # no thread: workers are forked
    return tqdm(dynamic_ncols=True, **form)


class PageBars:
    """A progress bar for each page of an edition."""

    def __init__(self, names: Sequence[str], *, shown: bool) -> None:
        self.bars: dict[int, Any] = {}
        if shown:
            width = max(map(len, names))
            form = "{desc} {bar:30} {n_fmt}/{total_fmt} {elapsed}{postfix}"
            self.bars = {
                n: _bar(desc=name.ljust(width), position=n, bar_format=form, total=1) for n, name in enumerate(names)
            }

    def __enter__(self) -> PageBars:
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self.bars.values():
            bar.close()

    def moved(self, number: int, done: int, total: int) -> None:
        """Show how many cells of a page are done."""
        if bar := self.bars.get(number):
            if bar.total != total:
                bar.reset(total)  # the clock of a page starts with its first cell
            bar.n = done
            bar.refresh()

    def ended(self, number: int, status: str) -> bool:
        """Show the end of a page; return whether there is a bar that shows it."""
        if bar := self.bars.get(number):
            bar.n = bar.total if status != "failed" else bar.n
            bar.set_postfix_str(status)
        return bool(bar)


class BatchBar:
    """The progress of many editions: one bar on a terminal, elsewhere a line for each edition."""

    def __init__(self, editions: int, pages: int, log: RunLog, *, shown: bool) -> None:
        self.editions, self.done, self.log, self.bar = editions, 0, log, None
        if shown:
            form = "{desc} {bar:30} {n_fmt}/{total_fmt} pages, {remaining} left"
            self.bar = _bar(total=pages, desc=f"0/{editions} editions", bar_format=form)

    def page_ended(self) -> None:
        """Count a page."""
        if self.bar is not None:
            self.bar.update()

    def edition_ended(self, name: str, status: str) -> None:
        """Count and log an edition."""
        self.done += 1
        if self.bar is not None:
            self.bar.set_description(f"{self.done}/{self.editions} editions")
        self.log.edition(name, status, f" ({self.done} of {self.editions})", shown=self.bar is None)

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self.bar is not None:
            self.bar.close()
