"""Options for what is personal: a number, name or address, which no argument may hold.

Arguments of a process are read by everybody on the machine and kept by the shell. So the option
takes a file whose first line is the value, or ``-``: then the command asks at the terminal, or
reads one line of standard input.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from portal.cli.context import Command
from portal.domain.foundation.texts import _s

ASK = "-"
LONGEST_LINE = 500


class Asked(click.ParamType[str]):
    """The first line of a file, or what somebody types when asked.

    Attributes:
        words: Returns what it is, in the language of whoever is asked.
    """

    name = "file"

    def __init__(self, words: Callable[[], str]) -> None:
        self.words = words

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the line; a file that is none is refused without repeating the argument."""
        if not value:
            return ""
        if value == ASK:
            return self._ask()
        try:
            with Path(value).open(encoding="utf-8-sig") as file:
                return file.readline(LONGEST_LINE).strip()
        except (OSError, ValueError):
            self.fail(
                _s(
                    "%(what)sは、引数には書きません。1行目に書いたファイルを指定するか、"
                    "「-」として、聞かれたときに入力してください。"
                )
                % {"what": self.words()},
                param,
                ctx,
            )

    def _ask(self) -> str:
        if sys.stdin.isatty():
            return str(click.prompt(self.words(), err=True)).strip()
        return sys.stdin.readline(LONGEST_LINE).strip()


def asked_option(
    name: str, words: Callable[[], str], help_text: str, *, always: bool = True
) -> Callable[[Command], Command]:
    """Return an option for something personal; with ``always`` the command asks if it is left out.

    ``words`` returns what it is.
    """
    return click.option(
        name,
        type=Asked(words),
        default=ASK if always else "",
        metavar="FILE|-",
        help=f"{help_text} The first line of FILE; - asks for it.",
    )
