"""Nobody enters both sides: the other side's figures are entered or confirmed by another."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import SYSTEM, Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError, NotAllowedError, WrongStateError
from portal.domain.foundation.transfers.chain import require_whole_chain
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import RULES, Stopped, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.services import (
    announce,
    correct,
    enter_receipt,
    passes,
    send_out,
    take_in,
)
from portal.domain.foundation.transfers.sheets import Arrival, Departure, Sheet
from portal.domain.foundation.transfers.vouching import vouch
from portal.platform.database import Database
from tests.support.coupons import NOW
from tests.support.staff import hire
from tests.support.work import work_in

FIGURES = Figures(rows=510, children=262, yen=7_860_000, sha256="a" * 64)
OF_WARD = [kind for kind in TransferKind if RULES[kind].of_ward]
OF_COMPANIES = [kind for kind in TransferKind if not RULES[kind].of_ward]


@dataclass
class House:
    """A database with two people of each side; a side is entered as one of them."""

    database: Database
    people: dict[str, Actor]

    def both_sides(self, kind: TransferKind, ours: str, theirs: str) -> FileTransfer:
        """Let one person count our side and another one enter the other's."""
        with self.database.write() as session:
            work = work_in(session)
            mine, other = (work.acting_as(self.people[one]) for one in (ours, theirs))
            if RULES[kind].outgoing:
                sent = Departure(kind, "file", "相手", FIGURES, "made", 1)
                row = enter_receipt(other, send_out(mine, sent).id, FIGURES)
            else:
                announce(other, Sheet(kind, "file.csv", "相手", FIGURES))
                row = take_in(mine, Arrival(kind, "file.csv", FIGURES))
            session.flush()
            session.expunge_all()
        return row

    def vouch(self, key: int, login: str) -> FileTransfer:
        with self.database.write() as session:
            row = vouch(work_in(session, self.people[login]), key)
            session.flush()
            session.expunge_all()
        return row

    def stopped(self) -> set[Stopped]:
        found = set()
        with self.database.read() as session:
            for one in Stopped:
                try:
                    require_whole_chain(session, one)
                except ConflictError:
                    found.add(one)
        return found


@pytest.fixture
def house(database: Database) -> House:
    people = {
        login: Actor(role, hire(database, NOW, role, login).id, organization)
        for login, role, organization in (
            ("officer", Role.OFFICER, Organization.CONTRACTOR),
            ("second", Role.OFFICER, Organization.CONTRACTOR),
            ("ward", Role.WARD_OFFICER, Organization.WARD),
            ("ward2", Role.WARD_OFFICER, Organization.WARD),
        )
    }
    return House(database, people | {"": SYSTEM})


@pytest.mark.parametrize("kind", OF_WARD)
def test_the_wards_side_that_others_entered_stops_all_until_the_ward_confirms_it(
    house: House, kind: TransferKind
) -> None:
    for ours, theirs in (("officer", "officer"), ("officer", "second"), ("", ""), ("ward", "ward")):
        row = house.both_sides(kind, ours, theirs)
        assert row.state == "one_sided", (ours, theirs)
        assert row.is_open
        assert passes(row)
        assert house.stopped() == set(RULES[kind].stops)
        confirms = "ward2" if ours == "ward" else "ward"
        done = house.vouch(row.id, confirms)
        assert done.state == "matched"
        assert (done.vouched_by, done.ended_by) == (house.people[confirms].id,) * 2
        assert house.stopped() == set()
        _forget(house)


@pytest.mark.parametrize("kind", OF_WARD)
def test_what_the_ward_entered_itself_needs_nobody_more(house: House, kind: TransferKind) -> None:
    for ours, theirs in (("officer", "ward"), ("", "ward"), ("ward", "ward2")):
        row = house.both_sides(kind, ours, theirs)
        assert row.state == "matched", (ours, theirs)
        assert row.vouched_by == house.people[theirs].id
        _forget(house)


@pytest.mark.parametrize("kind", OF_WARD)
def test_only_another_person_of_the_ward_confirms_the_wards_side(
    house: House, kind: TransferKind
) -> None:
    row = house.both_sides(kind, "ward", "officer")
    for login in ("officer", "second", "ward", ""):
        with pytest.raises(NotAllowedError):
            house.vouch(row.id, login)
    assert house.stopped() == set(RULES[kind].stops)
    house.vouch(row.id, "ward2")
    with pytest.raises(WrongStateError):
        house.vouch(row.id, "ward2")
    with house.database.read() as session:
        told = select(AuditEvent.actor_id).where(AuditEvent.action == "file_transfer.vouched")
        assert session.scalars(told).all() == [house.people["ward2"].id]


@pytest.mark.parametrize("kind", OF_COMPANIES)
def test_one_account_does_not_enter_both_sides_of_a_companys_file(
    house: House, kind: TransferKind
) -> None:
    row = house.both_sides(kind, "officer", "officer")
    assert row.state == "one_sided"
    for login in ("officer", ""):
        with pytest.raises(NotAllowedError):
            house.vouch(row.id, login)
    assert house.vouch(row.id, "second").state == "matched"
    _forget(house)
    for ours, theirs in (("officer", "second"), ("", "officer"), ("", ""), ("officer", "ward")):
        assert house.both_sides(kind, ours, theirs).state == "matched", (ours, theirs)
        _forget(house)


def test_a_corrected_sheet_of_somebody_else_is_not_what_the_ward_confirmed(house: House) -> None:
    row = house.both_sides(TransferKind.EXTRACT, "officer", "ward")
    other = replace(FIGURES, sha256="b" * 64)
    with house.database.write() as session:
        work = work_in(session)
        announce(
            work.acting_as(house.people["ward"]),
            Sheet(TransferKind.EXTRACT, "other.csv", "相手", other),
        )
        officer = work.acting_as(house.people["officer"])
        half = take_in(officer, Arrival(TransferKind.EXTRACT, "other.csv", replace(other, rows=9)))
        assert (half.id == row.id, half.state) == (False, "differing")
        corrected = Sheet(TransferKind.EXTRACT, "other.csv", "相手", replace(other, rows=9))
        assert correct(officer, half.id, corrected).state == "one_sided"
        assert half.vouched_by is None


def _forget(house: House) -> None:
    with house.database.write() as session:
        for row in session.scalars(select(FileTransfer)):
            session.delete(row)
