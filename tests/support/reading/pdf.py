"""Reads letters back from their PDF: the text and the picture of every page."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from tests.support.reading import qr


@contextmanager
def _opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def text(pdf: bytes) -> list[str]:
    """The text of every page; variation selectors of names are kept."""
    pages = []
    with _opened(pdf) as document:
        for page in document:
            reader = page.get_textpage()
            pages.append(reader.get_text_range())
            reader.close()
            page.close()
    return pages


def pages(pdf: bytes, dpi: int = 150) -> list[Image.Image]:
    """The picture of every page, as a printer at `dpi` dots per inch would lay it down."""
    pictures = []
    with _opened(pdf) as document:
        for page in document:
            bitmap = page.render(scale=dpi / 72)
            pictures.append(bitmap.to_pil().copy())
            bitmap.close()
            page.close()
    return pictures


def links(pdf: bytes) -> list[str]:
    """The addresses to which places of the pages lead."""
    found = []
    with _opened(pdf) as document:
        for page in document:
            place, link = ctypes.c_int(0), raw.FPDF_LINK()
            while raw.FPDFLink_Enumerate(page, place, link):
                action = raw.FPDFLink_GetAction(link)
                length = raw.FPDFAction_GetURIPath(document, action, None, 0)
                address = ctypes.create_string_buffer(length)
                raw.FPDFAction_GetURIPath(document, action, address, length)
                found.append(address.value.decode())
            page.close()
    return found


def codes(pdf: bytes, dpi: int = 150) -> list[list[str]]:
    """The texts of all QR codes and bar codes of every page."""
    return [qr.decode(page) for page in pages(pdf, dpi)]


def smaller(pdf: bytes, points: float, *, below_mm: float = 0, pages: int | None = None) -> str:
    """The characters that are drawn smaller than ``points``, below a height of each page.

    Blanks do not count; ``pages`` looks at the first ones only.
    """
    found = []
    with _opened(pdf) as document:
        for page in list(document)[:pages]:
            reader = page.get_textpage()
            top = page.get_height() - below_mm * 72 / 25.4
            for at in range(reader.count_chars()):
                letter = chr(raw.FPDFText_GetUnicode(reader.raw, at))
                size = raw.FPDFText_GetFontSize(reader.raw, at)
                if letter.strip() and size < points - 0.05 and reader.get_charbox(at)[3] < top:
                    found.append(letter)
            reader.close()
            page.close()
    return "".join(found)


def beyond(pdf: bytes, edge_mm: float) -> str:
    """The characters that stand nearer to a side of their page than ``edge_mm``, or outside."""
    found = []
    edge = edge_mm * 72 / 25.4
    with _opened(pdf) as document:
        for page in document:
            reader, width, height = page.get_textpage(), page.get_width(), page.get_height()
            for at in range(reader.count_chars()):
                letter = chr(raw.FPDFText_GetUnicode(reader.raw, at))
                left, low, right, top = reader.get_charbox(at)
                inside = left >= edge and low >= edge and right <= width - edge
                if letter.strip() and not (inside and top <= height - edge):
                    found.append(letter)
            reader.close()
            page.close()
    return "".join(found)
