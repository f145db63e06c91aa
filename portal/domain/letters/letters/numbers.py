"""Letter numbers: ``M``, eight random digits and a check digit.

They reveal nothing of a household.
"""

import re
import secrets
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.letters.letters.models import Letter, LetterWithoutId
from portal.domain.people.credentials.formats import check_digit

PREFIX = "M"
BODY_DIGITS = 8
WRITTEN = re.compile(rf"{PREFIX}([0-9]{{{BODY_DIGITS + 1}}})")
LOOKUP = 500


def new_letter_number() -> str:
    """Return a random letter number, which may be taken already (``free_letter_numbers``)."""
    body = f"{secrets.randbelow(10**BODY_DIGITS):0{BODY_DIGITS}}"
    return PREFIX + body + check_digit(body)


def is_letter_number(text: str) -> bool:
    """Return whether a text has the form and the check digit of a letter number."""
    match = WRITTEN.fullmatch(text)
    return match is not None and check_digit(match[1][:-1]) == match[1][-1]


def free_letter_numbers(session: Session, count: int) -> list[str]:
    """Return ``count`` different numbers that no letter has yet.

    Between reading and inserting another process may take one; the unique index then refuses it.
    """
    found: dict[str, None] = {}
    while len(found) < count:
        wanted = list({new_letter_number() for _ in range(count - len(found))} - found.keys())
        taken = {number for part in _parts(wanted) for number in _taken(session, part)}
        found.update(dict.fromkeys(number for number in wanted if number not in taken))
    return list(found)


def _parts(numbers: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(numbers), LOOKUP):
        yield numbers[start : start + LOOKUP]


def _taken(session: Session, numbers: list[str]) -> list[str]:
    return [
        number
        for table in (Letter, LetterWithoutId)
        for number in session.scalars(select(table.number).where(table.number.in_(numbers)))
    ]
