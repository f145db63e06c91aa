"""What a reader of PDF/UA finds in a PDF: structure, languages, and the order of reading."""

import ctypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
from pypdfium2 import raw


@dataclass
class Element:
    """One element of the structure: its type, its own words, and what stands below it."""

    kind: str
    alt: str
    lang: str
    words: str
    below: list["Element"] = field(default_factory=list)

    def all(self) -> Iterator["Element"]:
        """The element and everything below it, in the order of reading."""
        yield self
        for one in self.below:
            yield from one.all()


@dataclass
class Structure:
    """A whole document as a screen reader goes through it."""

    is_tagged: bool
    title: str
    pages: list[Element]
    source: bytes

    def all(self) -> list[Element]:
        """All elements in the order of reading."""
        return [one for page in self.pages for one in page.all()]

    def of(self, *kinds: str) -> list[Element]:
        """The elements of some types, in order."""
        return [one for one in self.all() if one.kind in kinds]

    @property
    def words(self) -> str:
        """What is read out, without blanks."""
        return "".join("".join(one.words.split()) for one in self.all())


def _text(get: Callable[..., int], *handle: Any) -> str:
    length = get(*handle, None, 0)
    if length <= 0:
        return ""
    buffer = ctypes.create_string_buffer(length)
    get(*handle, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_char)), length)
    return buffer.raw[:length].decode("utf-16-le").rstrip("\0")


def _words(page: pypdfium2.PdfPage) -> dict[int, str]:
    """The text of each marked piece of a page."""
    reader, found = page.get_textpage(), dict[int, str]()
    for one in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1):
        mark = raw.FPDFPageObj_GetMarkedContentID(one.raw)
        length = raw.FPDFTextObj_GetText(one.raw, reader.raw, None, 0)
        buffer = ctypes.create_string_buffer(max(length, 2))
        place = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        raw.FPDFTextObj_GetText(one.raw, reader.raw, place, length)
        said = buffer.raw[:length].decode("utf-16-le").rstrip("\0")
        found[mark] = found.get(mark, "") + said
    reader.close()
    return found


def _element(handle: Any, words: dict[int, str]) -> Element:
    found = Element(
        _text(raw.FPDF_StructElement_GetType, handle),
        _text(raw.FPDF_StructElement_GetAltText, handle),
        _text(raw.FPDF_StructElement_GetLang, handle),
        "",
    )
    for at in range(raw.FPDF_StructElement_CountChildren(handle)):
        below = raw.FPDF_StructElement_GetChildAtIndex(handle, at)
        if below:
            found.below.append(_element(below, words))
        else:
            mark = raw.FPDF_StructElement_GetChildMarkedContentID(handle, at)
            found.below.append(Element("", "", "", words.get(mark, "")))
    return found


def structure_of(pdf: bytes) -> Structure:
    """Read the structure of a PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = []
        for page in document:
            words = _words(page)
            tree = raw.FPDF_StructTree_GetForPage(page)
            roots = [
                raw.FPDF_StructTree_GetChildAtIndex(tree, at)
                for at in range(raw.FPDF_StructTree_CountChildren(tree))
            ]
            pages.append(Element("Page", "", "", "", [_element(one, words) for one in roots]))
            raw.FPDF_StructTree_Close(tree)
            page.close()
        tagged = bool(raw.FPDFCatalog_IsTagged(document))
        return Structure(tagged, document.get_metadata_value("Title"), pages, pdf)
    finally:
        document.close()
