"""A code that a shop refused is replaced by two people: one proposes, another one confirms."""

import threading
from datetime import date

import pytest

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.approvals.queries import open_of_kind
from portal.domain.foundation.errors import ConflictError, DomainError, NotAllowedError
from portal.domain.mailroom.incidents import fault_agreement, fault_replacement, faults
from portal.domain.mailroom.incidents.faults import FaultEnding, FaultKey, LookUp
from tests.functional.mailroom.incidents.support import Office
from tests.support.work import work_in


def test_two_people_who_replace_at_once_give_one_new_code(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    office.look_up(row)
    office.propose(row)
    results: list[str] = []

    def press(by: Actor) -> None:
        try:
            office.confirm(row, by)
            results.append("done")
        except DomainError:
            results.append("refused")

    threads = [
        threading.Thread(target=press, args=(by,))
        for by in (office.colleague(), office.actor(Role.WARD_OFFICER))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["done", "refused"]
    assert office.coupons(person) == ["voided", "assigned"]


def test_one_person_alone_stops_nothing(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    office.look_up(row)
    with pytest.raises(ConflictError, match="提案がありません"):
        office.confirm(row)
    office.propose(row)
    office.propose(row)  # pressed again it is the same proposal
    office.propose(row, office.colleague())  # and who proposes as well confirms nothing
    assert office.coupons(person) == ["revealed"]
    with pytest.raises(NotAllowedError, match="自分の提案"):
        office.confirm(row, office.actor())
    assert (office.fresh(row).state, office.coupons(person)) == ("looked_up", ["revealed"])
    office.confirm(row)
    assert office.coupons(person) == ["voided", "assigned"]


def test_a_proposal_ends_with_what_it_was_made_on(office: Office) -> None:
    person = office.family(sandbox=True)
    row = office.report(person)
    office.look_up(row)
    office.propose(row)
    office.look_up(row, LookUp("unknown", date(2023, 8, 1)))
    with pytest.raises(ConflictError, match="提案がありません"):
        office.confirm(row)
    office.propose(row)
    with office.staff.database.write() as session:
        fault_replacement.withdraw_replacement(
            work_in(session, office.colleague(), office.now), FaultKey(row.id)
        )
    with pytest.raises(ConflictError, match="提案がありません"):
        office.confirm(row)
    office.propose(row)
    with office.staff.database.write() as session:
        faults.explain(
            work_in(session, office.actor(), office.now),
            FaultKey(row.id),
            FaultEnding("shop_mistake", "別の店で使えます。"),
        )
        waiting = open_of_kind(session, fault_agreement.REPLACE)
    assert (waiting, office.coupons(person)) == ([], ["revealed"])
