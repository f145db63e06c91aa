"""Removes the layout of templates, which is for their readers, from the pages that are sent."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

BLOCKS = re.compile(
    "article|aside|body|button|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-3]"
    "|head|header|html|label|legend|li|main|nav|ol|optgroup|option|p|section|select|summary|table|tbody|td|tfoot"
    "|th|thead|tr|ul"
)
"""Elements inside whose edges browsers draw no white space."""

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
PIECE = re.compile(r"</?[a-zA-Z][\w-]*|[<>\"']|[ \t]*\n[ \t\n]*|[^<>\"'\n]+?(?=[ \t]*\n|[<>\"']|$)")


@dataclass
class _Place:
    """The position in a template: inside which tag and quotes, and behind which tag's end."""

    tag: str = ""
    quote: str = ""
    behind: str = ""


def _is_block(tag: str) -> bool:
    return bool(BLOCKS.fullmatch(tag.lstrip("</")))


def _is_edge(tag: str, *, closing: bool) -> bool:
    return tag.startswith("</") == closing and _is_block(tag)


def _break(place: _Place, following: str, *, blank_ahead: bool) -> str:
    """Return what a page carries of a line break."""
    if place.quote:
        return "\n"
    if place.tag:
        return "" if blank_ahead and not following else " "
    if _is_block(place.behind) and _is_block(following):
        return "\n"
    if _is_edge(place.behind, closing=False) or _is_edge(following, closing=True):
        return ""
    return "\n" if _is_block(place.behind) or _is_block(following) else " "


def _text(data: str, place: _Place, *, blank_ahead: bool) -> Iterator[str]:
    """Yield the text between two Jinja tags without its layout, and move ``place`` forward."""
    for piece, following in pairwise([*PIECE.findall(data), ""]):
        if "\n" in piece:
            yield _break(place, following, blank_ahead=blank_ahead)
            continue
        yield piece
        if place.quote:
            place.quote = "" if piece == place.quote else place.quote
        elif place.tag:
            if piece == ">":
                place.tag, place.behind = "", place.tag
            elif piece in {'"', "'"}:
                place.quote = piece
        elif piece.startswith("<"):
            place.tag, place.behind = piece, ""
        else:
            place.behind = ""


def _brings_blank(ahead: list[Token]) -> bool:
    """Return whether a statement follows whose text begins with a blank.

    For example ``{% if on %} checked{% endif %}``.
    """
    if not ahead or ahead[0].type != "block_begin":
        return False
    return next((token.value for token in ahead if token.type == "data"), "").startswith(" ")


class WithoutLayout(Extension):
    """Drops the indentation of templates, and the line breaks that only their layout needs.

    A line break inside the edge of a block, where browsers draw nothing, is dropped; one between
    blocks stays. All others become blanks: inside a tag, and between words and inline elements,
    where they are white space that people see.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002  (jinja2's signature)
        """Drop the white space at the start of each line."""
        return INDENT.sub("", source)

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Drop line breaks of the layout from the text between the Jinja tags."""
        place = _Place()
        tokens = list(stream)
        for index, token in enumerate(tokens):
            if token.type == "data":
                blank_ahead = _brings_blank(tokens[index + 1 :])
                text = "".join(_text(token.value, place, blank_ahead=blank_ahead))
                yield Token(token.lineno, "data", text)
                continue
            if token.type == "variable_begin" and not place.tag:
                place.behind = ""
            yield token
