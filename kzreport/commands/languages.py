"""``kzreport languages``: the languages of the project, and the words that a language lacks."""

from __future__ import annotations

from collections.abc import Callable

from kzreport.files import shown_path
from kzreport.language.translation import copy_untranslated, untranslated
from kzreport.language.wordfiles import built_in_languages
from kzreport.project import project


def run(say: Callable[[str], object], missing: str = "", copy: str = "") -> int:
    """List languages, or the untranslated words of one; return the exit code.

    Raises :class:`WordsError` for a language that Babel does not know, and for files that cannot be read.

    Parameters
    ----------
    say
        Prints a line.
    missing
        List the untranslated words of this language.
    copy
        Write the English words that this language lacks into the project's file of it, marked as untranslated.
    """
    if copy:
        say(f"{shown_path(copy_untranslated(copy))}: add '{copy}' to 'languages' in params/project.yml")
    for line in untranslated(missing) if missing else ():
        say(line)
    if not copy and not missing:
        for language in project().languages:
            origin = "words of the engine" if language in built_in_languages() else "words of the project"
            say(f"{language}  {origin}, {len(untranslated(language))} untranslated")
    return 0


def warnings() -> list[str]:
    """List the languages of the project that have untranslated words, one line each."""
    counts = {language: len(untranslated(language)) for language in project().languages}
    return [
        f"{language}: {count} words untranslated; see 'kzreport languages --missing {language}'"
        for language, count in counts.items()
        if count
    ]
