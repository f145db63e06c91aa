"""Stylesheets: the parts that a sheet imports, joined into one file without comments and layout."""

import re
from pathlib import Path

IMPORT = re.compile(r'^@import "([^"]+)";$', re.MULTILINE)
STRING_OR_COMMENT = re.compile(r'("[^"\n]*")|/\*.*?\*/', re.DOTALL)
DECLARATION = re.compile(r"^([\w-]+):\s+", re.MULTILINE)


def parts(sheet: Path) -> list[Path]:
    """Return the files that a stylesheet imports, in the order in which they apply."""
    return [sheet.parent / name for name in IMPORT.findall(sheet.read_text("utf-8"))]


def joined(sheet: Path) -> bytes:
    """Return a stylesheet as browsers get it.

    Its parts in one file, one request, no byte for the layout.

    The parts are written with one declaration a line, and every line ends where a token ends, so
    that the line breaks and what indents them can be dropped without reading the CSS.
    """
    source = "\n".join(path.read_text("utf-8") for path in parts(sheet) or [sheet])
    bare = STRING_OR_COMMENT.sub(lambda found: found[1] or "", source)
    lines = "\n".join(line.strip() for line in bare.splitlines() if line.strip())
    tight = DECLARATION.sub(r"\1:", lines).replace(" {\n", "{\n").replace(";\n}", "\n}")
    return tight.replace("\n", "").encode()
