"""Typeset a PDF with Typst. Texts reach Typst as data, never as markup."""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from portal.domain.foundation.languages import LANGUAGES
from portal.domain.foundation.resources import TEMPLATES
from portal.domain.letters.letters.drawing.fonts import font_folders

if TYPE_CHECKING:
    import typst

LETTERS = TEMPLATES / "letters"
IMPORTED = ("parts.typ", "forms.typ")
TypstData = Mapping[str, object]
"""What a template reads as ``data.json``: texts, numbers, lists and further such values."""
_drawing = threading.Lock()


def page_count(pdf: bytes) -> int:
    """Return the number of pages of the compiler's PDF; letters and pages must reconcile."""
    match = re.search(rb"/Type ?/Pages\b[^>]*?/Count (\d+)|/Count (\d+)[^>]*?/Type ?/Pages\b", pdf)
    if match is None:
        raise TypeError("a PDF without a page tree")
    return int(match[1] or match[2])


def compile_pdf(
    template: str, data: TypstData, *, timestamp: int, fonts: tuple[Path, ...] = ()
) -> bytes:
    """Return the PDF of a template in ``templates/letters``; the same data gives the same bytes.

    Threads take turns: a compiler refuses a second one while it works.
    """
    with _drawing:
        return _compile(template, data, timestamp, fonts)


def _compile(template: str, data: TypstData, timestamp: int, fonts: tuple[Path, ...]) -> bytes:
    compiler, sources = _compiler(template, fonts)
    # The data is a file and not a system input: an input would change the world that every cached
    # layout was made in, and each text that is the same on all letters would be laid out anew in
    # every chunk.
    pdf = compiler.compile(
        input=_files({**sources, "data.json": json.dumps(dict(data), ensure_ascii=False).encode()}),
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=timestamp,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("the compiler gave pages instead of one file")
    return pdf


@lru_cache(maxsize=8)
def _compiler(template: str, fonts: tuple[Path, ...]) -> "tuple[typst.Compiler, dict[str, bytes]]":
    import typst  # noqa: PLC0415  (7 MB that only drawing needs)

    folders = {*font_folders(), *(font.parent for font in fonts)}
    typesetting = {one.locale: asdict(one.typesetting) for one in LANGUAGES}
    sources = {
        "main": (LETTERS / template).read_bytes(),
        "languages.json": json.dumps(typesetting).encode(),
        **{name: (LETTERS / name).read_bytes() for name in IMPORTED},
    }
    compiler = typst.Compiler(
        _files({**sources, "data.json": b"{}"}),
        font_paths=[str(folder) for folder in sorted(folders)],
        ignore_system_fonts=True,
    )
    return compiler, sources


def _files(contents: dict[str, bytes]) -> Any:
    # the package accepts files by name; its type stub omits them
    return contents
