"""The brief of an edition as one HTML file: nothing loaded from outside, no script, one page when printed."""

from __future__ import annotations

from markupsafe import Markup

from kzreport.language.words import Words
from kzreport.project.settings import project
from kzreport.render.brief import make_brief
from kzreport.render.content import Edition
from kzreport.render.fill import fill
from kzreport.render.text import with_signs


def make(edition: Edition, language: str) -> bytes:
    """Return the brief as HTML."""
    brief = make_brief(edition, language)
    text = fill(
        "brief.html",
        w=Words(language, day=edition.as_of),
        language=language,
        project=project().name[language],
        report=edition.report[language],
        line=edition.lines[language],
        notice=edition.notices[language],
        brief=brief,
        lines={point.page: Markup(point.line) for point in brief.points},  # our own drawing: numbers alone
        fingerprint=edition.fingerprint,
    )
    return with_signs(text).encode()
