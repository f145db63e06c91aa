"""What people see of a page: its elements, its words, and the white space between them."""

import re
from html.parser import HTMLParser

BLOCKS = re.compile(
    "article|aside|body|br|caption|col|colgroup|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|head|header|html|label|legend|li|link|main|meta|nav|ol|optgroup|option|p|script|section"
    "|style|summary|table|tbody|td|template|tfoot|th|thead|title|tr|ul|circle|line|path|rect"
)
"""Elements beside whose edges, inside and outside, white space is not drawn."""
BOXES = frozenset({"button", "select", "svg"})
"""Inline boxes: white space inside their edges is not drawn, beside them it is."""
AS_WRITTEN = frozenset({"as-written", "sent"})
"""Classes whose text keeps every blank and line break that somebody typed."""
EMPTY = re.compile("br|circle|col|hr|img|input|line|link|meta|path|rect")
BLANK = re.compile(r"[ \t\r\n\f]+")

Piece = tuple[str, ...]


class _Pieces(HTMLParser):
    """Takes a page apart into start tags, end tags and texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.pieces: list[Piece] = []
        self.opened: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = [f"{name}={value}" for name, value in attrs]
        kept = tag == "textarea" or bool(AS_WRITTEN & {*(dict(attrs).get("class") or "").split()})
        self.pieces.append(("<", tag, *written))
        if not EMPTY.fullmatch(tag):
            self.opened.append((tag, kept))

    def handle_endtag(self, tag: str) -> None:
        while self.opened and self.opened.pop()[0] != tag:
            pass
        self.pieces.append((">", tag))

    def handle_data(self, data: str) -> None:
        keeps = any(kept for _, kept in self.opened)
        if self.pieces and self.pieces[-1][0] == "text":
            data = self.pieces.pop()[1] + data
        self.pieces.append(("text", data, "kept" if keeps else ""))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")


def _draws_no_blank(piece: Piece, *, before: bool) -> bool:
    """Tell whether a blank right before (or else right after) a tag is not drawn."""
    kind, tag = piece[0], piece[1]
    if kind == "text":
        return False
    return bool(BLOCKS.fullmatch(tag)) or (tag in BOXES and (kind == ">") == before)


def _unseen(piece: Piece) -> bool:
    """Tell whether nothing is drawn of a piece: a hidden field, or blanks between two of them."""
    if piece[0] == "text":
        return not piece[1].strip(" \t\r\n\f") and not piece[2]
    return piece[:2] == ("<", "input") and "type=hidden" in piece


def visible(page: str) -> list[Piece]:
    """Return tags with their attributes and texts, with each blank that is drawn and no other."""
    parser = _Pieces()
    parser.feed(page)
    parser.close()
    pieces = parser.pieces
    shown: list[Piece] = []
    for place, piece in enumerate(pieces):
        if piece[0] != "text" or piece[2]:
            shown.append(piece[:2] if piece[0] == "text" else piece)
            continue
        text = BLANK.sub(" ", piece[1])
        before = next((p for p in reversed(pieces[:place]) if not _unseen(p)), ("<", "html"))
        after = next((p for p in pieces[place + 1 :] if not _unseen(p)), (">", "html"))
        if _draws_no_blank(before, before=False):
            text = text.lstrip(" ")
        if _draws_no_blank(after, before=True):
            text = text.rstrip(" ")
        if text:
            shown.append(("text", text))
    return shown
