"""``kzreport languages``: the languages of the project, and the words that a language lacks."""

from __future__ import annotations

import argparse
import re

from kzreport.commands.session import show
from kzreport.errors import ParameterError, explain, short_repr
from kzreport.files import shown_path
from kzreport.language.locale import Locale
from kzreport.language.translation import copy_untranslated, untranslated
from kzreport.language.wordfiles import built_in_languages
from kzreport.project.settings import project


def run(args: argparse.Namespace) -> int:
    """List the languages, list the untranslated words of one, or copy the English words that one lacks.

    Raises :class:`WordsError` for a language that Babel does not know, and for files that cannot be read.
    """
    for name, code in (("--missing", args.missing), ("--copy", args.copy)):
        if code and not re.fullmatch("[a-z]{2,3}", code):
            raise ParameterError(explain(name, short_repr(code), "a code such as es"))
        if code:
            Locale.from_grammar(code, {}, name)
    if args.copy:
        show(f"{shown_path(copy_untranslated(args.copy))}: add '{args.copy}' to 'languages' in params/project.yml")
    for line in untranslated(args.missing) if args.missing else ():
        show(line)
    if not args.copy and not args.missing:
        for language in project().languages:
            origin = "words of the engine" if language in built_in_languages() else "words of the project"
            show(f"{language}  {origin}, {len(untranslated(language))} untranslated")
    return 0


def list_warnings() -> list[str]:
    """List the languages of the project that have untranslated words, one line each."""
    counts = {language: len(untranslated(language)) for language in project().languages}
    return [
        f"{language}: {count} words untranslated; see 'kzreport languages --missing {language}'"
        for language, count in counts.items()
        if count
    ]
