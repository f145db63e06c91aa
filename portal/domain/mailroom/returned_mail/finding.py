"""Find a scanned item by its letter number or tracking number."""

import re

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import without_separators
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.letters.numbers import is_letter_number
from portal.domain.letters.letters.without_id import run_without_id
from portal.domain.letters.shipments.models import Shipment
from portal.domain.letters.shipments.queries import by_tracking_number, latest_of_letter
from portal.domain.letters.shipments.states import ON_THE_WAY

SCANNED = re.compile(r"^[A-D](\d+)[A-D]$")


class Found(Struct, frozen=True):
    """A scanned item; a letter whose posting was not entered has no shipment yet."""

    household_id: int
    letter: Letter | None
    shipment: Shipment | None


def find(session: Session, typed: str) -> Found:
    """Return the item with this letter or tracking number, in any width and with any hyphens.

    Raises:
        NotFoundError: no item has the number; the message advises what to do.
    """
    text = without_separators(typed).upper()
    if (match := SCANNED.fullmatch(text)) is not None:
        text = match[1]
    if is_letter_number(text):
        letter = session.scalar(select(Letter).where(Letter.number == text))
        if letter is None and (run_id := run_without_id(session, text)) is not None:
            raise NotFoundError(
                _s(
                    "IDのない手紙（印刷 %(run)d）です。その印刷の「郵便のようす」で、"
                    "戻ったことを記録してください。"
                )
                % {"run": run_id}
            )
        if letter is None:
            raise NotFoundError(
                _s("この番号の手紙はありません。封筒を取り分けて、責任者に渡してください。")
            )
        return Found(letter.household_id, letter, latest_of_letter(session, letter.id))
    rows = by_tracking_number(session, text) if text.isascii() and text.isdigit() else []
    row = next((one for one in rows if one.state in ON_THE_WAY), rows[0] if rows else None)
    if row is None:
        raise NotFoundError(
            _s(
                "この番号は見つかりませんでした。手紙番号（M…）か、"
                "お問い合わせ番号を読み取ってください。"
            )
        )
    letter = session.get(Letter, row.letter_id) if row.letter_id is not None else None
    return Found(row.household_id, letter, row)
