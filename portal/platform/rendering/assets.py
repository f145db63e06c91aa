"""Our CSS and JS and the packaged htmx file, under content-hashed names with a long cache."""

import base64
import gzip
import hashlib
import mimetypes
import re
from pathlib import Path

from msgspec import Struct

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.resources import STATIC, VENDOR
from portal.domain.foundation.texts import _s
from portal.platform.rendering import scripts, stylesheets

PREFIX = "/static/"
INLINE = "js/portal.js"
"""The script that stands in each resident page: a request of its own would hold up its drawing."""
COMMENT = re.compile(r"(^|\s)//\s.*")


class Asset(Struct, frozen=True):
    """One file: its bytes, its gzipped bytes (empty where that saves nothing), its type."""

    body: bytes
    gzipped: bytes
    media_type: str


def _served(root: Path) -> list[Path]:
    """Return the files that browsers ask for: all but the parts of which a stylesheet is made."""
    files = sorted(p for p in root.rglob("*") if p.is_file() and not p.name.startswith("."))
    parts = {part for p in files if p.suffix == ".css" for part in stylesheets.parts(p)}
    return [path for path in files if path not in parts]


def _body(path: Path, root: Path) -> bytes:
    if path.suffix == ".css":
        return stylesheets.joined(path)
    if path.suffix == ".js" and root != VENDOR:
        return scripts.served(path)
    return path.read_bytes()


class Assets:
    """All static files, read once; ``url("css/portal.css")`` gives the hashed address."""

    def __init__(self, roots: tuple[Path, ...] = (STATIC, VENDOR)) -> None:
        self._files: dict[str, Asset] = {}
        self._urls: dict[str, str] = {}
        for root in roots:
            for path in _served(root):
                self._add(path.relative_to(root).as_posix(), _body(path, root))

    def _add(self, name: str, body: bytes) -> None:
        stem, _dot, suffix = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:10]}.{suffix}"
        gzipped = gzip.compress(body, 9, mtime=0)
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._files[hashed] = Asset(
            body, gzipped if len(gzipped) < len(body) * 0.9 else b"", media_type
        )
        self._urls[name] = PREFIX + hashed

    def url(self, name: str) -> str:
        """Return the address of a file.

        Raises:
            InputError: the file is not there, as when set-up was not run.
        """
        try:
            return self._urls[name]
        except KeyError:
            raise InputError(
                _s("静的ファイル %(name)s がありません。「./run setup」を実行してください。")
                % {"name": name}
            ) from None

    def script(self, name: str) -> str:
        """Return a script as it stands in pages: without comments and indentation."""
        lines = self._files[self._urls[name].removeprefix(PREFIX)].body.decode().splitlines()
        kept = (COMMENT.sub("", line).strip() for line in lines)
        return "\n".join(line for line in kept if line)

    def script_digest(self, name: str) -> str:
        """Return what a content security policy names this script by."""
        digest = hashlib.sha256(self.script(name).encode()).digest()
        return f"sha256-{base64.b64encode(digest).decode()}"

    def get(self, hashed_name: str) -> Asset | None:
        """Return a file by its hashed name."""
        return self._files.get(hashed_name)
