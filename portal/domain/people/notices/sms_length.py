"""Measure every SMS in every language: what does not fit one message is cut, or costs twice.

One message holds 70 UTF-16 units, or 160 where all characters are of the GSM 7-bit alphabet (3GPP
TS 23.038 §6.2.1, TS 23.040 §9.2.3.24.1). A line break counts as two, as gateways in Japan count it.
"""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import use_locale
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.notices.events import DATED_EVENTS, AccountEvent, ProgressEvent
from portal.domain.people.notices.messages import (
    CodeToSend,
    Origin,
    code_message,
    notice_message,
    progress_message,
    signature_of,
)

UNICODE_UNITS, GSM_SEPTETS = 70, 160
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_DOUBLE = frozenset("^{}\\[~]|€")
DIGITS = "888888"
ANNOUNCE = "announce"
LONG_DAYS = tuple(date(2028, month, 20) for month in range(1, 13))


class Measured(Struct, frozen=True):
    """The length of one SMS in one language; ``key`` is the purpose in the outbox."""

    locale: str
    key: str
    length: int
    limit: int

    @property
    def excess(self) -> int:
        """By how much it is too long; 0 if it fits."""
        return max(0, self.length - self.limit)


def measure(text: str) -> tuple[int, int]:
    """Return the length of a text, and how much one message holds of its alphabet."""
    breaks = text.count("\n")
    if all(character in GSM or character in GSM_DOUBLE for character in text):
        doubled = sum(character in GSM_DOUBLE for character in text)
        return len(text) + doubled + breaks, GSM_SEPTETS
    return len(text.encode("utf-16-le")) // 2 + breaks, UNICODE_UNITS


def measured(program: Program, host: str) -> Iterator[Measured]:
    """Measure every SMS of a program in each of its languages, with the site's host name."""
    for locale in program.languages:
        with use_locale(locale):
            found = list(_texts(program, host))
        for key, body in found:
            yield Measured(locale, key, *measure(body))


def _texts(program: Program, host: str) -> Iterator[tuple[str, str]]:
    sms, sender = CodeChannel.SMS, signature_of(program)
    for purpose in CodePurpose:
        code = CodeToSend(purpose, DIGITS)
        yield f"code.{purpose}", code_message(sms, code, Origin(host, sender)).body
    for event in AccountEvent:
        yield f"notice.{event}", notice_message(sms, event, sender).body
    for progress in ProgressEvent:
        days = LONG_DAYS if progress in DATED_EVENTS else (None,)
        bodies = [progress_message(sms, progress, sender, due=day).body for day in days]
        yield f"{ANNOUNCE}.{progress}", max(bodies, key=len)
