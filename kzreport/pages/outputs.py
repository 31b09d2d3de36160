"""What an executed page shows, as text and as files."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from nbformat import NotebookNode


def page_texts(nb: NotebookNode) -> str:
    """Everything a page says, as text: sentences, tables, descriptions and the figures of its charts."""
    said = [o.data["text/plain"] for c in nb.cells if c.cell_type == "code" for o in c.outputs]
    return "\n\n".join(text.strip() for text in said) + "\n"


@dataclass(frozen=True)
class Artefact:
    """A chart or table of a page: its name and title, its figures as CSV, and for a chart its picture."""

    kind: str
    name: str
    csv: str
    png: bytes = b""


def page_artefacts(nb: NotebookNode) -> list[Artefact]:
    """The charts and tables of an executed page, in order."""
    found = []
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            about = output.metadata.get("kzreport", {})
            if "csv" in about:
                png = base64.b64decode(output.data["image/png"]) if "image/png" in output.data else b""
                found.append(Artefact(about["kind"], about["name"], about["csv"], png))
    return found
