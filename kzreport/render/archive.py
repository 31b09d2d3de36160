"""Zip archives that are the same bytes for the same files: fixed dates, fixed rights, in the order given."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that the format knows


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of files by name.

    >>> zip_bytes({"a.txt": b"1"}) == zip_bytes({"a.txt": b"1"})
    True
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(entry, data)
    return buffer.getvalue()


def restamp(data: bytes) -> bytes:
    """Return a zip archive with the files of another and fixed dates."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zip_bytes({name: archive.read(name) for name in archive.namelist()})
