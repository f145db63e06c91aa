"""FAX numbers, typed twice, because a wrong digit sends a family's affairs to a stranger."""

import unicodedata

import phonenumbers

from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import digits, telephone

JAPAN = 81
LAST_SHOWN = 4


def fax_number(text: str) -> str:
    """Return a Japanese number as ``+813…``, however it was typed.

    Raises:
        InputError: it is not a possible number of Japan.
    """
    found = telephone(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise InputError(_s("FAX番号は、市外局番から数字で入力してください。例: 03-1234-5678"))
    number = phonenumbers.parse(found, "JP")
    if not phonenumbers.is_valid_number(number):
        raise InputError(
            _s("この番号は、日本の電話番号にありません。けた数と市外局番を確かめてください。")
        )
    return f"+{JAPAN}{number.national_number}"


def typed_twice(first: str, second: str) -> str:
    """Return the number that was typed twice.

    Raises:
        InputError: the first is not a number (code ``number``), or the second differs (code
            ``number_again``).
    """
    try:
        number = fax_number(first)
    except InputError as error:
        raise InputError(error.message, code="number") from None
    if not digits(second.replace("+", "").replace("(", "").replace(")", "")):
        raise InputError(_s("同じFAX番号を、もう一度入力してください。"), code="number_again")
    try:
        same = fax_number(second) == number
    except InputError:
        same = False
    if not same:
        raise InputError(
            _s(
                "2回入力した番号が違います。FAXに書かれた番号を見て、"
                "2つとも入力しなおしてください。"
            ),
            code="number_again",
        )
    return number


def written(number: str) -> str:
    """Format a number as people in Japan write and dial it: 03-1234-5678."""
    return phonenumbers.format_number(
        phonenumbers.parse(number, "JP"), phonenumbers.PhoneNumberFormat.NATIONAL
    )


def last_digits(number: str) -> str:
    """Return the digits of a number that may appear on a cover sheet."""
    return number[-LAST_SHOWN:]
