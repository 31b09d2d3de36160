"""Names that other programs give: to what they leave in folders, and to files of ours that they save."""

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


# .txt and .json are what an editor or a browser adds to a name that it does not know.
_OURS = re.compile(r"(.+)\.(ya?ml|csv|ipynb|py)(?:\.txt|\.json)?", re.IGNORECASE)


def right_name(name: str) -> str:
    """Return the name under which a file would be read; empty if it is read, or is of another kind.

    >>> right_name("issues.yaml"), right_name("cpi.CSV"), right_name("monthly.yml.txt"), right_name("cpi.csv")
    ('issues.yml', 'cpi.csv', 'monthly.yml', '')
    """
    found = _OURS.fullmatch(name)
    right = f"{found[1]}.{found[2].lower().replace('yaml', 'yml')}" if found else name
    return "" if right == name else right
