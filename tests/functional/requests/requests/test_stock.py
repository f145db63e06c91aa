"""The stock ledger: ranges in, promises, counts by two people.

It never falls below zero, and it always agrees.
"""

import contextlib
import random
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    InputError,
)
from portal.domain.requests.alternatives import packing
from portal.domain.requests.alternatives.models import AlternativeItem
from portal.domain.requests.alternatives.serials import SerialRange, as_ranges, read_range
from portal.platform.append_only import close_ledgers, open_ledgers
from portal.platform.database import Database
from tests.functional.requests.requests import test_stocktaking as two
from tests.support.requests.paper import Paper, make_paper
from tests.support.work import work_in


@pytest.fixture
def paper(database: Database, tmp_path: Path) -> Paper:
    return make_paper(database, tmp_path)


def test_a_range_comes_in_once(paper: Paper) -> None:
    paper.receive("gc-000001", "ＧＣ０００１００")
    for first, last in (
        ("GC000100", "GC000200"),
        ("GC000050", "GC000060"),
        ("GC000001", "GC000001"),
    ):
        with pytest.raises(ConflictError, match="もう登録"):
            paper.receive(first, last)
    paper.receive("GC0000001", "GC0000100")  # another width is another kind of number
    assert (paper.line().on_hand, paper.line().received) == (200, 200)
    paper.check()


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("", ""),
        ("GC", "GC"),
        ("GC5", "GC1"),
        ("GC1", "GD2"),
        ("GC9", "GC10"),
        ("GC000001", "GC999999"),
        ("あ1", "あ2"),
    ],
)
def test_what_is_no_range_is_refused(first: str, last: str) -> None:
    with pytest.raises(InputError):
        read_range(first, last)


@given(st.integers(0, 10**6), st.integers(0, 200), st.sampled_from(["", "GC", "ABCDEFGH"]))
def test_serial_numbers_in_a_row_come_together_again(first: int, more: int, prefix: str) -> None:
    row = SerialRange(prefix, first, first + more, 8)
    mixed = row.serials()
    random.Random(first).shuffle(mixed)
    assert as_ranges(mixed) == [(*row.ends, more + 1)]


def test_missing_pieces_take_the_last_promise_back(paper: Paper) -> None:
    families = [paper.household(1), paper.household(1)]
    paper.coupons()
    paper.receive("GC000001", "GC000006")
    requests = [paper.ask(family) for family in families]
    for request_id in requests:
        paper.decide(request_id)
    two.both(paper, two.counted(5, missing="GC000006"))
    assert (paper.line().reserved, paper.line().waiting, paper.line().on_hand) == (3, 3, 5)
    assert paper.pack(requests[0])
    with pytest.raises(ConflictError):
        paper.count(requests[1], serials=["GC000004", "GC000005", "GC000006"])
    paper.check()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from("rffffffwbkg"), st.integers(0, 3)), min_size=10, max_size=40)
)
def test_whatever_happens_the_ledger_agrees(
    sqlite_database: Database,
    tmp_path_factory: pytest.TempPathFactory,
    moves: list[tuple[str, int]],
) -> None:
    """Any order of steps, possible or not, over a few households.

    Sums hold, nothing falls below zero.
    """
    with sqlite_database.write() as session:
        open_ledgers(session.connection())
        for table in reversed(AlternativeItem.metadata.sorted_tables):
            session.execute(table.delete())
        close_ledgers(session.connection())
    run = Run(make_paper(sqlite_database, tmp_path_factory.mktemp("walk")))
    for move, number in moves:
        with contextlib.suppress(DomainError):
            run.step(move, number)
        run.paper.check()


