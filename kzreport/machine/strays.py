"""Names that other programs leave in folders: file managers, editors, offices, JupyterLab, git."""

from __future__ import annotations

import re

_STRAY = re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|Icon\r|\._.*|.*~|\.~lock\..*#|~\$.*|#.*#|\..*\.sw[a-p]|\.ipynb_checkpoints"
    r"|__MACOSX|\.directory|\.sync.*|\.stfolder|\..*\.icloud|.*\.(bak|orig|rej|tmp|part|crdownload)|.* \(\d+\)(\.\w+)?"
    r"|.* ?[-(] ?(copy|copie|Copy|Copie)\b.*|.*-Copy\d+\.\w+|(Copy of|Copie de) .*|.*conflicted copy.*"
    r"|.*(copie|version) en conflit.*|.*\.sync-conflict-.*|.*_(BACKUP|BASE|LOCAL|REMOTE)_\d+\.\w+"
)


def is_stray(name: str) -> bool:
    """Report whether a file was left by another program, judging by its name or a folder's above it.

    >>> is_stray("en/.DS_Store"), is_stray("cpi (Anna's conflicted copy 2026-11-02).csv"), is_stray("cpi.csv")
    (True, True, False)
    """
    return any(_STRAY.fullmatch(part) for part in name.split("/"))
