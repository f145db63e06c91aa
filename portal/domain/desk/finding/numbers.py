"""Numbers that people read out, told apart by their shape alone.

お問い合わせ番号 (printed by the post) and 受付番号 (given out by the desk) sound alike; a search
therefore always says as what it took a number, and where the other one is found.
"""

import re
from dataclasses import dataclass, field

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.typed import without_separators
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.shipments.mail import is_tracking_number
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.notices.phones import parse_mobile
from portal.domain.people.tasks.services import RECEIPT_ALPHABET

SCANNED = re.compile(r"^[A-D](\d+)[A-D]$")
RECEIPT = re.compile(f"[{RECEIPT_ALPHABET}]{{8}}")
LIKE_RECEIPT = re.compile(r"(?=.*[A-Z])[A-Z0-9]{8}")
LIKE_LETTER = re.compile(r"M\d{9}")
LIKE_ID = re.compile(r"\d{10}")
LIKE_TRACKING = re.compile(r"\d{11,12}")


class NumberKind(Labeled):
    """What a number is, and where people find it."""

    LETTER = "letter", lambda: _s("手紙番号（手紙に印刷された、Mと数字9けた）")
    LOGIN_ID = "login_id", lambda: _s("ID（手紙に印刷された、数字10けた）")
    TRACKING = (
        "tracking",
        lambda: _s("お問い合わせ番号（郵便局の不在連絡票にある、数字だけの11けたか12けた）"),
    )
    RECEIPT = (
        "receipt",
        lambda: _s("受付番号（電話や手続きの終わりに伝えた、英字と数字の8文字。例：RXGH-3PWC）"),
    )
    TELEPHONE = "telephone", lambda: _s("登録した携帯電話の番号")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in its stored form."""

    kind: NumberKind
    stored: str = field(repr=False)


def read_numbers(typed: str) -> tuple[Number, ...]:
    """Return what a typed text may be a number of; nothing if it has the shape of none.

    Eleven digits can be both a tracking number and a mobile telephone.
    """
    text = _without_scan_marks(typed)
    login_id = read_login_id(typed)
    found = {
        NumberKind.LETTER: text if is_letter_number(text) else "",
        NumberKind.LOGIN_ID: login_id or "",
        NumberKind.TRACKING: text if is_tracking_number(text) else "",
        NumberKind.RECEIPT: f"{text[:4]}-{text[4:]}" if RECEIPT.fullmatch(text) else "",
        NumberKind.TELEPHONE: _mobile(typed),
    }
    return tuple(Number(kind, stored) for kind, stored in found.items() if stored)


def taken_as(typed: str) -> str:
    """Return a sentence that says as what a number was searched for; "" for no number."""
    kinds = {number.kind for number in read_numbers(typed)}
    if not kinds:
        return ""
    names = _s("、または").join(kind.label for kind in NumberKind if kind in kinds)
    sentence = _s("%(kind)sとして、さがしました。") % {"kind": names}
    pair = (NumberKind.TRACKING, NumberKind.RECEIPT)
    others = [kind.label for kind in pair if kind not in kinds and kinds & set(pair)]
    return sentence + "".join(
        _s("ほかに、%(kind)sがあります。") % {"kind": other} for other in others
    )


def fault_of(typed: str) -> str:
    """Return a sentence that says what is wrong with a text that is no number.

    What has the shape of one kind is told so, with where it and the one like it are printed.
    """
    text = _without_scan_marks(typed)
    if LIKE_TRACKING.fullmatch(text):
        return _s(
            "お問い合わせ番号（数字11けたか12けた）の形ですが、どこかの数字が違います。"
            "不在連絡票を見ながら、もう一度、ゆっくり聞いてください。"
            "「受付番号」は別の番号で、英字と数字の8文字です（例：RXGH-3PWC）。"
        )
    if LIKE_RECEIPT.fullmatch(text):
        return _s(
            "受付番号（8文字）の形ですが、使わない文字が入っています。受付番号には、"
            "A・B・E・I・O・S・U・Zと、0・1・2・5・8はありません。もう一度、ゆっくり聞いてください。"
            "「お問い合わせ番号」は別の番号で、不在連絡票にある数字11けたか12けたです。"
        )
    if LIKE_LETTER.fullmatch(text) or LIKE_ID.fullmatch(text):
        return _s(
            "手紙番号（Mと9けた）かID（10けた）の形ですが、どこかの数字が違います。"
            "手紙を見ながら、もう一度、ゆっくり聞いてください。"
        )
    return _s(
        "手紙番号（Mと9けた）、ID（10けた）、受付番号（英字と数字の8文字）、"
        "お問い合わせ番号（11けたか12けた）のどれでもありません。もう一度、ゆっくり聞いてください。"
    )


def _without_scan_marks(typed: str) -> str:
    # scanners read the code of a label with its start and stop letters
    return SCANNED.sub(r"\1", without_separators(typed).upper())


def _mobile(typed: str) -> str:
    try:
        return parse_mobile(typed)
    except InputError:
        return ""
