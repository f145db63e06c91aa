"""What a text for residents may be: plain, short, and leading nowhere but to our own site.

A text that the ward changes in a minute reaches every family: whoever can write one must not be
able to send them to another site or another number.
"""

import re
import unicodedata

from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.contacts.site_texts.text_places import TextPlace
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import RUBY, _s, plain
from portal.domain.foundation.work import Work

READ_ALOUD = frozenset({"ja", "ja@easy"})
"""The languages whose texts may have readings, written {漢字|かんじ}."""
OWN_PATHS = frozenset(
    {
        "/",
        "/accessibility",
        "/check",
        "/help",
        "/help/decline",
        "/help/paper",
        "/help/shops",
        "/help/use",
        "/info",
        "/lost",
        "/messages",
        "/notices",
        "/privacy",
        "/schedule",
        "/signin",
    }
)
"""The paths of our own pages that a text may name."""
MARKUP = re.compile(r"[<>{}|`\\]|&#?\w+;")
ADDRESS = re.compile(r"://|@|\bwww\.|[\w-]\.[a-z]{2,}(?![a-z])", re.IGNORECASE)
PATH = re.compile(r"(?<![\w/])/[\w/.?=&#-]*")
NUMBER = re.compile(r"[+#]?\d(?:[\s\-‐‑‒–—―−ー().]{0,3}\d){8,}")


def check_text(work: Work, place: TextPlace, locale: str, text: str) -> None:
    """Refuse a text for a place in one language.

    Raises:
        InputError: it is too long, has markup or invisible characters, leads elsewhere, names a
            number that is not the program's, or has a secret.
    """
    seen = plain(text) if locale in READ_ALOUD else text
    if len(seen) > place.most or seen.count("\n") >= place.lines:
        raise InputError(
            _s("%(most)d文字、%(lines)d行までで書いてください。")
            % {"most": place.most, "lines": place.lines}
        )
    wide = unicodedata.normalize("NFKC", RUBY.sub(r"\1\2", text) if locale in READ_ALOUD else text)
    if MARKUP.search(wide) or any(_is_invisible(c) for c in text):
        raise InputError(_s("飾りのための記号と、見えない文字は使えません。"))
    if ADDRESS.search(wide) or any(found not in OWN_PATHS for found in PATH.findall(wide)):
        raise InputError(
            _s(
                "ほかのサイトやメールの住所は書けません。書けるのは、/help のような、"
                "このサイトの画面だけです。"
            )
        )
    if any(_digits(found) not in _own_numbers(work.program) for found in NUMBER.findall(wide)):
        raise InputError(_s("事業の設定にない電話番号は書けません。"))
    refuse_secrets(text)
    refuse_coupons(work, text)


def _is_invisible(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in {"Cc", "Cf", "Co", "Cn"}


def _own_numbers(program: Program) -> frozenset[str]:
    contact = program.contact
    return frozenset(
        _digits(number)
        for number in (
            contact.telephone,
            contact.fax,
            contact.escalation_telephone,
            program.issuer.telephone,
        )
    )


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdecimal())
