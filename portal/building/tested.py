"""The results of the release's tests on their way into the wheel, tied to the sources they are of.

``./run release`` writes them into ``portal/test_results.json``, beside what an image is built of.
The hook takes them along only where the sources are those that were tested.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

FILE = "portal/test_results.json"
SOURCES = ("admin", "locales", "portal", "static", "templates")
SINGLE = ("pyproject.toml", "requirements.lock")
_LEFT_OUT = frozenset({".mo", ".pyc"})


def digest_of_sources(root: Path) -> str:
    """Return the SHA-256, in hexadecimal digits, of all that a wheel is built of."""
    found = hashlib.sha256()
    for path in _files(root):
        body = path.read_bytes()
        name = path.relative_to(root).as_posix()
        found.update(f"{len(body)} {name}\n".encode())
        found.update(body)
    return found.hexdigest()


def results_of(root: Path) -> str | None:
    """Return the results as they are stored, if they are of these sources."""
    file = root / FILE
    if not file.is_file():
        return None
    text = file.read_text("utf-8")
    return text if json.loads(text)["sources"] == digest_of_sources(root) else None


def _files(root: Path) -> Iterator[Path]:
    yield from (root / name for name in SINGLE)
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_OUT and path != root / FILE:
                yield path
