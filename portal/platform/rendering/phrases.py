"""Where Japanese headings may break: between phrases, never inside one.

Browsers break Japanese anywhere; those that know phrases themselves (``word-break: auto-phrase``)
are not the ones that half of the families have (decision 0086).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate

from budoux import load_default_japanese_parser
from budoux.parser import Parser
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.texts import RUBY, current_locale

MARK = "\u200b"
"""Stands where a text may break, until it is drawn as ``<wbr>``."""
WBR = "<wbr>"
IN_HEADINGS = {"_": "_h", "_n": "_hn"}
"""What a heading's texts are looked up by, for what other texts are."""
UNIT = re.compile(rf"%\(\w+\)[a-z]|{RUBY.pattern}|.", re.DOTALL)
STAND_IN = "子"
"""What a phrase is found around where a variable will stand: a noun."""
WHOLE = (
    r"^\w{1,5}区",
    "もう一度",
    "もうすぐ",
    "作りなおし",
    "あて名",
    "にせの",
    "確認の番号",
)
"""What the model of phrases would break: words, and the name of a ward at the beginning."""
APART = re.compile(
    r"コールセンター|できませんでした|なっています|お待ちください|機器|(?<=サインアウト)しました"
)
"""What the model leaves in one phrase with the word before it: together wider than a phone."""
HEADING = re.compile(r"<(/?)h[1-3](?=[\s>]|$)")


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return load_default_japanese_parser()


def phrases(text: str) -> str:
    """Return a text of the catalog with a mark at each place where it may break.

    Variables and words with readings (``{漢字|かんじ}``) stay whole. A text in another language
    stays as it is, and so does やさしい日本語, which has blanks between its words.
    """
    if current_locale() != SOURCE_LOCALE:
        return text
    units = [found[0] for found in UNIT.finditer(text)]
    read = [STAND_IN if unit.startswith("%(") else RUBY.sub(r"\1", unit) for unit in units]
    breaks = set(_breaks("".join(read)))
    ends = accumulate(len(part) for part in read)
    return "".join(
        unit + (MARK if end in breaks else "") for unit, end in zip(units, ends, strict=True)
    )


def _breaks(text: str) -> Iterator[int]:
    """Yield the places between phrases; none at the end, and none inside a word of ``WHOLE``."""
    kept = [found.span() for word in WHOLE for found in re.finditer(word, text)]
    for end in accumulate(len(phrase) for phrase in _parser().parse(text)):
        if end < len(text) and not any(first < end < last for first, last in kept):
            yield end
    yield from (found.start() for found in APART.finditer(text) if found.start())


class PhrasesInHeadings(Extension):
    """Lets the texts inside ``<h1>`` to ``<h3>`` break at phrases, without a word in templates.

    Only texts of the catalog, before variables are put in: no name of a person is taken apart.
    """

    priority = 200
    """After the layout was dropped."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Look texts of headings up under their own name."""
        inside = False
        for token in stream:
            if token.type == "data":
                edges = HEADING.findall(token.value)
                inside = edges[-1] == "" if edges else inside
            if inside and token.type == "name" and token.value in IN_HEADINGS:
                yield Token(token.lineno, "name", IN_HEADINGS[token.value])
            else:
                yield token
