"""Pictures of the documentation: a page and a chart of an edition, as chromium shows them.

``.venv/bin/python docs/screenshots.py`` makes the edition in a temporary folder and writes ``docs/images/``. The
pictures have few colours, so that each stays under 150 KB.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parent / "images"
ROOT = IMAGES.parent.parent
DAY, COLOURS, EDGE = "2026-09-30", 64, 16  # edge: pixels around a chart
CHROMIUM = "/usr/bin/chromium"


def small(png: bytes) -> bytes:
    """Return a picture with few colours."""
    picture, made = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def main() -> None:
    """Make the edition, and its pictures."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [
            Path(sys.executable).parent / "kzreport",
            "run",
            "inflation-brief",
            "--as-of",
            DAY,
            "--output",
            folder,
        ]
        subprocess.run(command, cwd=ROOT, check=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM if Path(CHROMIUM).exists() else None)
        for language, name in (("en", "page"), ("fr", "page-fr")):
            tab = browser.new_page(viewport={"width": 800, "height": 1080})
            tab.goto(f"file://{folder}/inflation-brief/{DAY}/{language}/inflation.html")
            (IMAGES / f"{name}.png").write_bytes(small(tab.screenshot()))
        tab = browser.new_page(viewport={"width": 1000, "height": 1080}, device_scale_factor=1.5)
        tab.goto(f"file://{folder}/inflation-brief/{DAY}/en/inflation.html")
        box = tab.locator("figure").nth(1).bounding_box()
        assert box is not None
        clip = {
            "x": box["x"] - EDGE,
            "y": box["y"] - EDGE,
            "width": box["width"] + 2 * EDGE,
            "height": box["height"] + EDGE,
        }
        (IMAGES / "chart.png").write_bytes(small(tab.screenshot(clip=clip, full_page=True)))  # type: ignore[arg-type]
        browser.close()


if __name__ == "__main__":
    main()
