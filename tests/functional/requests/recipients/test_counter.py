"""The ward's counter.

A letter without name and address, never with the post, handed over against a signature.
"""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    WrongStateError,
)
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.queries import count_to_withdraw
from portal.domain.mailroom.roster.checks import codes
from portal.domain.mailroom.roster.holds import services as holds
from portal.domain.people.authn import sessions
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.models import Household
from portal.domain.people.households.protection import ProtectionSource, record_protection
from portal.domain.people.signin.session_check import active_session
from portal.domain.requests.recipients import counter
from portal.domain.requests.recipients.models import CounterHandOver
from portal.domain.requests.recipients.receipt_sheet import change_form, receipt_sheet
from portal.platform.database import Database
from tests.functional.requests.recipients.support import (
    AT_COUNTER,
    NEW_NAME,
    NOW,
    PROGRAM,
    Office,
    open_office,
    staff_member,
)
from tests.support.mailroom.letters import printer
from tests.support.mailroom.proofs import approve_run
from tests.support.people import CANARY_BUILDING, CANARY_NAME, CANARY_TOWN
from tests.support.reading import pdf
from tests.support.work import work_in


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return open_office(database, tmp_path, households=1)


def protected_recipient(office: Office) -> int:
    """A recipient whom only the ward may know, entered and accepted by two of its people."""
    other = staff_member(office.database, "ward2", Organization.WARD, Role.WARD_OFFICER)
    return (
        office.decide(
            office.change(newcomer=AT_COUNTER, actor=office.ward), actor=other
        ).household_id
        or 0
    )


def build(office: Office) -> BuiltRun:
    with office.database.write() as session:
        record_protection(work_in(session, now=NOW), ProtectionSource.EXTRACT)
    built = build_letters(printer(office.database, office.folder / "runs"), workers=0)
    assert isinstance(built, BuiltRun)
    return built


def hand(
    office: Office,
    letter_id: int,
    actor: Actor | None = None,
    *,
    checked: str = "passport",
    signed: bool = True,
) -> CounterHandOver:
    with office.database.write() as session:
        return counter.handed_at_counter(
            work_in(session, actor or office.ward, NOW),
            letter_id,
            counter.SignedReceipt(checked, signed),
        )


def test_the_letter_has_neither_name_nor_address_and_stays_with_the_ward(office: Office) -> None:
    household = protected_recipient(office)
    built = build(office)
    posted, kept = (pdf.text(path.read_bytes()) for path in built.paths)
    assert [CANARY_NAME in page for page in posted] == [True]
    assert "区窓口交付" not in posted[0]
    assert len(kept) == 1
    assert "区窓口交付" in kept[0]
    assert not any(
        word in kept[0] for word in (NEW_NAME, "鷺沼", CANARY_TOWN, CANARY_BUILDING, "転送不要")
    )
    rows = list(csv.DictReader(io.StringIO(built.manifest.read_text())))
    assert [(row["hand_over"], bool(row["household_id"])) for row in rows] == [
        ("post", True),
        ("counter", False),
    ]
    approve_run(office.database, built.run_id, office.officer, office.colleague)
    with office.database.write() as session:
        propose_hand_over(work_in(session, office.officer, NOW), built.run_id)
        done = confirm_hand_over(work_in(session, office.colleague, NOW), built.run_id)
        letters = {letter.household_id: letter for letter in session.scalars(select(Letter))}
        assert done.letters == 1
        assert (letters[household].state, letters[household].handed_over_at) == ("printed", None)
        assert [one.number for one in counter.waiting_letters(session)] == [
            letters[household].number
        ]


