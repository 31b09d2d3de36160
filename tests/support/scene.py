"""A small project whose one series comes from a provider of its own, and a local server that is that provider."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

from kzreport.files import clear_caches, project_root
from kzreport.series.assemble import assemble

PROVIDER = '''
"""A bank that gives one series as JSON."""

import json
from datetime import date
from decimal import Decimal

from kzreport.refresh.provider import Reply, Request, Row


def requests(about, today):
    """Return the one request."""
    return [Request(about["request"]["url"], {"to": f"{today:%Y-%m}"})]


def read(raw, about):
    """Return the rows of a reply."""
    told = json.loads(raw, parse_float=Decimal)
    rows = tuple(
        Row(p, None if v is None else Decimal(str(v)), {}, date.fromisoformat(day) if day else None)
        for p, v, day in told["rows"]
    )
    return Reply(rows, told["label"])
'''


SHARED = ("package.yml", "publishers.yml", "columns.yml", "groups.yml", "labels.yml")


def bank_project(root: Path, url: str, *, confirmed: str = "yes", whole: bool = False) -> Path:
    """Make a project in which ``core_yy`` is fetched from a bank at an address; ``whole``: with all data."""
    data = project_root() / "data"
    if whole:
        for name in ("data", "notebooks", "params"):
            shutil.copytree(project_root() / name, root / name, ignore=shutil.ignore_patterns("raw", ".staged"))
    else:
        shutil.copytree(project_root() / "params", root / "params")
        (root / "data").mkdir(parents=True)
        for name in (*SHARED, "core_yy.csv", "core_yy.yml"):
            shutil.copy(data / name, root / "data" / name)
        (root / "data" / "issues.yml").write_text("[]\n")
        (root / "data" / "relations.yml").write_text("[]\n")
    (root / "data" / "providers").mkdir(exist_ok=True)
    (root / "data" / "providers" / "bank.py").write_text(PROVIDER)
    for card in (root / "data").glob("*.yml"):
        text = card.read_text(encoding="utf-8")
        if "\nfetch:" in text:  # nobody else is asked
            head, _, rest = text.partition("\nfetch:")
            lines = rest.splitlines(keepends=True)
            end = next((i for i, x in enumerate(lines) if i and x[:1] not in (" ", "\n")), len(lines))
            card.write_text(head + "\n" + "".join(lines[end:]), encoding="utf-8")
    card = root / "data" / "core_yy.yml"
    fetch = f"""
        fetch:
          provider: bank
          request:
            url: {url}
          unit: index
          published: stated
          confirmed: {confirmed}
        """
    card.write_text(card.read_text(encoding="utf-8").rstrip() + textwrap.dedent(fetch), encoding="utf-8")
    return root


def accept(root: Path, monkeypatch) -> None:
    """Work in a project from now on, its data described anew."""
    monkeypatch.setenv("KZREPORT_HOME", str(root))
    clear_caches()
    assemble()
    clear_caches()


def held(root: Path) -> list[list[str]]:
    """Return the rows of the series as the file has them."""
    return [line.split(",") for line in (root / "data" / "core_yy.csv").read_text().splitlines()[1:]]


def reply(rows: list[list[str]], *more: list, label: str = "core index") -> bytes:
    """Return a reply that repeats rows of the table, and says more: period, value, day."""
    latest = {r[0]: r[1] for r in rows}
    told = [[p, json.loads(v) if v else None, None] for p, v in latest.items()]
    told = [t for t in told if t[0] not in {m[0] for m in more}] + [list(m) for m in more]
    return json.dumps({"label": label, "rows": sorted(told, key=lambda t: t[0])}).encode()


def digest(root: Path) -> dict[str, bytes]:
    """Return every file of data/ and its bytes."""
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted((root / "data").rglob("*"))
        if p.is_file() and "__pycache__" not in p.parts
    }
