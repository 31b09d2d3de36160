"""Settings of runs as defaults of options: an option that was not typed takes the value of its setting."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from kzreport.console.redaction import keep_secrets_of, shown_address
from kzreport.editions.settings import RunSettings, run_settings
from kzreport.files import project_root
from kzreport.machine.cores import usable_cores
from kzreport.project.repository import repository_state

PROJECT = "params/project.yml"  # the origin of a setting
_NAMES = [name for name in RunSettings.model_fields if name != "formats"]  # a definition stands between these


def apply_settings(args: argparse.Namespace) -> None:
    """Complete the options of a command; ``args.origins`` names the origin of each.

    Raises :class:`DataError` naming the setting that is wrong.
    """
    args.origins = {}
    known = [name for name in _NAMES if hasattr(args, name)]
    own = run_settings() if known else RunSettings()
    for name in known:
        origin = "command line"
        if getattr(args, name) in (None, []):
            value = getattr(own, name)
            origin = "default" if value in (None, []) else PROJECT
            setattr(args, name, value)
        args.origins[name] = origin
    for address in [*(getattr(args, "notify", None) or []), getattr(args, "output", None) or ""]:
        keep_secrets_of(address)
    if "page_timeout" in known and args.page_timeout is None:
        from kzreport.execution.task import PAGE_TIMEOUT

        args.page_timeout = PAGE_TIMEOUT
    if "jobs" in known and args.jobs is None:
        args.jobs = usable_cores()


def setting_lines(args: argparse.Namespace) -> Iterator[str]:
    """Yield the settings of a run, each with its origin, and the commit that its manifest will name.

    Of a command its name is yielded alone, since its words may hold a secret.
    """
    for name, origin in args.origins.items():
        value = getattr(args, name)
        if isinstance(value, list):
            value = ", ".join(_shown_target(target) for target in value)
        elif isinstance(value, str) and "://" in value:
            value = shown_address(value)
        yield f"{name.replace('_', '-')}: {'not set' if value in (None, '') else value} ({origin})"
    yield f"commit: {repository_state(project_root()).text}"


def _shown_target(target: str) -> str:
    first, *more = target.split()
    return shown_address(target) if "://" in first else f"{first} ..." if more else first
