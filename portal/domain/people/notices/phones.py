"""Telephone numbers and email addresses as people type them, and as pages may show them again."""

import re
import unicodedata

import phonenumbers

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _
from portal.domain.people.authn.channels import CodeChannel

# 050 and the like are refused: NIST SP 800-63B-4 §3.1.3 (no voice over IP), A25 of security.md §4
# (no SMS pumping).
MOBILE_PREFIXES = ("70", "80", "90")
JAPAN = 81
DASHES = "-‐‑‒–—―−ーｰ－﹣⁃~〜"
LOCAL_PART = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _tidy(text: str) -> str:
    """Return half-width text without invisible characters."""
    return "".join(
        c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf"
    ).strip()


def parse_mobile(text: str) -> str:
    """Return a Japanese mobile number as ``+8190…``, in whatever width or form it was typed.

    Raises:
        InputError: empty, not a number, from abroad, not a mobile number, or too few or too many
            digits.
    """
    typed = "".join(
        c for c in _tidy(text) if not c.isspace() and c not in DASHES and c not in "().・"
    )
    if not typed:
        raise InputError(_("携帯電話の番号を入力してください。"), code="empty")
    digits = typed.removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        raise InputError(
            _("電話番号は、数字で入力してください。例：090-1234-5678"), code="not_digits"
        )
    if typed.startswith("+810"):
        typed = "+81" + typed[4:]
    try:
        number = phonenumbers.parse(typed, "JP")
    except phonenumbers.NumberParseException:
        raise _wrong_length() from None
    if number.country_code != JAPAN:
        raise InputError(
            _("外国の電話番号には送れません。日本の携帯電話の番号か、ほかの方法を使ってください。"),
            code="foreign",
        )
    national = str(number.national_number)
    if national.startswith(MOBILE_PREFIXES) and number.italian_leading_zero is not True:
        if len(national) == 10 and phonenumbers.is_valid_number(number):
            return f"+{JAPAN}{national}"
        raise _wrong_length()
    if len(national) < 9 or len(national) > 10:
        raise _wrong_length()
    raise InputError(
        _("この番号にはSMSを送れません。070・080・090で始まる携帯電話の番号を入力してください。"),
        code="not_mobile",
    )


def _wrong_length() -> InputError:
    return InputError(
        _("電話番号のけた数が正しくありません。11けたの番号を、はじめの0から入力してください。"),
        code="length",
    )


def national(number: str) -> str:
    """Return a stored number (``+8190…``) as people in Japan read and type it (``090…``)."""
    return number.replace(f"+{JAPAN}", "0", 1)


def parse_email(text: str) -> str:
    """Return an email address in half width, without surrounding spaces.

    The part before the @ stays as typed. Old Japanese mobile addresses with two dots in a row or a
    dot before the @ are accepted: they exist and work.

    Raises:
        InputError: empty, or not an address.
    """
    typed = _tidy(text)
    if not typed:
        raise InputError(_("メールアドレスを入力してください。"), code="empty")
    typed = "".join("-" if c in DASHES and c != "~" else c for c in typed)
    local, at, domain = typed.rpartition("@")
    domain = domain.casefold()
    labels = domain.split(".")
    sound = (
        at
        and LOCAL_PART.fullmatch(local)
        and not local.startswith(".")
        and len(labels) > 1
        and all(LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
        and len(typed) <= 254
    )
    if not sound:
        raise InputError(
            _("メールアドレスの形が正しくありません。例：name@example.jp"), code="not_an_address"
        )
    return f"{local}@{domain}"


def mask_phone(number: str) -> str:
    """Return a telephone number with only its last three digits legible."""
    return f"***-****-*{number[-3:]}"


def mask_email(address: str) -> str:
    """Return an email address with only its first character and its domain legible."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"


def mask_address(kind: str, address: str) -> str:
    """Return the address of an SMS or an email with only its end legible."""
    return mask_phone(address) if kind == CodeChannel.SMS else mask_email(address)
