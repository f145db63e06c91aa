"""Our scripts as browsers get them: without the lines that only tell a reader why."""

import re
from pathlib import Path

REMARK = re.compile(r"^\s*//.*\n", re.MULTILINE)
INDENT = re.compile(r"^ +", re.MULTILINE)


def served(path: Path) -> bytes:
    """Return a script without whole lines of comment and without indentation.

    Nothing of a statement changes: no text of ours goes over the end of a line.
    """
    return INDENT.sub("", REMARK.sub("", path.read_text("utf-8"))).encode()
