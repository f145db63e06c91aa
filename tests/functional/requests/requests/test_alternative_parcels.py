"""Paper on its way: packed by two, insured, posted, delivered or back again.

Held and protected households.
"""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.escalations import pausing
from portal.domain.contacts.escalations.services import Question, RaisedIn, raise_escalation
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.shipments.mail import REGISTERED, SIMPLE_REGISTERED
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.models import Household
from portal.domain.people.pauses.queries import pause_of
from portal.domain.people.staff.models import StaffUser
from portal.domain.requests.alternatives import delivery, packing
from portal.domain.requests.alternatives.models import AlternativeParcel
from portal.domain.requests.alternatives.queries import parcel_view, parcels
from portal.domain.requests.alternatives.states import ParcelStage
from portal.domain.requests.alternatives.words import steps_of
from portal.platform.database import Database
from tests.support.people import Person
from tests.support.requests.paper import Paper, make_paper
from tests.support.work import work_in


def test_from_asking_to_the_door(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    assert paper.coupon_states(family) == ["assigned", "suspended"]
    paper.decide(request_id)
    assert paper.states(request_id) == ["approved"]
    assert paper.coupon_states(family) == ["assigned", "voided"]
    assert (paper.line().on_hand, paper.line().reserved) == (100, 3)
    parcel = paper.pack(request_id, 1)
    assert (paper.line().on_hand, paper.line().reserved) == (97, 0)
    paper.post(parcel)
    paper.deliver(parcel)
    row = paper.request(request_id)
    assert (paper.states(request_id), row.state, row.result) == (
        ["delivered"],
        "closed",
        "delivered",
    )
    with paper.database.read() as session:
        rights = session.scalars(select(Entitlement.state).order_by(Entitlement.id)).all()
        assert rights == ["alternative_delivered", "in_progress"]
        assert [step.words for step in steps_of(session, row)] == [
            "紙の代替品の申し込みを受け付けました。",
            "申し込みの内容を確かめました。",
            "電子クーポンを止めました。",
            "1人分の小包を用意しました。",
            "小包を、簡易書留で送りました。",
            "小包が届きました。",
        ]
        events = session.scalars(select(Announcement.event).order_by(Announcement.id)).all()
    assert events == ["received", "decided", "posted"]
    paper.check()


def test_short_stock_waits_in_order_and_is_served_when_it_arrives(
    database: Database, tmp_path: Path
) -> None:
    paper = make_paper(database, tmp_path)
    families = [paper.household(1) for _ in range(3)]
    paper.coupons()
    paper.receive("GC000001", "GC000003")
    requests = [paper.ask(family, 1) for family in families]
    for request_id in requests:
        paper.decide(request_id)
        assert paper.states(request_id) == ["approved"]
    assert (paper.line().reserved, paper.line().waiting) == (3, 6)
    with pytest.raises(ConflictError, match="在庫待ち"):
        paper.count(requests[1], 1, serials=["GC000001", "GC000002", "GC000003"])
    paper.withdraw(families[0], requests[0])
    assert paper.pack(requests[1], 1)
    paper.receive("GC000004", "GC000006")
    assert paper.pack(requests[2], 1)
    assert paper.line().on_hand == 0
    paper.check()


def test_two_people_pack_and_both_count(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    for wrong in (
        ["GC000001"],
        ["GC000001", "GC000002", "GC000002"],
        ["GC000001", "GC000002", "GC000999"],
    ):
        with pytest.raises((InputError, NotFoundError)):
            paper.count(request_id, 1, serials=wrong)
    parcel = paper.count(request_id, 1)
    with pytest.raises(NotAllowedError, match="ほかの人"):
        paper.confirm(parcel, paper.officer)
    with pytest.raises(InputError, match="もう一度数え"):
        paper.confirm(parcel, pieces=2)
    assert paper.states(request_id) == ["approved"]
    with pytest.raises(ConflictError, match="確認を待っています"):
        paper.count(request_id, 1)
    paper.confirm(parcel)
    with pytest.raises(WrongStateError):
        paper.confirm(parcel)
    paper.check()


def test_the_second_count_is_of_the_yen_too(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    parcel_id = paper.count(request_id, 1)
    with paper.database.write() as session:
        parcel = session.get_one(AlternativeParcel, parcel_id)
        work = work_in(session, paper.second, paper.now, program=paper.program)
        with pytest.raises(InputError, match="もう一度数え"):
            packing.confirm(
                work, parcel_id, packing.SecondCount(parcel.pieces, parcel.amount_yen + 1)
            )


def test_a_serial_number_leaves_once(paper: Paper) -> None:
    families = [paper.household(1), paper.household(1)]
    paper.coupons()
    requests = [paper.ask(family, 1) for family in families]
    for request_id in requests:
        paper.decide(request_id)
    same = ["GC000001", "GC000002", "GC000003"]
    paper.count(requests[0], 1, serials=same)
    with pytest.raises(ConflictError, match="いま在庫にありません"):
        paper.count(requests[1], 1, serials=same)


def test_two_children_are_split_or_sent_with_more_insurance(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1, 2)
    paper.decide(request_id)
    with pytest.raises(NotAllowedError, match="分けて送るか、一般書留") as caught:
        paper.count(request_id, 1, 2)
    assert caught.value.code == "over_insurance"
    together = paper.pack(request_id, 1, 2, mail_class=REGISTERED)
    with pytest.raises(NotAllowedError):
        paper.post(together, SIMPLE_REGISTERED)  # nor by another class at the counter
    paper.post(together, REGISTERED)
    paper.deliver(together)
    assert paper.request(request_id).result == "delivered"
    paper.check()


def test_split_parcels_end_each_on_its_own(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1, 2)
    paper.decide(request_id)
    first, second = paper.pack(request_id, 1), paper.pack(request_id, 2)
    paper.post(first)
    paper.deliver(first)
    assert paper.request(request_id).state == "in_progress"
    paper.post(second)
    paper.come_back(second, "refused")
    paper.restock(second)
    paper.decide(request_id, "refuse", reason="came_back")
    assert paper.request(request_id).result == "partly"
    paper.check()


def test_it_goes_out_twice_more_and_then_back_into_stock(paper: Paper, family: Person) -> None:
    request_id, parcel = paper.packed(family, 1)
    paper.post(parcel)
    for _ in range(paper.program.requests.redeliveries):
        paper.come_back(parcel)
        with pytest.raises(NotAllowedError, match="残っています"):
            paper.restock(parcel)
        paper.post(parcel, again=True)
    paper.come_back(parcel)
    with pytest.raises(NotAllowedError, match="2回まで"):
        paper.post(parcel, again=True)
    paper.restock(parcel)
    row = paper.request(request_id)
    assert (paper.states(request_id), row.state, row.warnings) == (
        ["restocked"],
        "waiting",
        ["restocked"],
    )
    assert (paper.line().on_hand, paper.line().out) == (100, 0)
    with paper.database.read() as session:
        assert session.scalars(select(Entitlement.state)).all() == ["in_progress", "in_progress"]
    with pytest.raises(NotAllowedError):
        paper.decide(request_id, "accept")
    paper.decide(request_id, "refuse", reason="came_back")
    assert paper.request(request_id).result == "restocked"
    paper.ask(family, 1)  # the ward found the right address: all over again
    paper.check()


def test_an_unknown_address_goes_to_the_ward_first(paper: Paper, family: Person) -> None:
    _request, parcel = paper.packed(family, 1)
    paper.post(parcel)
    paper.come_back(parcel, "address_unknown")
    with pytest.raises(NotAllowedError, match="区の担当者"):
        paper.post(parcel, again=True)
    paper.post(parcel, again=True, actor=paper.ward)
    paper.deliver(parcel)
    paper.check()


def test_nothing_leaves_for_a_household_that_is_held(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    with paper.database.write() as session:
        session.execute(update(Entitlement).values(state="held"))
    with pytest.raises(NotAllowedError, match="保留中"):
        paper.decide(request_id)
    with paper.database.write() as session:
        session.execute(update(Entitlement).values(state="in_progress"))
    paper.decide(request_id)
    parcel = paper.count(request_id, 1)
    with paper.database.write() as session:
        session.execute(update(Entitlement).values(state="held"))
    with pytest.raises(NotAllowedError, match="保留中"):
        paper.confirm(parcel)


def test_a_protected_household_is_the_wards_alone(paper: Paper, family: Person) -> None:
    request_id = paper.ask(family, 1)
    with paper.database.write() as session:
        session.execute(update(Household).values(protected=True))
    with pytest.raises(NotFoundError):
        paper.decide(request_id)
    paper.decide(request_id, actor=paper.ward)
    with pytest.raises(NotFoundError):
        paper.count(request_id, 1)


def test_a_parcel_waits_while_nothing_goes_out(paper: Paper, family: Person) -> None:
    """After word of a danger; to the office it is as one of a protected family."""
    request_id = paper.ask(family, 1)
    paper.decide(request_id)
    parcel = paper.pack(request_id, 1)
    pause = paused(paper, family)
    with pytest.raises(NotFoundError):
        paper.post(parcel)
    with pytest.raises(NotAllowedError) as refused:
        paper.post(parcel, actor=paper.ward)
    assert refused.value.code == "paused"
    with paper.database.read() as session:
        stage = ParcelStage.TO_POST
        assert parcels(session, stage, include_protected=False) == []
        [listed] = parcels(session, stage, include_protected=True)
        assert listed.parcel.id == parcel
        assert parcel_view(session, parcel, include_protected=False) is None
    with paper.database.write() as session:
        pausing.lift(work_in(session, paper.ward, paper.now), pause)
    paper.post(parcel)


def paused(paper: Paper, family: Person) -> int:
    """Nothing goes out to a family."""
    with paper.database.write() as session:
        work = work_in(session, paper.ward, paper.now, program=paper.program)
        about = RaisedIn(household_id=family.household_id)
        question = raise_escalation(work, Question("protection", "危険がある。"), about)
        found = pause_of(session, question.id)
        assert found is not None
        return found.id


def test_where_no_address_may_be_used_the_ward_hands_it_over(paper: Paper, family: Person) -> None:
    with paper.database.write() as session:
        session.execute(update(Household).values(protected=True, counter=True))
    paper.officer = paper.ward  # contractors know nothing of this household
    request_id = paper.ask(family, 1)
    paper.decide(request_id, actor=paper.ward)
    parcel = paper.count(request_id, 1)
    with paper.database.write() as session:
        user = StaffUser(
            login="ward-b",
            display_name="ward-b",
            organization="ward",
            role="ward_officer",
            password_hash="-",
            totp_sealed=b"",
            created_at=paper.now,
        )
        session.add(user)
        session.flush()
        other = Actor(Role.WARD_OFFICER, user.id, Organization.WARD)
    paper.confirm(parcel, other)
    with pytest.raises(NotAllowedError, match="窓口"):
        paper.post(parcel)
    with paper.database.write() as session:
        delivery.hand_over(work_in(session, other, paper.now), parcel)
    row = paper.request(request_id)
    assert (paper.states(request_id), row.result) == (["delivered"], "delivered")
    with paper.database.read() as session:
        assert [step.words for step in steps_of(session, row)][-1] == "区の窓口でお渡ししました。"
    with paper.database.write() as session, pytest.raises(WrongStateError):
        delivery.hand_over(work_in(session, other, paper.now), parcel)
    paper.check()


def test_everybody_else_gets_it_by_mail(paper: Paper, family: Person) -> None:
    _request, parcel = paper.packed(family, 1)
    with paper.database.write() as session, pytest.raises(NotAllowedError, match="郵便で"):
        delivery.hand_over(work_in(session, paper.ward, paper.now), parcel)
