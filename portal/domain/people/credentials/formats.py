"""The mailed ID and password: how they are made, printed, and read from whatever people type."""

import re
import secrets
import unicodedata

ID_DIGITS = 10
PASSWORD_LENGTH = 12
ALPHABET = "CDFGHJKLMNPQRTVWXY34679"
"""23 symbols: no look-alikes, and no vowels and so no words (``security.md`` §0.4)."""

IGNORED = re.compile(
    r"[\s\u3000\u200b-\u200f\u2060\ufeff\-_.\u00ad\u2010-\u2015\u2212\u30fc\uff0d\uff70"
    r"\u2500\u2501・〜~]+"
)
# Quasigroup of order 10 by H. M. Damm (2004): finds every single wrong digit and every swap of
# neighbors.
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """Return the Damm check digit of a string of digits."""
    interim = 0
    for digit in digits:
        interim = DAMM[interim][int(digit)]
    return str(interim)


def new_login_id() -> str:
    """Return a fresh ID: nine random digits and a check digit.

    The first digit is 1–9, so that no spreadsheet drops it.
    """
    body = str(secrets.randbelow(900_000_000) + 100_000_000)
    return body + check_digit(body)


def new_password() -> str:
    """Return a fresh password of 54 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))


def read_login_id(typed: str) -> str | None:
    """Return the ten digits that were meant, or None for a wrong length or check digit."""
    digits = _ten_digits(typed)
    return digits if digits and check_digit(digits[:-1]) == digits[-1] else None


def has_ten_digits(typed: str) -> bool:
    """Tell whether what was typed is as long as an ID, right or wrong."""
    return _ten_digits(typed) != ""


def _ten_digits(typed: str) -> str:
    digits = IGNORED.sub("", unicodedata.normalize("NFKC", typed))
    ten = len(digits) == ID_DIGITS and digits.isascii() and digits.isdigit()
    return digits if ten else ""


def read_password(typed: str) -> str:
    """Return a mailed password in the form that was hashed; own passwords are taken as typed."""
    return IGNORED.sub("", unicodedata.normalize("NFKC", typed)).upper()


def print_login_id(login_id: str) -> str:
    """Return the ID as the letter shows it: 4-3-3."""
    return f"{login_id[:4]} {login_id[4:7]} {login_id[7:]}"


def print_password(password: str) -> str:
    """Return the password as the letter shows it: 4-4-4."""
    return f"{password[:4]} {password[4:8]} {password[8:]}"