def test_a_signed_receipt_counts_as_delivered(office: Office) -> None:
    household = protected_recipient(office)
    build(office)
    with office.database.read() as session:
        (waiting,) = counter.waiting_letters(session)
    with pytest.raises(NotAllowedError):
        hand(office, waiting.letter_id, office.officer)
    with pytest.raises(InputError):
        hand(office, waiting.letter_id, checked="")
    with pytest.raises(InputError):
        hand(office, waiting.letter_id, signed=False)
    hand(office, waiting.letter_id)
    with pytest.raises(WrongStateError):
        hand(office, waiting.letter_id)
    with office.database.read() as session:
        letter = session.get_one(Letter, waiting.letter_id)
        assert (letter.household_id, letter.state, letter.handed_over_at) == (
            household,
            "handed_over",
            NOW,
        )
        assert counter.waiting_letters(session) == []
        assert [number for _row, number in counter.handed(session)] == [letter.number]
    with office.database.write() as session:
        credential = session.scalar(select(Credential).where(Credential.household_id == household))
        assert credential is not None
        credential.state = CredentialState.ACTIVE
        owner = sessions.Owner(sessions.RESIDENT, credential.id)
        new = sessions.NewSession(owner, sessions.Stage.FULL)
        token = sessions.start(session, new, NOW)
        assert active_session(session, token, NOW) is not None
    assert office.entry(household, 1).can_show(NOW)


def test_a_hold_keeps_the_letter_at_the_counter(office: Office) -> None:
    household = protected_recipient(office)
    build(office)
    with office.database.write() as session:
        (waiting,) = counter.waiting_letters(session)
        holds.put_hold(
            work_in(session, now=NOW), session.get_one(Household, household), "W10_MOVED_AFTER_BASE"
        )
    with pytest.raises(ConflictError):
        hand(office, waiting.letter_id)


def test_letters_of_the_post_are_never_handed_over_here(office: Office) -> None:
    build(office)
    with office.database.read() as session:
        letter = session.scalars(select(Letter.id)).one()
    with pytest.raises(NotFoundError):
        hand(office, letter)


def test_the_ward_releases_a_protected_household_to_the_counter(office: Office) -> None:
    household = office.households[0]
    with office.database.write() as session:
        row = session.get_one(Household, household)
        row.protected = True
        holds.put_hold(work_in(session, now=NOW), row, codes.W01_PROTECTED)
        approval = holds.propose_release(
            work_in(session, office.officer, NOW), household, codes.W01_PROTECTED, counter=True
        )
    with pytest.raises(NotAllowedError), office.database.write() as session:
        holds.release(work_in(session, office.colleague, NOW), approval.id)
    with office.database.write() as session:
        holds.release(work_in(session, office.ward, NOW), approval.id)
        row = session.get_one(Household, household)
        assert (row.protected, row.counter) == (True, True)
        assign(work_in(session, now=NOW), reserve=Reserve(), protection_loaded=True)
    assert office.entry(household, 1).can_show(NOW)
    (path,) = build(office).paths
    (page,) = pdf.text(path.read_bytes())
    assert CANARY_NAME not in page


def test_a_letter_with_an_address_is_taken_out_when_the_counter_is_ordered(office: Office) -> None:
    built = build(office)
    with office.database.write() as session:
        row = session.get_one(Household, office.households[0])
        row.protected = row.counter = True
    with office.database.read() as session:
        assert count_to_withdraw(session, built.run_id, include_protected=True) == 1
        assert counter.waiting_letters(session) == []


def test_only_a_protection_is_released_to_the_counter(office: Office) -> None:
    with office.database.write() as session:
        row = session.get_one(Household, office.households[0])
        holds.put_hold(work_in(session, now=NOW), row, codes.W10_MOVED_AFTER_BASE)
        with pytest.raises(InputError):
            holds.propose_release(
                work_in(session, office.officer, NOW),
                row.id,
                codes.W10_MOVED_AFTER_BASE,
                counter=True,
            )


def test_the_sheets_of_the_counter_name_nobody() -> None:
    receipt = pdf.text(receipt_sheet(PROGRAM, Letter(number="M123456789", children=2), NOW.date()))
    assert len(receipt) == 1
    assert all(words in receipt[0] for words in ("受領書", "M123456789", "2人", "署名"))
    form = pdf.text(change_form(PROGRAM, NOW.date()))
    assert len(form) == 1
    assert all(
        words in form[0] for words in ("支給先変更申出書", "2023年9月29日", "窓口で受け取る")
    )
    assert replace(AT_COUNTER, name="").fields("R1").town == ""
