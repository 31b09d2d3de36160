"""The table of faults at the end of ``make faults``; the process that starts the workers prints it."""

from __future__ import annotations

import os


def pytest_terminal_summary(terminalreporter):
    passed = terminalreporter.getreports("passed")
    rows = [v for r in passed for k, v in r.user_properties if k == "fault"]
    hostile = [r for r in passed if r.when == "call" and "test_hostile.py" in r.nodeid]
    if hostile:
        told = "nothing runs, loads or leads away; one line in messages"
        rows.append(f"| B6 | hostile text in {len(hostile)} places | {told} |")
    if rows and os.environ.get("KZREPORT_FAULTS"):  # a table of Markdown: docs/explanation/faults.md has its lines
        terminalreporter.section(f"faults survived, seed {os.environ.get('KZREPORT_SEED', '1')}")
        for row in ["| row | what, how often | what came of it |", "|---|---|---|", *sorted(rows)]:
            terminalreporter.write_line(row)
