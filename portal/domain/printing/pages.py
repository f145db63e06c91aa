"""Pages of printed files, one thread at a time: PDFium is not safe to use from several."""

import threading
from collections.abc import Iterable
from pathlib import Path

import pypdfium2

READING = threading.Lock()


def page_texts(pdf: Path | bytes, numbers: Iterable[int]) -> list[str]:
    """Return the texts of pages (from 1). What stands on a printed letter is secret: compare it and forget it."""
    with READING:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_text(document[number - 1]) for number in numbers]
        finally:
            document.close()


def _text(page: pypdfium2.PdfPage) -> str:
    reader = page.get_textpage()
    try:
        return str(reader.get_text_range())
    finally:
        reader.close()
        page.close()
