"""A list of shops counts from its day on, whole, and what was before stays as history."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import InputError
from portal.domain.people.shops.board import KEPT_SECONDS, ShopBoard
from portal.domain.people.shops.models import Shop
from portal.domain.people.shops.queries import list_of, lists
from portal.platform.database import Database
from tests.support.shops import GARDEN, OONO, SEKIYA, load_shops, many

NOW = datetime(2023, 7, 3, 3, tzinfo=UTC)
TODAY = date(2023, 7, 3)


def shown(database: Database, day: date) -> list[str]:
    board = ShopBoard(0)
    with database.read() as session:
        board.read(session, day)
    return [] if board.kept is None else [one.line.name for one in board.kept.shops]


def test_the_whole_list_replaces_the_one_before_on_its_day(database: Database) -> None:
    assert shown(database, TODAY) == []
    load_shops(database, NOW, [SEKIYA, OONO])
    coming = TODAY + timedelta(days=3)
    load_shops(database, NOW, [GARDEN], coming)
    assert shown(database, TODAY) == ["大野薬局", "関谷書店"]
    assert shown(database, coming - timedelta(days=1)) == ["大野薬局", "関谷書店"]
    assert shown(database, coming) == ["がーでん"]
    with database.read() as session:
        assert [(one.valid_from, one.count) for one in lists(session)] == [(coming, 1), (TODAY, 2)]
        assert session.scalar(select(func.count()).select_from(Shop)) == 3, "the old ones stay"


def test_of_two_for_one_day_the_later_counts(database: Database) -> None:
    load_shops(database, NOW, [SEKIYA])
    load_shops(database, NOW, [OONO])
    assert shown(database, TODAY) == ["大野薬局"]
    load_shops(database, NOW, [SEKIYA])
    assert shown(database, TODAY) == ["関谷書店"], "a list may come back"


def test_the_same_file_twice_is_one_list(database: Database) -> None:
    first, second = load_shops(database, NOW), load_shops(database, NOW)
    assert (first.repeated, second.repeated) == (False, True)
    assert first.list_id == second.list_id


def test_a_day_that_has_passed_is_refused(database: Database) -> None:
    with pytest.raises(InputError, match="きょうか、それよりあと"):
        load_shops(database, NOW, valid_from=TODAY - timedelta(days=1))
    with database.read() as session:
        assert list_of(session, TODAY) is None


def test_a_large_list_is_stored_whole(database: Database) -> None:
    load_shops(database, NOW, many(1_201))
    assert len(shown(database, TODAY)) == 1_201


def test_who_loaded_what_is_on_record(database: Database) -> None:
    made = load_shops(database, NOW, [SEKIYA, GARDEN, OONO[:4]])
    with database.read() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "shop_list.loaded")
        ).one()
        assert event.subject_id == made.list_id
        assert event.detail == {"count": 2, "refused": 1, "valid_from": "2023-07-03"}


def test_a_process_asks_once_a_minute_and_reads_what_changed(database: Database) -> None:
    at = 0.0
    board = ShopBoard(clock=lambda: at)

    def look() -> list[str]:
        if board.is_old:
            with database.read() as session:
                board.read(session, TODAY)
        return [one.line.name for one in board.kept.shops] if board.kept else []

    load_shops(database, NOW, [SEKIYA])
    assert look() == ["関谷書店"]
    kept = board.kept
    load_shops(database, NOW, [OONO])
    at += KEPT_SECONDS - 1
    assert look() == ["関谷書店"]
    at += 1
    assert look() == ["大野薬局"]
    other = board.kept
    at += KEPT_SECONDS
    look()
    assert board.kept is other, "what did not change is not read again"
    assert kept is not other
