"""Settings of the documentation: Sphinx with MyST, and the reference pages that are generated from the code."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS), str(DOCS.parent)]

import gallery  # noqa: E402  # beside this file
import generate  # noqa: E402

generate.write_all(DOCS / "reference" / "generated")
(DOCS / "reference" / "generated" / "schemas" / "gallery.html").write_text(
    gallery.gallery(back="reference/charts.html"), encoding="utf-8"
)

project = "kzreport"
author = "kzreport contributors"
copyright = author
release = version = ""

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]
exclude_patterns = ["_build", "reference/generated/parts"]
html_extra_path = ["reference/generated/schemas"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
maximum_signature_line_length = 88
autodoc_default_options = {"members": True}
napoleon_google_docstring = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "kzreport"
html_static_path = ["_static"]
html_css_files = ["kzreport.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
html_last_updated_fmt = None
pygments_style = "friendly"
pygments_dark_style = "github-dark"
_COLOURED = ("color-brand-primary", "color-brand-content", "color-api-name", "color-api-pre-name")
html_theme_options: dict[str, Any] = {
    "light_css_variables": {name: "#0064a0" for name in _COLOURED},
    "dark_css_variables": {name: "#8ac8ec" for name in _COLOURED},
}
copybutton_exclude = ".linenos, .gp, .go"


def _language_of_page(app: Any, name: str, template: str, context: dict[str, Any], tree: Any) -> None:
    """Say in the page in which language it is written: screen readers and hyphenation follow it."""
    if name.startswith("fr/"):
        context["language"] = "fr"


def setup(app: Any) -> None:
    """Register what the pages need."""
    app.connect("html-page-context", _language_of_page)
