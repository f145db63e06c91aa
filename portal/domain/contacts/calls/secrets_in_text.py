"""What an agent's free text must not contain (``domain.md`` §5.2).

These are our own secrets, 個人番号 and payment cards. A text is searched in normal width for runs:
groups of letters and digits with spaces, hyphens or dots between them, because callers dictate in
groups. Some groups of a run (``1234-5678 901``) count only if the same separator is between them; a
run that has the right length as a whole counts whatever separates its groups.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import pairwise

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.numbers import WRITTEN as LETTER_NUMBER
from portal.domain.letters.shipments.mail import is_tracking_number
from portal.domain.people.authn.backup_codes import BACKUP_LENGTH
from portal.domain.people.coupons.models import Coupon
from portal.domain.people.coupons.sealed import code_digest
from portal.domain.people.credentials.formats import ALPHABET, PASSWORD_LENGTH

MY_NUMBER_DIGITS = range(12, 13)
CARD_DIGITS = range(13, 20)
COUPON_LENGTH = range(12, 65)
MOST_LOOKED_UP = 300
MARKS = r"[\s\-‐‑‒–—―−ーｰ─━~〜～_.・]"
SYMBOLS = re.compile(rf"[A-Z0-9]+(?:{MARKS}{{1,3}}[A-Z0-9]+)*")
DIGITS = re.compile(rf"[0-9]+(?:{MARKS}{{1,3}}[0-9]+)*")
GROUP = re.compile(r"[A-Z0-9]+")
MAIL_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]+")
WORD = re.compile(r"[!-~]{6,200}")
LABELLED = re.compile(
    r"(?:確認の?番号|認証(?:番号|コード)|ワンタイム\S{0,8}|OTP|ONE[- "
    r"]TIME\s*CODE|コード|CODE)\D{0,12}?"
    rf"(?<!\d)\d(?:{MARKS}{{0,2}}\d){{5}}(?!\d)"
)


class Run(Struct, frozen=True):
    """Groups of letters and digits, and their separators."""

    groups: tuple[str, ...]
    between: tuple[str, ...]

    def windows(self, lengths: range) -> Iterator[str]:
        """Yield neighboring groups with one separator, joined, if they have one of the lengths."""
        for first in range(len(self.groups)):
            length = 0
            for last in range(first, len(self.groups)):
                length += len(self.groups[last])
                if length > lengths[-1]:
                    break
                whole = first == 0 and last == len(self.groups) - 1
                if length in lengths and (whole or len(set(self.between[first:last])) <= 1):
                    yield "".join(self.groups[first : last + 1])


def refuse_secrets(text: str) -> None:
    """Refuse a text with a secret or a number that nobody may write down.

    Raises:
        InputError: it has one; the sentence says what to do and repeats nothing of it (code: the
            kind of secret).
    """
    if (found := secret_in(text)) is not None:
        raise InputError(_SENTENCES[found](), code=found)


def refuse_coupons(work: Work, text: str) -> None:
    """Refuse a text with a coupon of ours, whatever the issuer's codes look like.

    Raises:
        InputError: it has one (code ``coupon``).
    """
    plain = _plain(text)
    candidates: dict[str, None] = {}
    for match in WORD.finditer(plain):
        candidates |= dict.fromkeys((match[0], match[0].upper()))
    for run in _runs(SYMBOLS, plain.upper()):
        candidates |= dict.fromkeys(run.windows(range(6, COUPON_LENGTH[-1] + 1)))
    digests = [code_digest(work.vault, word, "") for word in list(candidates)[:MOST_LOOKED_UP]]
    if digests and work.session.scalar(
        select(Coupon.id).where(Coupon.code_digest.in_(digests)).limit(1)
    ):
        raise InputError(_SENTENCES["coupon"](), code="coupon")


def secret_in(text: str) -> str | None:
    """Return the first kind of secret in a text, or None."""
    plain = MAIL_ADDRESS.sub(" 、", _plain(text)).upper()
    if LABELLED.search(plain):
        return "one_time_code"
    for run in _runs(DIGITS, plain):
        if (found := _number_in(run)) is not None:
            return found
    for run in _runs(SYMBOLS, plain):
        if (found := _in_run(run)) is not None:
            return found
    return None


def is_my_number(digits: str) -> bool:
    """Return whether twelve digits are a valid 個人番号.

    The last one is the check digit of article 5 of the ordinance 平成26年総務省令第85号.
    """
    body = [int(digit) for digit in reversed(digits[:-1])]
    total = sum(digit * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(body, 1))
    rest = total % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


def is_card_number(digits: str) -> bool:
    """Return whether digits are a payment card number.

    It begins with a digit of a card issuer, and Luhn's sum is right (ISO/IEC 7812-1).
    """
    if digits[0] not in "234568":
        return False
    doubled = (int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _plain(text: str) -> str:
    """Return the text in normal width, all digits as 0–9, without invisible characters."""
    kept = (
        c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) not in {"Cf", "Mn"}
    )
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


def _runs(pattern: re.Pattern[str], plain: str) -> Iterator[Run]:
    for match in pattern.finditer(plain):
        groups = list(GROUP.finditer(match[0]))
        between = (match[0][a.end() : b.start()] for a, b in pairwise(groups))
        yield Run(tuple(g[0] for g in groups), tuple(between))


def _in_run(run: Run) -> str | None:
    for part in _parts(run):
        if (found := _secret_in(part)) is not None:
            return found
    if _is_grouped_code(run) or any(len(g) in COUPON_LENGTH and _turns(g) >= 2 for g in run.groups):
        return "coupon"
    return None


def _number_in(digits: Run) -> str | None:
    if any(is_card_number(number) for number in digits.windows(CARD_DIGITS)):
        return "card"
    for number in digits.windows(MY_NUMBER_DIGITS):
        if is_my_number(number):
            return "my_number_or_tracking" if is_tracking_number(number) else "my_number"
    return None


def _secret_in(symbols: Run) -> str | None:
    if _are_receipts(symbols):
        return None
    for length, kind in ((PASSWORD_LENGTH, "password"), (BACKUP_LENGTH, "backup_code")):
        if any(_is_ours(found) for found in symbols.windows(range(length, length + 1))):
            return kind
    return None


def _parts(run: Run) -> Iterator[Run]:
    """Yield the longest rows of neighboring groups in our alphabet."""
    start = 0
    for at in range(len(run.groups) + 1):
        if at == len(run.groups) or not set(run.groups[at]) <= set(ALPHABET):
            if start < at:
                yield Run(run.groups[start:at], run.between[start : at - 1])
            start = at + 1


def _is_ours(text: str) -> bool:
    """Return whether symbols of our alphabet may be a secret; plain and letter numbers are not."""
    return any(c.isalpha() for c in text) and LETTER_NUMBER.fullmatch(text) is None


def _turns(text: str) -> int:
    """Count the changes between letters and digits.

    Codes have many; ordinary text has one or none.
    """
    return sum(a.isdigit() != b.isdigit() for a, b in pairwise(text))


def _are_receipts(run: Run) -> bool:
    """Return whether groups are receipt numbers.

    Each is two groups of four with a hyphen between them; between two numbers there is another
    separator.
    """
    pairs = list(zip(run.groups[::2], run.groups[1::2], strict=False))
    return (
        len(run.groups) % 2 == 0
        and all(len(a) == len(b) == 4 for a, b in pairs)
        and all(mark == "-" for mark in run.between[::2])
        and all(mark != "-" for mark in run.between[1::2])
    )


def _is_grouped_code(run: Run) -> bool:
    """Return whether a run is a code in hyphenated groups of four, as coupons are shown.

    For example, ``7K4P-9XQD-2MHT``.
    """
    groups = run.groups
    return (
        len(groups) >= 3
        and all(len(group) == 4 for group in groups[:-1])
        and 1 <= len(groups[-1]) <= 4
        and set(run.between) == {"-"}
        and any(_turns(group) for group in groups)
    )


_SENTENCES: dict[str, Callable[[], str]] = {
    "one_time_code": lambda: _s("確認の番号は書けません。消してください。"),
    "my_number": lambda: _s(
        "個人番号（マイナンバー）に見える12桁の数字があります。消してください。"
    ),
    "my_number_or_tracking": lambda: _s(
        "12桁の数字は、ここに書けません。お問い合わせ番号なら「お問い合わせ番号」"
        "の欄に入力してください。"
    ),
    "card": lambda: _s("支払いのカードの番号に見える数字があります。消してください。"),
    "password": lambda: _s("手紙のパスワードに見える文字があります。消してください。"),
    "backup_code": lambda: _s("控えのコードに見える文字があります。消してください。"),
    "coupon": lambda: _s("クーポンのコードに見える文字があります。消してください。"),
}
