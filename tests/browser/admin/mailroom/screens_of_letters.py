"""The screens around handing a print run over and around ordering a new letter."""

from itertools import count

from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.program.loader import load_program
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.letters.states import TEST_POSTING
from portal.domain.mailroom.printing.dispatch.handover import confirm_hand_over, propose_hand_over
from portal.domain.mailroom.printing.proofs.content import Picture, build_sha256
from portal.domain.mailroom.printing.proofs.decisions import refuse_proof
from portal.domain.mailroom.printing.proofs.making import DrawnProof, store_proof
from portal.domain.mailroom.printing.runs.recipients import staff_addresses
from portal.domain.mailroom.roster.holds.services import put_hold
from portal.domain.people.households.models import Household
from tests.browser.admin.screens import Step, press
from tests.browser.admin.served import ServedStaff
from tests.support.mailroom.proofs import approve_run
from tests.support.people import add_person
from tests.support.reading.files import picture
from tests.support.work import work_in

NUMBERS = count(1)


def _run(served: ServedStaff, *, held: bool = False) -> int:
    """A finished run of two letters to new households; one of them may have been held since."""
    now = served.now
    people = [
        add_person(served.database, now, number=f"95{next(NUMBERS):08}", children=2)
        for _ in range(2)
    ]
    with served.database.write() as session:
        run = PrintRun(
            kind="credential",
            state="built",
            planned=2,
            children=4,
            total_yen=120_000,
            folder="letters",
            notice_date=now.date(),
            created_at=now,
            finished_at=now,
        )
        session.add(run)
        session.flush()
        file = f"letters-{run.id:03}-0001.pdf"
        session.add(
            PrintChunk(
                print_run_id=run.id,
                number=1,
                state="built",
                file_name=file,
                sha256="ab" * 32,
                letters=2,
                built_at=now,
            )
        )
        for place, person in enumerate(people, 1):
            session.add(
                Letter(
                    number=new_letter_number(),
                    household_id=person.household_id,
                    kind="credential",
                    state="printed",
                    print_run_id=run.id,
                    chunk_number=1,
                    position=place,
                    children=2,
                    amount_yen=60_000,
                    credential_id=person.credential_id,
                    created_at=now,
                    printed_at=now,
                )
            )
        if held:
            household = session.get_one(Household, people[0].household_id)
            put_hold(work_in(session, now=now), household, "W06_INSTITUTION")
        return run.id


def _people(served: ServedStaff) -> tuple[Actor, Actor]:
    return (
        Actor(Role.OFFICER, served.colleagues[Role.OFFICER].id, Organization.CONTRACTOR),
        Actor(Role.WARD_OFFICER, served.colleagues[Role.WARD_OFFICER].id, Organization.WARD),
    )


def _propose(served: ServedStaff, run_id: int, *, confirm: bool = False) -> None:
    officer, ward = _people(served)
    approve_run(served.database, run_id, officer, ward, served.now)
    with served.database.write() as session:
        propose_hand_over(work_in(session, officer, served.now), run_id)
        if confirm:
            confirm_hand_over(work_in(session, ward, served.now), run_id)


def _ready(served: ServedStaff, page: Page) -> None:
    run_id = _run(served)
    approve_run(served.database, run_id, *_people(served), served.now)
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}")


def _proof(served: ServedStaff) -> int:
    """A run with a proof that shows one of its letters."""
    run_id, (officer, _ward) = _run(served), _people(served)
    with served.database.write() as session:
        letter = session.scalars(
            select(Letter.id).where(Letter.print_run_id == run_id).limit(1)
        ).one()
        drawn = [Picture(letter, ("first", "longest"), picture())]
        store_proof(
            work_in(session, officer, served.now),
            run_id,
            DrawnProof(1, build_sha256(session, run_id), tuple(drawn)),
        )
    return run_id


def _no_proof(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{_run(served)}/proof")


def _no_reason(served: ServedStaff, page: Page) -> None:
    run_id = _proof(served)
    served.enter(page)
    served.go(page, f"/letters/{run_id}/proof")
    page.locator("form[action$='/refuse'] button").click()
    page.wait_for_load_state("load")


def _refused(served: ServedStaff, page: Page) -> None:
    run_id = _proof(served)
    with served.database.write() as session:
        refuse_proof(work_in(session, _people(served)[1], served.now), run_id, "差出人の住所が古い")
    served.enter(page)
    served.go(page, f"/letters/{run_id}/proof?said=refused")


def _none_taken_out(served: ServedStaff, page: Page) -> None:
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{_run(served, held=True)}")
    press(page, "form[action$='/take-out']")


def _no_code(served: ServedStaff, page: Page) -> None:
    run_id = _run(served)
    _propose(served, run_id)
    served.enter(page)
    served.go(page, f"/letters/{run_id}")
    press(page)


def _gone(served: ServedStaff, page: Page) -> None:
    run_id = _run(served)
    _propose(served, run_id, confirm=True)
    served.enter(page)
    served.go(page, f"/letters/{run_id}?said=gone")


def _not_gone_yet(served: ServedStaff, page: Page) -> None:
    served.enter(page)
    served.go(page, "/tasks/{letter}")
    press(page, "form#letter")


def _wrong_address(served: ServedStaff, page: Page) -> None:
    with served.database.write() as session:
        _address(served, session)
    served.enter(page, Role.OFFICER)
    served.go(page, "/letters/test-addresses")
    press(page)


def _address(served: ServedStaff, session: Session) -> int:
    address = staff_addresses.read_address(
        "試験　花子", "135-0016", "東京都江東区東陽四丁目11番28号", "汐風荘201号室"
    )
    officer = _people(served)[0]
    return staff_addresses.add(
        work_in(session, officer, served.now, program=load_program("sample", served.now.date())),
        address,
    ).id


def _test_posting(served: ServedStaff, page: Page) -> None:
    now = served.now
    with served.database.write() as session:
        run = PrintRun(
            kind=TEST_POSTING,
            state="handed_over",
            planned=1,
            children=0,
            total_yen=0,
            folder="letters",
            enclosed=["alternative_form", "reply_envelope"],
            notice_date=now.date(),
            created_at=now,
            finished_at=now,
            handed_over_at=now,
        )
        session.add(run)
        session.flush()
        session.add(
            LetterWithoutId(
                number=new_letter_number(),
                kind=TEST_POSTING,
                state="posted",
                test_address_id=_address(served, session),
                print_run_id=run.id,
                chunk_number=1,
                position=1,
                children=0,
                amount_yen=0,
                enclosures=3,
                created_at=now,
                printed_at=now,
                handed_over_at=now,
                mail_class="simple_registered",
                tracking_no=f"131{next(NUMBERS):08}",
                posted_on=now.date(),
            )
        )
        run_id = run.id
    served.enter(page, Role.OFFICER)
    served.go(page, f"/letters/{run_id}/mail")
    press(page)


LETTERS: dict[str, Step] = {
    "test posting: a wrong address": _wrong_address,
    "test posting: in the mail": _test_posting,
    "proof: none yet": _no_proof,
    "proof: no reason": _no_reason,
    "proof: refused": _refused,
    "hand over: ready": _ready,
    "hand over: none taken out": _none_taken_out,
    "hand over: no code": _no_code,
    "hand over: gone": _gone,
    "new letter: not gone yet": _not_gone_yet,
}
