"""The index in memory: fresh on every node, ready in its own time, silent when it is lost."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select, text, update

from portal.domain.people.households import finder as finding
from portal.domain.people.households.finder import Finder, SearchNotReadyError, State
from portal.domain.people.households.models import Household, OldSearchRow, SearchFeed
from portal.domain.people.households.old_digests import forget_old_digests, old_digests
from portal.domain.people.households.search import SearchTerms, search_households
from portal.domain.people.households.search_feed import Mark, note_changed, read_mark
from portal.domain.people.households.search_keys import name_query
from portal.platform.database import Database, make_engine
from tests.support.coupons import VAULT
from tests.support.people import add_household
from tests.support.work import work_in

NOW = datetime(2023, 9, 1, tzinfo=UTC)


class UndoneError(Exception):
    """Rolls a transaction back."""


def family(database: Database, number: int, name: str = "鶉野　瑠璃子") -> int:
    with database.write() as session:
        return add_household(session, VAULT, f"77{number:08}", NOW, name=name)


def found(database: Database, name: str, *, protected: bool = False) -> list[int]:
    with database.read() as session:
        terms = SearchTerms(name=name)
        result = search_households(work_in(session), terms, include_protected=protected)
        return [view.id for view in result.households]


@pytest.fixture
def other_node(database: Database) -> Iterator[Database]:
    """Another process of the same database, as far as the search knows: an engine of its own."""
    url = database.engine.url.render_as_string(hide_password=False)
    engine = make_engine(url)
    yield Database(engine)
    engine.dispose()


def test_what_one_node_commits_the_other_finds_at_once(
    database: Database, other_node: Database
) -> None:
    old = family(database, 1)
    assert found(database, "鶉野") == found(other_node, "鶉野") == [old]
    for number in range(2, 5):
        new = family(database, number, name=f"雪下　{'一二三四五'[number]}郎")
        assert found(other_node, f"雪下{'一二三四五'[number]}") == [new]
        assert found(database, f"雪下{'一二三四五'[number]}") == [new]


def test_a_search_sees_its_own_changes_and_nothing_that_was_rolled_back(
    database: Database, other_node: Database
) -> None:
    assert found(database, "雪下") == []
    with suppress(UndoneError), database.write() as session:
        new = add_household(session, VAULT, "7700000001", NOW, name="雪下　一郎")
        terms = SearchTerms(name="雪下")
        mine = search_households(work_in(session), terms, include_protected=False)
        assert [view.id for view in mine.households] == [new]
        assert found(other_node, "雪下") == []
        raise UndoneError
    assert found(database, "雪下") == found(other_node, "雪下") == []
    again = family(database, 2, name="雪下　一郎")
    assert found(database, "雪下") == found(other_node, "雪下") == [again]


def test_a_transaction_that_ends_late_is_not_missed(
    postgres_database: Database,
) -> None:
    """Its number is lower than those that ended before it."""
    first = family(postgres_database, 1)
    assert found(postgres_database, "鶉野") == [first]
    with postgres_database.write() as slow:
        late = add_household(slow, VAULT, "7700000002", NOW, name="遅咲　花")
        quick = family(postgres_database, 3, name="早咲　花")
        assert found(postgres_database, "早咲") == [quick]
        assert found(postgres_database, "遅咲") == []
    assert found(postgres_database, "遅咲") == [late]
    assert found(postgres_database, "早咲") == [quick]


def test_protection_is_read_from_the_row_when_the_answer_is_made(database: Database) -> None:
    one = family(database, 1)
    assert found(database, "鶉野") == [one]
    with database.write() as session:  # nothing tells the index
        session.execute(update(Household).values(protected=True))
    assert found(database, "鶉野") == []
    assert found(database, "鶉野", protected=True) == [one]


def test_a_large_ward_is_refused_until_the_index_is_made(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = family(database, 1)
    monkeypatch.setattr(finding, "SMALL", 0)
    finder = Finder(VAULT)
    with database.read() as session, pytest.raises(SearchNotReadyError, match="0%"):
        finder.find(session, name_query("鶉野"))
    finder.advance(database.read)
    assert finder.standing().state is State.READY
    assert finder.standing().households == 1
    with database.read() as session:
        assert finder.find(session, name_query("鶉野")) == [one]


def test_a_ward_of_the_limit_is_small_and_one_household_more_is_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = [family(database, number) for number in range(2)]
    monkeypatch.setattr(finding, "SMALL", 1)
    with database.read() as session, pytest.raises(SearchNotReadyError):
        Finder(VAULT).find(session, name_query("鶉野"))
    monkeypatch.setattr(finding, "SMALL", 2)
    with database.read() as session:
        assert Finder(VAULT).find(session, name_query("鶉野")) == homes


def test_so_many_changes_that_a_search_cannot_read_them_are_left_to_the_keeper(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    finder = Finder(VAULT)
    finder.advance(database.read)
    monkeypatch.setattr(finding, "MOST_IN_A_SEARCH", 2)
    new = [family(database, number) for number in range(3)]
    with database.read() as session, pytest.raises(SearchNotReadyError, match="受け取れていない"):
        finder.find(session, name_query("鶉野"))
    finder.advance(database.read)
    with database.read() as session:
        assert finder.find(session, name_query("鶉野")) == new


def test_too_many_changes_make_the_index_anew(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    finder = Finder(VAULT)
    finder.advance(database.read)
    monkeypatch.setattr(finding, "MOST_BY_KEEPER", 2)
    new = [family(database, number) for number in range(4)]
    finder.advance(database.read)
    with database.read() as session:
        assert finder.find(session, name_query("鶉野")) == new


def test_a_rebuild_that_packs_many_times_finds_everybody(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGE", 1)
    monkeypatch.setattr(finding, "PACKED_AT_ONCE", 1)
    finder = Finder(VAULT)
    new = [family(sqlite_database, number) for number in range(3)]
    finder.advance(sqlite_database.read)
    new.append(family(sqlite_database, 3))
    with sqlite_database.read() as session:
        assert finder.find(session, name_query("鶉野")) == new
        assert finder.find(session, name_query("雪下")) == []


def test_a_keeper_that_reads_no_feed_any_more_refuses_and_heals(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = family(database, 1)
    finder = Finder(VAULT)
    finder.kept = True
    finder.advance(database.read)
    monkeypatch.setattr(finding, "LOST_SECONDS", -1.0)
    assert finder.standing().state is State.LOST
    with database.read() as session, pytest.raises(SearchNotReadyError, match="止めています"):
        finder.find(session, name_query("鶉野"))
    monkeypatch.undo()
    finder.advance(database.read)
    with database.read() as session:
        assert finder.find(session, name_query("鶉野")) == [one]


@pytest.mark.parametrize(("other", "ahead"), [("", 10**15), ("/other", 0)])
def test_another_database_in_its_place_is_noticed(
    database: Database, other: str, ahead: int
) -> None:
    """After a restore the feed is behind what this process has seen, or has another name."""
    finder = Finder(VAULT)
    family(database, 1)
    finder.advance(database.read)
    with database.write() as session:
        index = finder._index
        assert index is not None
        mark = read_mark(session)
        index.mark = Mark(mark.feed + other, mark.position + ahead)
        new = add_household(session, VAULT, "7700000009", NOW, name="雪下　一郎")
    if other:
        with database.read() as session, pytest.raises(SearchNotReadyError):
            finder.find(session, name_query("雪下"))
    finder.advance(database.read)
    with database.read() as session:
        assert finder.find(session, name_query("雪下")) == [new]


def test_one_damaged_row_keeps_nobody_else_from_being_found(database: Database) -> None:
    broken, whole = family(database, 1), family(database, 2)
    with database.write() as session:
        row = session.get_one(Household, broken)
        row.sealed = row.sealed[:-1] + bytes([row.sealed[-1] ^ 1])
    finder = Finder(VAULT)
    finder.advance(database.read)
    with database.read() as session:
        assert finder.find(session, name_query("鶉野")) == [whole]
    assert finder.standing().damaged == 1


def test_what_an_old_program_still_writes_is_emptied_and_found(database: Database) -> None:
    finder = Finder(VAULT)
    finder.advance(database.read)
    with database.write() as session:
        new = add_household(session, VAULT, "7700000001", NOW, name="雪下　一郎")
        session.flush()
        session.execute(text("DELETE FROM search_feed"))  # the old program writes no feed
        digests = OldSearchRow(household_id=new, names=b"1234", places=b"5678", births=b"")
        session.add(digests)
    with database.read() as session:
        assert old_digests(session) == 1
    with database.write() as session:
        assert forget_old_digests(session) == 1
    with database.read() as session:
        assert old_digests(session) == 0
        assert session.scalars(select(OldSearchRow.names)).all() == [b""]
        assert finder.find(session, name_query("雪下")) == [new]


def test_what_an_old_program_stored_and_told_nobody_of_is_found(database: Database) -> None:
    finder = Finder(VAULT)
    finder.advance(database.read)
    with database.write() as session:
        new = add_household(session, VAULT, "7700000001", NOW, name="雪下　一郎")
        session.flush()
        session.execute(text("DELETE FROM search_feed"))
    with database.write() as session:
        forget_old_digests(session)
    with database.read() as session:
        assert finder.find(session, name_query("雪下")) == [new]


def test_a_search_asks_the_database_little(database: Database) -> None:
    family(database, 1)
    assert found(database, "鶉野")
    with database.read() as session, statements(database) as seen:
        search_households(work_in(session), SearchTerms(name="無名"), include_protected=False)
    asked = [one for one in seen if "search_feed" in one or "household" in one]
    assert len(asked) <= 4, asked


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def test_memory_does_not_grow_with_changes(database: Database) -> None:
    """The same family changed a hundred times stands once under each of its keys."""
    finder = Finder(VAULT)
    finder.advance(database.read)
    one = family(database, 1)
    finder.advance(database.read)
    index = finder._index
    assert index is not None
    before = {key: len(held) for key, held in index.holders.items()}
    for _ in range(100):
        with database.write() as session:
            note_changed(session, (one,))
        finder.advance(database.read)
    assert {key: len(held) for key, held in index.holders.items()} == before
    with database.read() as session:
        assert session.scalars(select(SearchFeed.household_id)).all() == [one]
