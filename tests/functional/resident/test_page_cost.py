"""What a household's pages read: few statements, and nothing of it from the request before."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from portal.domain.mailroom.incidents.site_notices import NoticeBoard
from portal.domain.people.authn import sessions
from portal.domain.people.authn.sessions import Owner
from portal.domain.people.coupons import services as coupons
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.entitlements.models import Entitlement
from portal.domain.people.entitlements.services import hold_household
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.states import HouseholdState
from portal.platform.database import opened
from portal.platform.site import Site
from tests.support.databases.sent import sent_to
from tests.support.people import Person
from tests.support.resident import NOON, Loop, Resident, Visitor, make_resident
from tests.support.work import work_in

TURNS = 3
"""BEGIN with the settings and the clock, what the page shows, COMMIT or ROLLBACK."""

MOST_OF_A_FORM = 15
"""What a request for paper sends; before its rights were locked in one statement it was 22."""

OTHERS_GO = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'portal' AND pid <> pg_backend_pid()"""


@dataclass(frozen=True, slots=True)
class Family:
    """A household of two, of which one coupon was shown, with a browser at a node."""

    node: Resident
    person: Person
    visitor: Visitor


@pytest.fixture
def family(
    resident: Resident, resident_base: Site, background_loop: Loop, tmp_path: Path
) -> Family:
    """A family at another node than ``resident``, on the same database."""
    node = make_resident(
        resident_base, resident.database, background_loop, tmp_path, notices=NoticeBoard()
    )
    person = resident.add(active=True)
    resident.give_coupons()
    visitor = node.enter(person)
    visitor.send("/coupon/1/reveal")
    return Family(node, person, visitor)


@pytest.mark.parametrize("path", ["/home", "/coupon/1", "/coupon/1/picture.png"])
def test_a_page_of_a_household_is_three_turns_of_the_database(family: Family, path: str) -> None:
    assert family.visitor.get(path).status_code == 200
    with sent_to(family.node.database) as sent:
        assert family.visitor.get(path).status_code == 200
    assert len(sent) == TURNS, sent


def test_what_a_stranger_is_shown_reads_the_instant_alone(family: Family) -> None:
    stranger = family.node.visitor()
    for path in ("/", "/signin"):
        assert stranger.get(path).status_code == 200
        with sent_to(family.node.database) as sent:
            assert stranger.get(path).status_code == 200
        assert len(sent) < TURNS, sent


def test_the_form_for_the_code_is_three_turns_of_the_database(family: Family) -> None:
    on_the_way = family.node.enter(family.person, stage="code")
    assert on_the_way.get("/signin/code").status_code == 200
    with sent_to(family.node.database) as sent:
        assert on_the_way.get("/signin/code").status_code == 200
    assert len(sent) == TURNS, sent


def test_more_children_are_no_more_statements(resident: Resident, family: Family) -> None:
    many = resident.add(active=True, children=7)
    visitor = family.node.enter(many)
    with sent_to(family.node.database) as sent:
        page = visitor.get("/home").text
    assert page.count('class="ticket"') == 7
    assert len(sent) <= TURNS, sent


def test_a_request_for_paper_locks_reads_and_writes_each_thing_once(family: Family) -> None:
    family.visitor.open("/alternative/choose")
    wish = {"child_2": "1", "product": "gift_card", "why": "no_smartphone"}
    family.visitor.send("/alternative/choose/submit", wish)
    with sent_to(family.node.database) as sent:
        answer = family.visitor.post("/alternative/check/submit", {"form_key": "once"})
    assert "/alternative/received/" in answer.headers["location"]
    statements = [text for text in sent if not text.startswith(("BEGIN", "COMMIT"))]
    assert len(statements) <= MOST_OF_A_FORM, statements
    assert not [text for text in statements if text.startswith("SAVEPOINT")]


def protect(session: Session, person: Person) -> None:
    session.get_one(Household, person.household_id).protected = True