class Run:
    """Four households; a step that is refused changes nothing."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.people = [paper.household(1) for _ in range(4)]
        paper.coupons(6)
        self.next = 1
        self.requests: dict[int, int] = {}
        self.parcels: dict[int, int] = {}

    def step(self, move: str, number: int) -> None:
        """Try one thing with one household; ``f`` takes its request one step forward."""
        paper, request, parcel = self.paper, self.requests.get(number), self.parcels.get(number)
        if move == "r":
            self.next += number + 1
            paper.receive(f"GC{self.next - number - 1:06}", f"GC{self.next - 1:06}")
        elif move == "g":
            two.both(paper, two.counted(paper.line().on_hand - 1, missing=f"GC{number + 1:06}"))
        elif move == "f":
            self._forward(number)
        elif move == "w" and request:
            paper.withdraw(self.people[number], request)
        elif move == "b" and parcel:
            paper.come_back(parcel, "refused")
        elif move == "k" and parcel:
            paper.restock(parcel)

    def _forward(self, number: int) -> None:
        paper, request, parcel = self.paper, self.requests.get(number), self.parcels.get(number)
        state = paper.states(request)[0] if request else "withdrawn"
        if state in {"withdrawn", "restocked"}:
            self.requests[number] = paper.ask(self.people[number])
            self.parcels.pop(number, None)
        elif state == "submitted" and request:
            paper.decide(request)
        elif parcel is None and request:
            self.parcels[number] = paper.count(request)
        elif state == "approved" and parcel:
            paper.confirm(parcel)
        elif state in {"packed", "returned"} and parcel:
            paper.post(parcel, again=state == "returned")
        elif parcel:
            paper.deliver(parcel)


@pytest.mark.parametrize("pieces", [5, 12])
def test_eight_people_at_once_take_no_more_than_there_is(paper: Paper, pieces: int) -> None:
    """Sixteen requests are accepted and packed by eight threads from stock for some of them."""
    families = [paper.household(1) for _ in range(16)]
    paper.coupons(20)
    paper.receive("GC000001", f"GC{pieces:06}")
    requests = [paper.ask(family) for family in families]
    ends: Counter[str] = Counter()
    gate = threading.Barrier(8)

    def work(mine: list[int]) -> None:
        gate.wait()
        for request_id in mine:
            paper.decide(request_id)
            for _ in range(20):
                try:
                    paper.pack(request_id)
                except DomainError as error:
                    ends[error.code] += 1
                    if "在庫待ち" in error.message:
                        break
                else:
                    ends["packed"] += 1
                    break

    threads = [threading.Thread(target=work, args=(requests[number::8],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends["packed"] <= pieces // 3
    line = paper.line()
    assert (line.out, line.on_hand) == (3 * ends["packed"], pieces - 3 * ends["packed"])
    paper.check()


def test_one_of_two_wins_when_packing_meets_taking_back(paper: Paper) -> None:
    """The second person confirms while the resident takes the request back.

    Exactly one of both happens.
    """
    paper.receive()
    families = [paper.household(1) for _ in range(8)]
    paper.coupons(20)
    ready = []
    for family in families:
        request_id = paper.ask(family)
        paper.decide(request_id)
        ready.append((family, request_id, paper.count(request_id)))
    won: Counter[str] = Counter()
    for family, request_id, parcel in ready:
        gate = threading.Barrier(2)

        def confirming(parcel: int = parcel, gate: threading.Barrier = gate) -> None:
            gate.wait()
            try:
                with paper.database.write() as session:
                    packing.confirm(
                        work_in(session, paper.second, paper.now, program=paper.program),
                        parcel,
                        packing.SecondCount(3, 30_000),
                    )
                won["packed"] += 1
            except DomainError:
                won["too late to pack"] += 1

        def taking_back(  # type: ignore[no-untyped-def]
            gate: threading.Barrier = gate, family=family, request_id: int = request_id
        ) -> None:
            gate.wait()
            try:
                paper.withdraw(family, request_id)
                won["withdrawn"] += 1
            except DomainError:
                won["too late to withdraw"] += 1

        pair = [threading.Thread(target=confirming), threading.Thread(target=taking_back)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()
    assert won["packed"] + won["withdrawn"] == len(families), won
    with paper.database.read() as session:
        states = Counter(session.scalars(select(AlternativeItem.state)))
    assert (states["packed"], states["withdrawn"]) == (won["packed"], won["withdrawn"])
    paper.check()
