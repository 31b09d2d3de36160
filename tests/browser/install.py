"""Make sure that there is a Chromium for the browser tests; install one where that is possible.

    python tests/browser/install.py            # find or install, print nothing when it is there
    python tests/browser/install.py --where    # print the path of the one found

Only the standard library is imported, so it runs before, and without, the project's environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)
# A page without fonts is a page of boxes: Liberation has Latin and Russian letters, DejaVu the Kazakh ones.
DEBIAN_PACKAGES = ("chromium", "fonts-liberation", "fonts-dejavu-core")
HELP = """kzreport: no Chromium for the browser tests, and none could be installed.
  Looked for: {names} on PATH{tried}.
  Install one, then run `make test` again:
    Debian          apt-get install chromium
    Fedora          dnf install chromium
    macOS           brew install --cask chromium
    elsewhere       python -m playwright install --with-deps chromium"""


def find() -> Path | None:
    """Return the browser to use: the system's, else the one that playwright downloaded, else None.

    KZREPORT_CHROMIUM, when set, is taken before all others.
    """
    chosen = os.environ.get("KZREPORT_CHROMIUM")
    if chosen:
        return Path(chosen)
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return Path(path)
    for app in APPS:
        if app.is_file():
            return app
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return own if own.is_file() else None


def ways() -> list[tuple[str, list[list[str]]]]:
    """Return the ways of installing that this machine offers: a name and its commands, the best first."""
    found = []
    sudo = _sudo()
    if shutil.which("apt-get") and sudo is not None:
        env = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive"]
        found.append(
            (
                "apt-get",
                [
                    [*env, "apt-get", "update", "-qq"],
                    [*env, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES],
                ],
            )
        )
    found.append(("playwright install", [[sys.executable, "-m", "playwright", "install", "chromium"]]))
    return found


def _sudo() -> list[str] | None:
    """Return what goes before a command that needs root: nothing, `sudo -n`, or None: neither works."""
    if not hasattr(os, "geteuid"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def _run(command: list[str]) -> bool:
    """Run one command without input; show what it printed only when it failed."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"  {' '.join(command)}: {error}", file=sys.stderr)
        return False
    if done.returncode:
        print(f"  {' '.join(command)}: exit code {done.returncode}\n{done.stdout[-800:]}", file=sys.stderr)
    return done.returncode == 0


def main(argv: list[str] | None = None) -> int:
    """Find a browser or install one; return 0 when there is one and 1 when there is not."""
    parser = argparse.ArgumentParser(description="Make sure that there is a Chromium for the browser tests.")
    parser.add_argument("--where", action="store_true", help="print the path of the browser; install nothing")
    options = parser.parse_args(argv)
    browser = find()
    if options.where:
        print(browser or "none")
        return 0 if browser else 1
    tried = []
    for name, commands in [] if browser else ways():
        print(f"Installing Chromium for the browser tests with {name} ...", file=sys.stderr)
        tried.append(name)
        if all(_run(command) for command in commands) and find():
            return 0
    if browser:
        return 0
    print(
        HELP.format(names=", ".join(NAMES), tried=f"; tried {' and '.join(tried)}" if tried else ""),
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