def take_off(session: Session, person: Person) -> None:
    session.get_one(Household, person.household_id).state = HouseholdState.REMOVED


def lock(session: Session, person: Person) -> None:
    session.get_one(Credential, person.credential_id).state = CredentialState.LOCKED


def sign_out(session: Session, person: Person) -> None:
    sessions.end_all(session, Owner(sessions.RESIDENT, person.credential_id))


@pytest.mark.parametrize("change", [protect, take_off, lock, sign_out])
@pytest.mark.parametrize("path", ["/home", "/coupon/1", "/coupon/1/picture.png"])
def test_what_one_node_flags_is_closed_at_the_next_request_to_another(
    resident: Resident, family: Family, change: Callable[[Session, Person], None], path: str
) -> None:
    assert family.visitor.get(path).status_code == 200
    with resident.database.write() as session:
        change(session, family.person)
    assert family.visitor.get(path).headers.get("location") == "/signin"


def hold(session: Session, person: Person) -> None:
    hold_household(session, person.household_id, NOON)


def suspend(session: Session, person: Person) -> None:
    coupons.suspend_household(work_in(session, now=NOON), person.household_id, reason="protection")


@pytest.mark.parametrize("change", [hold, suspend])
def test_what_one_node_stops_is_shown_at_none(
    resident: Resident, family: Family, change: Callable[[Session, Person], None]
) -> None:
    assert family.visitor.get("/coupon/1").status_code == 200
    with resident.database.write() as session:
        change(session, family.person)
    assert family.visitor.get("/coupon/1").headers["location"] == "/home"
    assert family.visitor.get("/coupon/1/picture.png").status_code == 404
    assert "/coupon/1" not in family.visitor.get("/home").text


def test_a_decline_on_one_node_is_on_the_page_of_another(
    resident: Resident, family: Family
) -> None:
    assert "辞退の手続き中です" not in family.visitor.get("/home").text
    elsewhere = resident.enter(family.person)
    elsewhere.open("/decline/choose")
    elsewhere.send("/decline/choose/submit", {"who": "all"})
    elsewhere.send("/decline/check/submit")
    code = family.person.totp(resident.now)
    elsewhere.send("/decline/code/submit", {"code": code, "form_key": "once"})
    assert elsewhere.place.startswith("/decline/received/")
    assert family.visitor.get("/home").text.count("辞退の手続き中です") == 2


@pytest.mark.parametrize("path", ["/home", "/coupon/1", "/coupon/1/picture.png"])
def test_an_idle_session_opens_none_of_its_pages(family: Family, path: str) -> None:
    assert family.visitor.get(path).status_code == 200
    family.node.clock.advance(minutes=16)
    assert family.visitor.get(path).headers.get("location") == "/signin"


def test_an_entitlement_that_went_elsewhere_is_on_no_page_of_its_former_family(
    resident: Resident, family: Family
) -> None:
    other = resident.add(active=True)
    with resident.database.write() as session:
        child = session.scalars(
            select(Child.id).where(
                Child.household_id == family.person.household_id, Child.ordinal == 1
            )
        ).one()
        session.execute(
            update(Entitlement)
            .where(Entitlement.child_id == child)
            .values(household_id=other.household_id)
        )
    assert family.visitor.get("/coupon/1").status_code == 404
    assert family.visitor.get("/coupon/1/picture.png").status_code == 404
    home = family.visitor.get("/home").text
    assert home.count('class="ticket"') == 1
    assert 'href="/coupon/1"' not in home


def test_a_page_comes_though_its_idle_lines_were_lost(family: Family) -> None:
    """The short way finds them dead, and the ordinary way takes new ones."""
    database = family.node.database
    assert family.visitor.get("/home").status_code == 200
    if not database.writes_alone:
        address = database.engine.url.render_as_string(hide_password=False)
        with opened(address) as other, other.write() as session:
            session.execute(text(OTHERS_GO))
    assert family.visitor.get("/home").status_code == 200
    assert family.visitor.get("/coupon/1").status_code == 200
