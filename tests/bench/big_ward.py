"""A ward of 82,500 households, with names as different as in a ward, to be searched in."""

import random
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, text

from portal.domain.foundation.base import refresh_statistics
from portal.domain.people.households.models import Child, Household, SearchFeed
from portal.domain.people.households.records import (
    HouseholdFields,
    household_digest,
    seal_household,
)
from tests.support.coupons import VAULT
from tests.support.staff import StaffSite

HOUSEHOLDS = 82_500
AT_ONCE = 5_000
KANJI = (
    "水無月渚野汀川霞橋葦沢舟戸白露鷺沼田堰守浮草予瀬貼木能登路十河原竹蔵早鳥渡藻岩笹佐藤鈴高"
    "伊渡辺山本中村小林加吉松井斎清池阿部森"
)
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"
COMMON = "佐藤"
"""One household in sixty."""


def add_ward(staff: StaffSite) -> None:
    """Households of one person, with names as different as in a ward, under one key.

    Nobody but the bench opens them.
    """
    chance = random.Random(82)
    key, wrapped = VAULT.new_data_key()
    for start in range(0, HOUSEHOLDS, AT_ONCE):
        homes: list[dict[str, Any]] = []
        for number in range(start, min(start + AT_ONCE, HOUSEHOLDS)):
            surname = COMMON if number % 60 == 0 else "".join(chance.choices(KANJI, k=2))
            name = f"{surname}　{''.join(chance.choices(KANJI, k=2))}"
            kana = f"{''.join(chance.choices(KANA, k=4))} {''.join(chance.choices(KANA, k=3))}"
            born = date(1960, 1, 1) + timedelta(days=chance.randrange(16_000))
            fields = HouseholdFields(
                f"{number:010}",
                f"p{number}",
                name,
                kana,
                born,
                f"139{number % 150:04}",
                f"町{number % 150}",
                "１番",
                "",
            )
            digest = household_digest(VAULT, fields.number)
            homes.append(
                {
                    "id": 1000 + number,
                    "number_digest": digest,
                    "wrapped_key": wrapped,
                    "sealed": seal_household(key, fields, digest),
                    "import_id": 1,
                    "created_at": staff.now,
                    "changed_at": staff.now,
                }
            )
        with staff.database.write() as session:
            session.execute(insert(Household), homes)
    with staff.database.write() as session:
        refresh_statistics(session, Household, Child, SearchFeed)
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("ANALYZE"))
