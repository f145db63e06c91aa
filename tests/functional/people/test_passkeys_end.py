"""What ends a household's passkeys, sessions and known browsers at once, in one transaction."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.runs.superseding import Superseding, supersede_letters
from portal.domain.mailroom.roster.holds import protection_list
from portal.domain.mailroom.roster.holds.protection_list import ListedNumbers, NumberKind
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import (
    NewCredential,
    issue,
    lock_row,
    move,
    move_door,
)
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import shut
from portal.platform.database import Database
from tests.functional.mailroom.printing.test_build import build
from tests.functional.mailroom.roster.test_later_files import cells
from tests.functional.requests.recipients.support import NOW as DECIDED
from tests.functional.requests.recipients.support import open_office
from tests.support.coupons import NOW
from tests.support.login_ids import plain_login_id
from tests.support.mailroom.roster import NOW as TAKEN
from tests.support.mailroom.roster import Ward
from tests.support.people import add_person
from tests.support.resident import Resident
from tests.support.ways_in import ALL, account_of, ways_in
from tests.support.work import work_in

LATER = timedelta(minutes=1)
Step = Callable[[Database, int], None]


def stepped(action: str) -> Step:
    """Take a step of the account."""

    def step(database: Database, credential_id: int) -> None:
        with database.write() as session:
            move(work_in(session, now=NOW), lock_row(session, credential_id), action)

    return step


def reissued(database: Database, credential_id: int) -> None:
    """Store the account of a new letter."""
    with database.write() as session:
        household_id = session.get_one(Credential, credential_id).household_id
        issue(work_in(session, now=NOW), NewCredential(household_id, plain_login_id(), ""))


STEPS = {
    "new letter": reissued,
    "suspended": stepped("suspend"),
    "locked": stepped("lock"),
    "closed": stepped("close"),
    "enrolls anew": stepped("reset_channel"),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.asvs("7.4.2")
def test_a_step_of_the_account_ends_its_passkeys(database: Database, step: Step) -> None:
    person, other = (add_person(database, NOW, number=f"990000000{n}", active=True) for n in (1, 2))
    mine, theirs = (ways_in(database, one.credential_id, NOW) for one in (person, other))
    step(database, person.credential_id)
    assert not {"passkey", "session", "id"} & mine.left(NOW + LATER)
    assert theirs.left(NOW + LATER) == ALL, "nobody else's"


def test_a_printed_new_letter_ends_everything_of_the_old_one(
    database: Database, tmp_path: Path
) -> None:
    person = add_person(database, NOW, active=True)
    mine = ways_in(database, person.credential_id, NOW)
    with database.write() as session:
        record_protection(work_in(session), ProtectionSource.EXTRACT)
        for letter in session.scalars(select(Letter)):
            letter.state = "cancelled"
    build(database, tmp_path)
    assert mine.left(NOW + LATER) <= {"browser"}, "which is one of the old ID alone"


def test_a_run_that_is_given_up_ends_what_its_letters_opened(
    database: Database, tmp_path: Path
) -> None:
    add_person(database, NOW)
    with database.write() as session:
        record_protection(work_in(session), ProtectionSource.EXTRACT)
    run_id = build(database, tmp_path).run_id
    with database.write() as session:
        credential = session.scalars(select(Credential).order_by(-Credential.id)).first()
        assert credential is not None
        credential.state, key = "active", credential.id
        states = list(session.scalars(select(Letter.state).distinct()))
    mine = ways_in(database, key, NOW)
    with database.write() as session:
        given_up = Superseding(states, "lost", counter=True)
        assert supersede_letters(work_in(session, now=NOW), run_id, given_up).credentials
    assert not {"passkey", "session", "id"} & mine.left(NOW + LATER)


@pytest.fixture
def ward(database: Database, tmp_path: Path) -> Ward:
    ward = Ward(database, tmp_path)
    ward.hand_over()
    return ward


@pytest.mark.asvs("7.4.2")
def test_protection_by_an_extract_ends_everything(ward: Ward) -> None:
    families = ward.extract().families
    mine, theirs = (
        ways_in(ward.database, account_of(ward.database, ward.key(one), TAKEN), TAKEN)
        for one in families[:2]
    )
    assert ward.change(cells(0, 1, 支援措置区分="1")) == {"protection_set": 1}
    assert mine.left(TAKEN + LATER) == set()
    assert theirs.left(TAKEN + LATER) == ALL


@pytest.mark.asvs("7.4.2")
def test_protection_by_a_list_ends_everything(ward: Ward) -> None:
    families = ward.extract().families
    mine, theirs = (
        ways_in(ward.database, account_of(ward.database, ward.key(one), TAKEN), TAKEN)
        for one in families[:2]
    )
    listed = ListedNumbers(NumberKind.HOUSEHOLD, [families[0].number])
    with ward.database.write() as session:
        assert protection_list.load_list(work_in(session, now=TAKEN), listed).held == 1
    assert mine.left(TAKEN + LATER) == set()
    assert theirs.left(TAKEN + LATER) == ALL


@pytest.mark.parametrize("awaited", [False, True], ids=["at once", "the issuer is asked"])
def test_a_change_of_recipient_ends_everything_of_the_household_that_a_child_leaves(
    database: Database, tmp_path: Path, awaited: bool
) -> None:
    office = open_office(database, tmp_path)
    mine, theirs = (
        ways_in(database, account_of(database, key, DECIDED), DECIDED)
        for key in office.households[:2]
    )
    if awaited:
        office.real_issuer()
        office.reveal(office.households[0], 2)
    row = office.change()
    assert mine.left() == ALL, "asking for it ends nothing"
    office.decide(row)
    assert mine.left(DECIDED + LATER) == set()
    assert theirs.left(DECIDED + LATER) == ALL


@pytest.mark.parametrize(
    ("right", "item"),
    [(Right.REPORT_PHONE, Item.LETTER), (Right.REPORT_LETTER, Item.SMS)],
    ids=["phone", "letter"],
)
@pytest.mark.asvs("7.4.2")
def test_a_report_of_a_loss_by_one_item_ends_passkeys_and_what_they_opened(
    database: Database, right: Right, item: Item
) -> None:
    """Known browsers go on: whoever stole the letter must not lock out its owner."""
    person = add_person(database, NOW, active=True)
    mine = ways_in(database, person.credential_id, NOW)
    with database.write() as session:
        actor = Actor(Role.SYSTEM)
        shut(work_in(session, actor, NOW), person.credential_id, frozenset({item}), right)
    assert mine.left(NOW + LATER) == {"browser"}
    with database.write() as session:
        credential = lock_row(session, person.credential_id)
        move_door(work_in(session, now=NOW + LATER), credential, "lift")
    assert mine.left(NOW + LATER) == {"browser"}, "nor does it come back with the end of a report"


def test_a_report_of_a_loss_from_within_ends_everything(resident: Resident) -> None:
    person = resident.add(active=True)
    mine = ways_in(resident.database, person.credential_id, resident.now)
    visitor = resident.enter(person)
    visitor.open("/account/lost")
    visitor.send("/account/lost/submit")
    assert mine.left(resident.now + LATER) == set()
