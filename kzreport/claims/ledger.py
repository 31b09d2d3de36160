"""All claims of the project, read from ``data/claims/``: one CSV for each document, described in ``documents.yml``.

A new document is a CSV and an entry there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import chain
from pathlib import Path

from kzreport.claims.cells import Row
from kzreport.claims.claim import Claim, Document
from kzreport.claims.documents import Register, claims_folder, register
from kzreport.claims.facts import facts_fingerprints, facts_folder
from kzreport.claims.rows import claim_columns, read_row
from kzreport.errors import DataError, explain
from kzreport.files import cached_by_stamp, file_digest, project_root, read_text, sha256_hex, shown_path
from kzreport.series.resource import demand_accepted
from kzreport.series.table import csv_rows

_ABOUT = "documents.yml"


def all_claims() -> Mapping[str, Claim]:
    """Return all claims by id, in the order of the documents and their rows; empty for a project without claims.

    They are read again after an edit. Raises :class:`DataError` naming file, line and column.
    """
    folder = claims_folder()
    if not folder.is_dir():
        return {}
    root = project_root()
    others = [root / "data" / "datapackage.json", root / "data" / "groups.yml", root / "params" / "project.yml"]
    others += sorted(facts_folder().glob("facts.*"))
    return _read_ledger(folder, *sorted(folder.iterdir()), *others)


def known_claims(
    as_of: date, *, pages: Collection[str] = (), themes: Collection[str] = (), documents: Collection[str] = ()
) -> tuple[Claim, ...]:
    """Return the claims printed by a date, of the given pages, themes and documents (an empty list: all)."""
    return tuple(
        c
        for c in all_claims().values()
        if c.document.date <= as_of
        and (not pages or c.page in pages)
        and (not themes or c.theme in themes)
        and (not documents or c.document.id in documents)
    )


def claims_fingerprints(as_of: date) -> dict[str, str]:
    """Return file name -> sha256 of the claims and facts that a page can know on a date."""
    about = register()
    if about == Register({}, (), {}):
        return {}
    known = [d for d in about.documents.values() if d.date <= as_of]
    stated = repr([known, about.themes, sorted(about.bases.items())])
    files = {f"{d.id}.csv": file_digest(claims_folder() / f"{d.id}.csv") for d in known}
    return {_ABOUT: sha256_hex(stated.encode()), **files, **facts_fingerprints(as_of)}


@cached_by_stamp(4)
def _read_ledger(folder: Path, *files: Path) -> Mapping[str, Claim]:
    """Read and check all claims; ``files`` are all that they depend on."""
    about = register()
    expected = {_ABOUT, *(f"{id_}.csv" for id_ in about.documents)}
    if stray := sorted({p.name for p in folder.iterdir()} - expected):
        entry, todo = (
            f"an entry of it in {shown_path(folder / _ABOUT)}",
            "write one, or move the file out of the folder",
        )
        raise DataError(explain(shown_path(folder / stray[0]), "a file that no document has", entry, todo))
    found: dict[str, Claim] = {}
    for document in about.documents.values():
        _read_document(folder, document, about, found)
    for claim in found.values():
        tests = chain(*claim.tests, *(claim.corrected.tests if claim.corrected else ()))
        for term in (term for test in tests for term in test.terms):
            if term.claim and term.claim != "self" and term.claim not in found:
                raise DataError(explain(f"claim {claim.id}, test", f"no claim '{term.claim}'", "the id of a claim"))
    demand_accepted(*(folder / name for name in sorted(expected)))  # last: of a broken row its own message says more
    return found


def _read_document(folder: Path, document: Document, about: Register, found: dict[str, Claim]) -> None:
    path, columns, count = folder / f"{document.id}.csv", claim_columns(), 0
    where = shown_path(path)
    for line, cells in csv_rows(columns, read_text(path, by_cell=True), where):
        at = f"{where}, line {line}"
        claim = read_row(Row(dict(zip(columns, cells, strict=True)), at), document, about)
        if claim.id in found:
            raise DataError(explain(f"{at}, column 'id'", f"'{claim.id}' again", "each id once"))
        found[claim.id] = claim
        count += 1
    if count != document.claims:
        stated = f"{document.claims} (data/claims/{_ABOUT}, documents.{document.id}.claims)"
        todo = "fetch the file again if it was cut, else correct the number"
        raise DataError(explain(where, f"{count} claims", stated, todo))
