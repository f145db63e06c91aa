"""Texts that a spreadsheet would take for a formula, and how they stay texts (CWE-1236)."""

import re

SIGNS = r"=+\-@\u207a\u207c\u208a\u208c\u2a75\u2a76\ufb29\ufe62\ufe63\ufe66\ufe6b＋－＝＠"
"""The signs that begin a formula, and every character that becomes one of them in normal width."""
IGNORED = r"\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2060\ufeff"
FORMULA = re.compile(f"[\t\r\n\x00]|[{IGNORED}]*[{SIGNS}]")
MARKED = re.compile("'+")


def begins_like_formula(text: str) -> bool:
    """Return whether a spreadsheet may run the text: a sign of any width, behind blanks or not."""
    return FORMULA.match(text) is not None


def as_cell(text: str) -> str:
    """Return the text for a cell of a CSV file: an apostrophe before it keeps it a text.

    A text that looks as if it had one already gets one more, so that taking one off gives every
    text back.
    """
    marks = MARKED.match(text)
    return f"'{text}" if begins_like_formula(text[marks.end() :] if marks else text) else text
