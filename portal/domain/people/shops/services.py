"""Load a list of shops: whole, from a day on, in place of the one before."""

from datetime import date

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.base import insert_together
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.shops.file import ShopFile
from portal.domain.people.shops.models import Shop, ShopList

SUBJECT = "shop_list"
ROW_CHUNK = 500


class LoadedList(Struct, frozen=True):
    """What loading did: the list's key, its first day (JST), and how many shops it has.

    ``repeated``: the same file is the newest list of that day already, and nothing changed.
    """

    list_id: int
    valid_from: date
    count: int
    repeated: bool = False


def load_list(work: Work, read: ShopFile, valid_from: date | None = None) -> LoadedList:
    """Store a list that counts from a day on (JST; None: today).

    Raises:
        InputError: the day has passed (code ``valid_from``).
    """
    day = valid_from or jst_date(work.now)
    refuse_past(work, day)
    newest = _newest_of(work.session, day)
    if newest is not None and newest.file_sha256 == read.sha256:
        return LoadedList(newest.id, day, newest.count, repeated=True)
    row = ShopList(
        valid_from=day,
        file_sha256=read.sha256,
        count=len(read.shops),
        refused=len(read.refused),
        loaded_by=work.actor.id,
        loaded_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _store(work.session, row.id, read)
    record(
        work,
        "shop_list.loaded",
        SUBJECT,
        row.id,
        count=row.count,
        refused=row.refused,
        valid_from=day.isoformat(),
    )
    return LoadedList(row.id, day, row.count)


def refuse_past(work: Work, day: date) -> None:
    """Refuse a first day (JST) that has passed: what a page said then stays so.

    Raises InputError (code ``valid_from``).
    """
    if day < jst_date(work.now):
        raise InputError(
            _s("一覧を使い始める日は、きょうか、それよりあとの日にしてください。"),
            code="valid_from",
        )


def _newest_of(session: Session, day: date) -> ShopList | None:
    return session.scalar(
        select(ShopList).where(ShopList.valid_from == day).order_by(ShopList.id.desc()).limit(1)
    )


def _store(session: Session, list_id: int, read: ShopFile) -> None:
    rows = [
        {
            "list_id": list_id,
            "place": place,
            "name": one.name,
            "kana": one.kana,
            "town": one.town,
            "address": one.address,
            "telephone": one.telephone,
            "kinds": one.kinds,
        }
        for place, one in enumerate(read.shops, 1)
    ]
    for start in range(0, len(rows), ROW_CHUNK):
        insert_together(session, Shop, rows[start : start + ROW_CHUNK])
