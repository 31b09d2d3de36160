"""The text of every file that an edition hands on."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pikepdf


def texts_of(folder: Path) -> Iterator[tuple[object, str]]:
    """Yield each file, and each in an archive, with its text; of a PDF what describes it. Pictures are left out."""
    for path in [p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".png", ".pyc")]:
        if path.suffix == ".pdf":
            with pikepdf.open(path) as opened:
                described = opened.Root.Metadata.read_bytes().decode()
                yield path, f"{described} {[str(v) for v in opened.docinfo.values()]}"
            continue
        if path.suffix not in (".xlsx", ".docx", ".zip"):
            yield path, path.read_text(encoding="utf-8")
            continue
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.endswith((".png", ".jpeg")):
                    yield f"{path}, {name}", archive.read(name).decode()
