"""Files of invented shops, as a ward hands them over."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime

from portal.domain.foundation.held_file import HeldFile
from portal.domain.people.shops.file import Column, read_shops
from portal.domain.people.shops.services import LoadedList, load_list
from portal.platform.database import Database
from tests.support.work import work_in

HEADER = [column.value for column in Column]
SEKIYA = ["関谷書店", "セキヤショテン", "潮見坂一丁目", "2番3号", "03-0000-0001", "本屋"]
GARDEN = ["がーでん", "がーでん", "灯台通二丁目", "5番1号", "", "おもちゃ、子ども服"]
OONO = ["大野薬局", "オオノヤッキョク", "潮見坂一丁目", "7番9号", "03-0000-0002", "薬の店"]
SHOPS = [SEKIYA, GARDEN, OONO]


def shop_file(rows: Sequence[Sequence[str]] = SHOPS, encoding: str = "utf-8-sig") -> HeldFile:
    """A file of shops with the first line that it needs."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER, *rows])
    return HeldFile("shops.csv", text.getvalue().encode(encoding))


def many(count: int) -> list[list[str]]:
    """So many shops, all different, of three towns."""
    return [
        [f"店{n:04}", "ミセ", f"潮見坂{'一二三'[n % 3]}丁目", f"{n}番1号", "03-0000-0000", "食料品"]
        for n in range(count)
    ]


def load_shops(
    database: Database,
    now: datetime,
    rows: Sequence[Sequence[str]] = SHOPS,
    valid_from: date | None = None,
) -> LoadedList:
    """Load a list as an operator does."""
    with database.write() as session:
        return load_list(work_in(session, now=now), read_shops(shop_file(rows)), valid_from)
