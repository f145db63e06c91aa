"""Texts for people.

Gettext by context variable, Japanese sentences as message ids, ruby markup for やさしい日本語.
"""

import gettext as gettext_module
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from functools import lru_cache, wraps
from typing import Self, TypeVar

from portal.domain.foundation.furigana import with_readings
from portal.domain.foundation.languages import FURIGANA, SOURCE_LOCALE, STAFF_LOCALES
from portal.domain.foundation.resources import CATALOGS

RUBY = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
WORDS_KEPT = 2_048
Word = TypeVar("Word")
_locale: ContextVar[str] = ContextVar("locale", default=SOURCE_LOCALE)


@lru_cache(maxsize=32)
def _catalog(locale: str, domain: str) -> gettext_module.NullTranslations:
    path = CATALOGS / locale / "LC_MESSAGES" / f"{domain}.mo"
    if locale == SOURCE_LOCALE or not path.is_file():
        return gettext_module.NullTranslations()
    with path.open("rb") as file:
        return gettext_module.GNUTranslations(file)


def current_locale() -> str:
    """Return the locale ID of the texts in the current context."""
    locale = _locale.get()
    return SOURCE_LOCALE if locale == FURIGANA.locale else locale


def appearance() -> str:
    """Return what the current texts look like: the locale ID, or Japanese with readings.

    Whoever keeps a text that was drawn keeps it by this.
    """
    return _locale.get()


def read_aloud(text: str) -> str:
    """Return a Japanese text of ours or the ward's, with readings where the reader wants them.

    Never one with a name in it.
    """
    return with_readings(text) if _locale.get() == FURIGANA.locale else text


@contextmanager
def use_locale(locale: str) -> Iterator[None]:
    """Return texts in ``locale`` inside the block."""
    token = _locale.set(locale)
    try:
        yield
    finally:
        _locale.reset(token)


def _(message: str) -> str:
    """Translate a sentence that residents read (catalog ``messages``)."""
    return read_aloud(_catalog(_locale.get(), "messages").gettext(message))


def _n(singular: str, plural: str, n: int) -> str:
    """Translate a resident's sentence that depends on a number."""
    return read_aloud(_catalog(_locale.get(), "messages").ngettext(singular, plural, n))


def _s(message: str) -> str:
    """Translate a sentence for staff or for the command line (catalog ``staff``)."""
    return _catalog(_staff_locale(), "staff").gettext(message)


def _sn(singular: str, plural: str, n: int) -> str:
    """Translate a staff sentence that depends on a number."""
    return _catalog(_staff_locale(), "staff").ngettext(singular, plural, n)


def _staff_locale() -> str:
    locale = _locale.get()
    return locale if locale in STAFF_LOCALES else SOURCE_LOCALE


def kept_per_language(name: Callable[[str], Word]) -> Callable[[str], Word]:
    """Cache the words that a function has for a stored code, in each language.

    Lists need the same ones row by row.
    """

    @lru_cache(maxsize=WORDS_KEPT)
    def kept(_language: str, code: str) -> Word:
        return name(code)

    @wraps(name)
    def words(code: str) -> Word:
        return kept(_locale.get(), code)

    return words


def plain(text: str) -> str:
    """Return the text without its readings: ``{漢字|かんじ}`` becomes ``漢字``.

    For titles, alt texts and messages.
    """
    return RUBY.sub(r"\1", text)


Sentence = Callable[[], str]
"""A text that is looked up when it is shown, in the language current then."""


class Labeled(StrEnum):
    """Stored code words, each with its label for people beside it.

    ``WAITING = "waiting", lambda: _s("…")``.
    """

    words: Sentence

    def __new__(cls, code: str, words: Sentence = str) -> Self:
        """Make the member of a stored code word."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.words = words
        return member

    @property
    def label(self) -> str:
        """What people read, in the current language."""
        return self.words()

    @classmethod
    def known(cls, code: object) -> Self | None:
        """Return the member of a code word; None for anything that is not one of the code words."""
        return next((member for member in cls if member.value == code), None)


def label_of(words: type[Labeled], code: str | None) -> str:
    """Return the label of a stored code word; an unknown one is shown as stored, None as ""."""
    member = words.known(code)
    return code or "" if member is None else member.label
