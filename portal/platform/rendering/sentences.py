"""Sentences that a template sets one after the other: with a blank only where people write one."""

from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

TEXTS = {"_", "_n"}
END = "。"
BLANK = "gap"
"""How templates call ``blank_between`` behind a sentence that is no text of theirs."""


def _ends_sentence(expression: list[Token]) -> bool:
    """Return whether an expression draws a text of the catalog that is a whole sentence."""
    if not expression or expression[0].value not in TEXTS:
        return False
    last = ""
    for token in expression[2:]:
        if token.type != "string":
            break
        last = token.value
    return last.rstrip("\"'").endswith(END)


def _call(lineno: int) -> Iterator[Token]:
    for kind, value in (
        ("variable_begin", "{{"),
        ("name", BLANK),
        ("lparen", "("),
        ("rparen", ")"),
        ("variable_end", "}}"),
    ):
        yield Token(lineno, kind, value)


class SentencesTogether(Extension):
    """Asks the language for the blank behind a sentence that a template's layout would leave.

    It looks at sentences that stand in the template itself; behind others the template says
    ``{{ gap() }}``.
    """

    priority = 150
    """After the layout was dropped, before headings are looked up in another way."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Put the call for the blank in the place of one that follows a sentence."""
        expression: list[Token] | None = None
        ended = False
        for token in stream:
            if token.type == "variable_begin":
                expression, ended = [], False
            elif token.type == "variable_end":
                ended, expression = _ends_sentence(expression or []), None
            elif expression is not None:
                expression.append(token)
            text = token.value if token.type == "data" else ""
            if ended and text.startswith(" "):
                yield from _call(token.lineno)
                text = text[1:]
            ended = ended and not text
            if text:
                yield Token(token.lineno, "data", text)
            elif token.type != "data":
                yield token
