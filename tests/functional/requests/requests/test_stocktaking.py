"""Stocktaking by two people, the second one without the first count."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.requests.alternatives import queries, stocktaking
from portal.domain.requests.alternatives.serials import read_range
from portal.platform.database import Database
from tests.support.requests.paper import GIFT, Paper, make_paper
from tests.support.work import work_in


@pytest.fixture
def paper(database: Database, tmp_path: Path) -> Paper:
    return make_paper(database, tmp_path)


def counted(
    pieces: int, *, missing: str = "", found: str = "", damaged: bool = False
) -> stocktaking.Counted:
    """What somebody counted; ``missing`` and ``found`` are single serial numbers."""
    return stocktaking.Counted(
        GIFT,
        pieces,
        damaged=damaged,
        reason="棚卸し",
        missing=[read_range(x) for x in missing.split()],
        found=[read_range(x) for x in found.split()],
    )


def propose(paper: Paper, said: stocktaking.Counted) -> int:
    """One person counts."""
    with paper.database.write() as session:
        return stocktaking.propose_count(
            work_in(session, paper.officer, paper.now, program=paper.program), said
        ).id


def again(
    paper: Paper, count_id: int, said: stocktaking.Counted, by: Actor | None = None
) -> stocktaking.Compared:
    """Another person counts."""
    with paper.database.write() as session:
        actor = by or paper.second
        return stocktaking.count_again(work_in(session, actor, paper.now), count_id, said)


def both(paper: Paper, said: stocktaking.Counted) -> None:
    """Two people count the same."""
    assert again(paper, propose(paper, said), said) is stocktaking.Compared.EQUAL


def agree(paper: Paper, count_id: int, by: Actor) -> None:
    with paper.database.write() as session:
        stocktaking.agree(work_in(session, by, paper.now), count_id)


def drop(paper: Paper, count_id: int) -> None:
    with paper.database.write() as session:
        stocktaking.drop_count(work_in(session, paper.second, paper.now), count_id)


def waiting(paper: Paper) -> list[tuple[int, int]]:
    """Key and pieces of every count that waits."""
    with paper.database.read() as session:
        return [(row.id, row.counted) for row in queries.waiting_counts(session)]


def test_two_people_count_the_same_and_name_what_is_missing(paper: Paper) -> None:
    paper.receive("GC000001", "GC000010")
    for pieces, missing in ((9, ""), (10, "GC000003"), (9, "GC000099"), (8, "GC000003 GC000003")):
        with pytest.raises(InputError):
            propose(paper, counted(pieces, missing=missing))
    count_id = propose(paper, counted(9, missing="GC000003"))
    with pytest.raises(ConflictError, match="もう一人"):
        propose(paper, counted(10))
    with pytest.raises(NotAllowedError, match="自分が数えた"):
        again(paper, count_id, counted(9, missing="GC000003"), by=paper.officer)
    with pytest.raises(InputError):
        again(paper, count_id, counted(9))
    assert paper.line().on_hand == 10
    assert again(paper, count_id, counted(9, missing="GC000003")) is stocktaking.Compared.EQUAL
    assert (paper.line().on_hand, paper.line().gone) == (9, 1)
    both(paper, counted(10, found="GC000003"))
    assert (paper.line().on_hand, paper.line().gone) == (10, 0)
    with paper.database.read() as session:
        kinds = [(row.kind, row.on_hand) for row in queries.movements(session, GIFT)]
    assert kinds == [("counted", 1), ("counted", -1), ("received", 10)]
    with pytest.raises(WrongStateError):
        again(paper, count_id, counted(10))
    paper.check()


@pytest.mark.parametrize(
    "second",
    [
        counted(10),
        counted(8, missing="GC000003 GC000004"),
        counted(9, missing="GC000004"),
        counted(9, missing="GC000003", damaged=True),
    ],
)
def test_counts_that_differ_change_nothing_until_one_agrees_with_the_other(
    paper: Paper, second: stocktaking.Counted
) -> None:
    paper.receive("GC000001", "GC000010")
    first = propose(paper, counted(9, missing="GC000003"))
    assert again(paper, first, second) is stocktaking.Compared.DIFFERS
    assert paper.line().on_hand == 10
    (key, _pieces), (rival, pieces) = waiting(paper)
    assert (key, pieces) == (first, second.pieces)
    with pytest.raises(ConflictError, match="先に数えました"):
        again(paper, first, counted(9, missing="GC000003"), by=paper.ward)
    for count_id, stranger in (
        (first, paper.officer),  # the own count is not the other's
        (rival, paper.second),
        (first, paper.ward),  # who counted nothing decides nothing
        (rival, paper.ward),
    ):
        with pytest.raises(NotAllowedError, match="もう一方"):
            agree(paper, count_id, stranger)
    agree(paper, rival, paper.officer)
    assert (paper.line().on_hand, waiting(paper)) == (second.pieces, [])
    for count_id, person in ((first, paper.second), (rival, paper.officer)):
        with pytest.raises(WrongStateError):
            agree(paper, count_id, person)
    paper.check()


def test_the_second_person_agrees_with_the_first_count(paper: Paper) -> None:
    paper.receive("GC000001", "GC000010")
    first = propose(paper, counted(9, missing="GC000003"))
    again(paper, first, counted(10))
    agree(paper, first, paper.second)
    assert (paper.line().on_hand, paper.line().gone, waiting(paper)) == (9, 1, [])
    paper.check()


def test_counts_that_differ_are_dropped_together(paper: Paper) -> None:
    paper.receive("GC000001", "GC000010")
    first = propose(paper, counted(9, missing="GC000003"))
    again(paper, first, counted(10))
    drop(paper, first)
    assert (paper.line().on_hand, waiting(paper)) == (10, [])
    with pytest.raises(WrongStateError):
        drop(paper, first)
    both(paper, counted(10))
    paper.check()


def test_two_second_people_at_once_are_one(paper: Paper) -> None:
    """One count is the second; who comes later is told, and the book moves once."""
    paper.receive("GC000001", "GC000020")
    for number in range(1, 9):
        book = paper.line().on_hand
        said = counted(book - 1, missing=f"GC{number:06}")
        count_id = propose(paper, said)
        ends: Counter[str] = Counter()
        gate = threading.Barrier(2)

        def counting(
            by: Actor,
            said: stocktaking.Counted,
            count_id: int = count_id,
            gate: threading.Barrier = gate,
            ends: Counter[str] = ends,
        ) -> None:
            gate.wait()
            try:
                ends[again(paper, count_id, said, by)] += 1
            except DomainError as error:
                ends[type(error).__name__] += 1

        other = said if number % 2 else counted(book)
        pair = [
            threading.Thread(target=counting, args=(paper.second, said)),
            threading.Thread(target=counting, args=(paper.ward, other)),
        ]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
        assert ends["equal"] + ends["differs"] == 1, ends
        assert ends["WrongStateError"] + ends["ConflictError"] == 1, ends
        if ends["differs"]:
            assert paper.line().on_hand == book
            agree(paper, count_id, paper.ward)
        assert paper.line().on_hand == book - 1
        paper.check()


def test_a_count_of_yesterdays_stock_is_counted_again(paper: Paper) -> None:
    paper.receive("GC000001", "GC000010")
    count_id = propose(paper, counted(9, missing="GC000003", damaged=True))
    paper.receive("GC000011", "GC000012")
    with pytest.raises(ConflictError, match="もう一度数え"):
        again(paper, count_id, counted(11, missing="GC000003", damaged=True))
    drop(paper, count_id)
    both(paper, counted(11, missing="GC000003", damaged=True))
    assert paper.line().on_hand == 11
