"""Whether the results of the accessibility audit are those of the screens as they are.

``./run audit`` writes the results (``RESULTS``) with a digest of all that the resident screens are
made of; a release is refused where that changed since.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.support.sources import ROOT

RESULTS = Path("portal/accessibility.json")
SCREENS = (
    "locales",
    "portal/web",
    "static",
    "templates/components",
    "templates/layouts",
    "templates/portal",
)
"""What the resident screens are made of."""
_LEFT_OUT = frozenset({".mo", ".pyc"})
_STAFF = frozenset({"staff.po", "staff.pot"})
HOW = "Run `./run audit` and commit portal/accessibility.json."


def digest_of_screens(root: Path = ROOT) -> str:
    """Return the SHA-256, in hexadecimal digits, of all that the resident screens are made of."""
    found = hashlib.sha256()
    for path in _files(root):
        body = path.read_bytes()
        found.update(f"{len(body)} {path.relative_to(root).as_posix()}\n".encode())
        found.update(body)
    return found.hexdigest()


def audit_refusals(root: Path) -> Iterator[str]:
    """Yield why a release would say more about its screens than the last audit carries."""
    file = root / RESULTS
    if not file.is_file():
        yield f"The accessibility of the resident screens was never audited. {HOW}"
        return
    content = json.loads(file.read_text("utf-8"))
    if content["screens_digest"] != digest_of_screens(root):
        yield f"The resident screens changed since their audit of {content['on']}. {HOW}"
    elif not content["all_languages"]:
        yield f"The audit of {content['on']} looked at some languages in rotation. {HOW}"


def _files(root: Path) -> Iterator[Path]:
    for folder in SCREENS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix not in _LEFT_OUT and path.name not in _STAFF:
                yield path
