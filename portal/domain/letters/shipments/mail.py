"""Mail classes with their tracking numbers and insurance, and the reasons why mail is returned."""

import itertools
import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import without_separators


class MailClass(Labeled):
    """A class of mail, as the post office and staff call it."""

    SIMPLE_REGISTERED = "simple_registered", lambda: _s("簡易書留")
    REGISTERED = "registered", lambda: _s("一般書留")
    RECORDED = "recorded", lambda: _s("特定記録")
    ORDINARY = "ordinary", lambda: _s("普通郵便")
    PARCEL = "parcel", lambda: _s("ゆうパック")
    REPLY_PAID = "reply_paid", lambda: _s("料金受取人払（戻ってきた返信）")
    """What families sent back; the office pays for each that comes. Nothing is sent by it."""


class ReturnReason(Labeled):
    """The nine reasons of the post's register for returning mail (``domain.md`` §3.3)."""

    ADDRESS_UNKNOWN = "address_unknown", lambda: _s("あて所に尋ねあたりません")
    NAME_INCOMPLETE = "name_incomplete", lambda: _s("あて名不完全")
    MOVED_UNKNOWN = "moved_unknown", lambda: _s("転居先不明")
    FORWARDING_ENDED = "forwarding_ended", lambda: _s("転送期間経過")
    STORAGE_ENDED = "storage_ended", lambda: _s("保管期間経過")
    REFUSED = "refused", lambda: _s("受取拒絶")
    DIED = "died", lambda: _s("受取人死亡")
    NOT_FORWARDED = "not_forwarded", lambda: _s("転送不要につき返送")
    OTHER = "other", lambda: _s("その他")


class ItemKind(StrEnum):
    """What a piece of mail is; a shipment is a letter or a parcel."""

    LETTER = "letter"
    PARCEL = "parcel"
    CARD = "card"
    OTHER = "other"


class OtherMailKind(Labeled):
    """What was sent besides letters, cards and parcels, as staff call it."""

    LETTER = "letter", lambda: _s("事務局が書いた手紙")
    FORM = "form", lambda: _s("用紙や控え")
    REPLY = "reply", lambda: _s("戻ってきた返信（料金受取人払）")
    OTHER = "other", lambda: _s("そのほか")


SIMPLE_REGISTERED, REGISTERED, RECORDED, ORDINARY, PARCEL, REPLY_PAID = tuple(MailClass)
CLASSES = (SIMPLE_REGISTERED, REGISTERED, RECORDED, ORDINARY, PARCEL)
"""By which something may be sent."""
REGISTERED_LIMIT_YEN = 5_000_000
"""The highest insurance of 一般書留 (``domain.md`` §3.1)."""
SHORT, LONG = 11, 12
(
    ADDRESS_UNKNOWN,
    NAME_INCOMPLETE,
    MOVED_UNKNOWN,
    FORWARDING_ENDED,
    STORAGE_ENDED,
    REFUSED,
    DIED,
    NOT_FORWARDED,
    OTHER,
) = RETURN_REASONS = tuple(ReturnReason)

WARD_REASONS = frozenset(
    {ADDRESS_UNKNOWN, NAME_INCOMPLETE, MOVED_UNKNOWN, FORWARDING_ENDED, DIED, NOT_FORWARDED}
)
"""The address or the person is in question: the ward checks first; it is never posted blindly."""


class Conditions(Struct, frozen=True):
    """What a class of mail offers: digits of its tracking number (0: none), and hand delivery."""

    digits: int
    by_hand: bool


MAIL: Mapping[str, Conditions] = {
    SIMPLE_REGISTERED: Conditions(SHORT, by_hand=True),
    REGISTERED: Conditions(SHORT, by_hand=True),
    RECORDED: Conditions(SHORT, by_hand=False),
    ORDINARY: Conditions(0, by_hand=False),
    PARCEL: Conditions(LONG, by_hand=True),
}


def limit_yen(program: Program, mail_class: str) -> int:
    """Return the maximum value in yen of one item of a class; 0 if nothing of value may be sent."""
    if mail_class == REGISTERED:
        return REGISTERED_LIMIT_YEN
    # ゆうパック has a limit of its own that no program states; the ward's limit is safe for it too
    return program.requests.registered_limit_yen if MAIL[mail_class].by_hand else 0


def refuse_over_limit(program: Program, mail_class: str, value_yen: int) -> None:
    """Refuse to send more yen in one item than its class is insured for.

    Raises:
        InputError: no such class.
        NotAllowedError: over the limit; the message advises what to do instead (code
            ``over_insurance``).
    """
    if mail_class not in MAIL:
        raise InputError(_s("郵便の種類を選んでください。"))
    limit = limit_yen(program, mail_class)
    if value_yen <= limit:
        return
    if limit == 0:
        text = _s(
            "補償のない郵便で、%(value)s円分は送れません。簡易書留か一般書留にしてください。"
        ) % {"value": f"{value_yen:,}"}
    else:
        text = _s(
            "補償は%(limit)s円までです。%(value)s円分は、いくつかに分けて送るか、"
            "一般書留にしてください。"
        ) % {"limit": f"{limit:,}", "value": f"{value_yen:,}"}
    raise NotAllowedError(text, code="over_insurance")


def tracking_number(text: str, mail_class: str) -> str | None:
    """Return the digits of a typed or scanned tracking number; None for a class without one.

    It may be typed in any width and with hyphens. It has 11 digits (書留, 特定記録) or 12
    (ゆうパック), the last of which is the others modulo 7 (``domain.md`` §3.4).

    Raises:
        InputError: no such class; or the number is missing, of the wrong length, mistyped, or given
            for a class without one.
    """
    if mail_class not in MAIL:
        raise InputError(_s("郵便の種類を選んでください。"))
    wanted, found = MAIL[mail_class].digits, without_separators(text)
    if not wanted:
        if found:
            raise InputError(_s("普通郵便に、お問い合わせ番号はありません。欄を空にしてください。"))
        return None
    # scanners read the code of a label with its start and stop letters
    found = re.sub(r"^[A-Da-d](\d+)[A-Da-d]$", r"\1", found)
    if not (found.isascii() and found.isdigit()) or len(found) != wanted:
        raise InputError(
            _s("お問い合わせ番号を、%(digits)d桁の数字で入力してください。") % {"digits": wanted}
        )
    if int(found[:-1]) % 7 != int(found[-1]):
        raise InputError(
            _s("お問い合わせ番号に、まちがいがあります。ラベルを見て、もう一度入力してください。")
        )
    return found


def is_tracking_number(digits: str) -> bool:
    """Return whether a text is a tracking number of any class: 11 or 12 digits with check digit."""
    fits = digits.isascii() and digits.isdigit() and len(digits) in {SHORT, LONG}
    return fits and int(digits[:-1]) % 7 == int(digits[-1])


def printed(tracking_no: str) -> str:
    """Return a tracking number grouped as on its label: 3-2-5-1 or 4-4-4 digits."""
    cuts = (3, 5, 10) if len(tracking_no) == SHORT else (4, 8)
    bounds = (0, *cuts, len(tracking_no))
    return "-".join(tracking_no[a:b] for a, b in itertools.pairwise(bounds))
