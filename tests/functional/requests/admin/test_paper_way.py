"""The whole way without a device: from a form in the post to a card in the hand.

No step of it asks for a telephone number that gets SMS, an address of mail, or a sign-in.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Role
from portal.domain.letters.announcements.models import Announcement
from portal.domain.letters.announcements.reach import CARD
from portal.domain.letters.shipments import other_mail
from portal.domain.letters.shipments.postage import postage_of_month
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.households.large_print import POINTS, large_print_of
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.requests.requests.models import Request
from tests.functional.requests.admin.entries import PAPER, enter, place
from tests.functional.requests.admin.test_papers import SEEN
from tests.support.mailroom.letters import approve_texts, printer
from tests.support.people import CANARY_CHILDREN, Person
from tests.support.reading import pdf
from tests.support.requests.paper import Paper, make_paper
from tests.support.staff import StaffSite
from tests.support.work import work_in

ASKED = PAPER | {
    "no_scan": "unreadable",
    "product-1": "gift_card",
    "product-2": "gift_card",
    "why": "no_smartphone",
    "large_print": "yes",
}


@pytest.fixture
def office(sqlite_staff: StaffSite) -> Paper:
    made = make_paper(sqlite_staff.database, sqlite_staff.folder)
    office = replace(made, program=sqlite_staff.site.program, now=sqlite_staff.now)
    office.receive()
    return office


@pytest.fixture
def family(sqlite_staff: StaffSite, office: Paper) -> Person:
    """A family that never signed in."""
    person = office.household()
    sqlite_staff.give_coupons()
    with sqlite_staff.database.write() as session:
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    return person


def one_request(staff: StaffSite) -> Request:
    with staff.database.read() as session:
        row = session.scalars(select(Request)).one()
        session.expunge(row)
    return row


def taken_in(staff: StaffSite, family: Person) -> Request:
    """The form came back by post; an officer takes it in, with the tick for large print."""
    officer = enter(staff, family)
    address = place(family, "alternative")
    officer.open(address)
    answer = officer.send(f"{address}/submit", ASKED)
    assert "ほかの人が紙を見て読むまで、承認できません" in answer.text
    row = one_request(staff)
    officer.open(f"/reviews/{row.id}")
    own = {"version": str(row.version), "action": "accept", "form_key": "own"}
    refused = officer.post(f"/reviews/{row.id}/decide", own)
    assert refused.status_code != 303, "who takes a form in does not decide on it"
    return row


def read_and_accepted(staff: StaffSite, row: Request) -> None:
    """A second person reads the paper without what was entered, and accepts the request."""
    second = staff.enter_as(Role.OFFICER)
    second.open(f"/reviews/{row.id}")
    second.send(f"/reviews/{row.id}/claim", {"form_key": "claim"})
    page = second.open(f"/reviews/{row.id}/papers/1")
    assert "2023-07-31" not in page.text
    page = second.send(f"/reviews/{row.id}/papers/1/read", SEEN | {"form_key": "read"})
    assert "入力と同じでした" in page.text
    second.open(f"/reviews/{row.id}")
    version = str(one_request(staff).version)
    accept = {"version": version, "action": "accept", "form_key": "accept"}
    assert second.send(f"/reviews/{row.id}/decide", accept).status_code == 200


def receipt_card(staff: StaffSite, folder: Path) -> list[str]:
    built = print_cards(printer(staff.database, folder))
    (path,) = built.files
    assert "-large-" in path.name, "the tick on the form counts for this card already"
    card = path.read_bytes()
    assert pdf.smaller(card, POINTS, below_mm=66, pages=1) == ""
    return pdf.text(card)


def test_from_a_form_in_the_post_to_paper_at_the_door(
    sqlite_staff: StaffSite, office: Paper, family: Person, tmp_path: Path
) -> None:
    staff = sqlite_staff
    approve_texts(staff.database)
    row = taken_in(staff, family)
    with staff.database.read() as session:
        assert large_print_of(session, family.household_id) == "ja"
        assert session.scalars(select(Announcement.medium)).all() == [CARD]
    front, back = receipt_card(staff, tmp_path)
    assert f"受付番号 {row.receipt_no}" in front
    personal = [name for pair in CANARY_CHILDREN for name in pair]
    assert not [word for word in (*personal, "30,000", "60,000") if word in front + back]
    read_and_accepted(staff, row)
    assert office.states(row.id) == ["approved"]
    assert "voided" in office.coupon_states(family)
    parcel = office.pack(row.id, 1)
    office.post(parcel)
    office.deliver(parcel)
    with staff.database.write() as session:
        work = work_in(session, office.officer, office.now, program=office.program)
        other_mail.enter(work, other_mail.Pieces(office.today, "reply_paid", "reply", 1))
        counted = {line.mail_class: line.items for line in postage_of_month(work, office.today)}
        assert counted["reply_paid"] == 1
        assert counted["simple_registered"] == 1
        rights = session.scalars(select(Entitlement.state).order_by(Entitlement.id)).all()
        assert rights[0] == "alternative_delivered"
        for device in (OutboxMessage, OtpAuthenticator, AuthSession):
            rows = session.scalars(select(device)).all()
            mine = [one for one in rows if getattr(one, "site", "") != "staff"]
            assert not mine, f"no step needed {device.__name__}"


def test_whoever_calls_with_the_receipt_number_is_told_how_far_it_is(
    sqlite_staff: StaffSite, family: Person
) -> None:
    row = taken_in(sqlite_staff, family)
    agent = sqlite_staff.enter_as(Role.AGENT)
    agent.send("/calls/start", {"form_key": "call", "language": "ja"})
    typed = row.receipt_no.lower().replace("-", " ")
    agent.send("/find/search", {"q": typed, "form_key": "find"})
    assert agent.place == f"/desk/{family.household_id}"
