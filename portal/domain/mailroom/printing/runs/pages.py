"""Read pages of printed files, one thread at a time: PDFium is not thread-safe."""

import io
import threading
from collections.abc import Iterable
from pathlib import Path

import pypdfium2

READING = threading.Lock()


def page_texts(pdf: Path | bytes, numbers: Iterable[int]) -> list[str]:
    """Return the texts of pages (from 1).

    The text of a printed letter is secret: compare it, but never store it.
    """
    with READING:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_text(document[number - 1]) for number in numbers]
        finally:
            document.close()


def page_pictures(pdf: Path, numbers: Iterable[int], dpi: int) -> list[bytes]:
    """Return PNGs of pages (from 1)."""
    with READING:
        document = pypdfium2.PdfDocument(pdf)
        try:
            return [_picture(document[number - 1], dpi) for number in numbers]
        finally:
            document.close()


def _picture(page: pypdfium2.PdfPage, dpi: int) -> bytes:
    out, bitmap = io.BytesIO(), page.render(scale=dpi / 72)
    try:
        bitmap.to_pil().save(out, "PNG")
    finally:
        bitmap.close()
        page.close()
    return out.getvalue()


def _text(page: pypdfium2.PdfPage) -> str:
    reader = page.get_textpage()
    try:
        return str(reader.get_text_range())
    finally:
        reader.close()
        page.close()
