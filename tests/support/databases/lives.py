"""Families as they live in the town: generated, with what they did and what was done with them.

Protection is by household, whichever of its persons the ward's list names.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.foundation.actors import SYSTEM, Actor, Role
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.work import Work
from portal.domain.letters.announcements.events import Event
from portal.domain.letters.announcements.services import announce
from portal.domain.letters.letters.models import Letter, PrintChunk, PrintRun
from portal.domain.letters.letters.numbers import new_letter_number
from portal.domain.letters.letters.states import LetterState, RunState
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.returned_mail.receiving import Pile, receive
from portal.domain.people.households.models import Hold, Household
from portal.domain.people.households.states import HoldState
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_task
from portal.domain.requests.alternatives import services as alternatives
from portal.domain.requests.alternatives.written import PaperWish, WhyPaper
from portal.domain.requests.declines import services as declines
from portal.domain.requests.redeliveries import submitting as redeliveries
from portal.domain.requests.redeliveries.states import MissingItem
from tests.functional.desk.call_desk.support import enroll_telephone, posted
from tests.functional.people.admin.test_looks import opened
from tests.functional.requests.redeliveries.support import tracking_no
from tests.support.databases.worlds import World
from tests.support.people import Person, add_person
from tests.support.staff import ROLES, StaffSite

TELEPHONE = "+819087654321"
NUMBERS = ("9760000001", "9760000002", "9760000003", "9760000004")
"""Household numbers: the family's, of one with its telephone, of one with a letter beside its, of
one that is reminded with it."""


class Mail(StrEnum):
    """Where the family's letter is."""

    NONE = "none"
    PRINTED = "printed"
    POSTED = "posted"
    RETURNED = "returned"


class Wish(StrEnum):
    """What the family asked for itself."""

    DECLINE = "decline"
    PAPER = "paper"
    REDELIVERY = "redelivery"


class Flag(StrEnum):
    """When the family came under protection."""

    FROM_START = "from_start"
    LATER = "later"
    AGAIN = "again"


@dataclass(frozen=True)
class Life:
    """A generated family.

    Attributes:
        children: How many.
        mail: Where its letter is.
        telephone: Whether it signed in with one.
        tasks: What waits about it.
        wishes: Its own requests that wait: a decline for its first child, paper for its second, its
            letter once more.
        card: Whether a card waits for it, and one for another family.
        moved: Whether the roster says that it moved.
        twin: Whether an ordinary family has its name, address and telephone: a household split.
        looked: Whether an officer opened it before.
        flag: When it came under protection.
    """

    children: int
    mail: Mail
    telephone: bool
    tasks: frozenset[TaskKind]
    wishes: frozenset[Wish]
    card: bool
    moved: bool
    twin: bool
    looked: bool
    flag: Flag

    @property
    def possible(self) -> "Life":
        """The same without what cannot be, or a family has only while it is not protected."""
        wishes = self.wishes
        if self.children == 1:
            wishes -= {Wish.PAPER}
        if self.mail is not Mail.POSTED:
            wishes -= {Wish.REDELIVERY}
        if self.flag is not Flag.FROM_START:
            return replace(self, wishes=wishes)
        never = replace(self, mail=Mail.NONE, telephone=False, looked=False, card=False)
        return replace(never, wishes=frozenset())


TASKS = (TaskKind.NEW_LETTER, TaskKind.NO_CHANNEL, TaskKind.REPORT_LOST)
LIVES: st.SearchStrategy[Life] = st.builds(
    Life,
    st.integers(1, 5),
    st.sampled_from(list(Mail)),
    st.booleans(),
    st.frozensets(st.sampled_from(TASKS), max_size=2),
    st.frozensets(st.sampled_from(list(Wish))),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(list(Flag)),
).map(lambda one: one.possible)
FULL = Life(
    3,
    Mail.RETURNED,
    telephone=True,
    tasks=frozenset(TASKS),
    wishes=frozenset({Wish.DECLINE, Wish.PAPER}),
    card=True,
    moved=True,
    twin=True,
    looked=True,
    flag=Flag.AGAIN,
)
"""A family with everything."""
BARE = Life(
    1,
    Mail.PRINTED,
    telephone=False,
    tasks=frozenset(),
    wishes=frozenset(),
    card=False,
    moved=False,
    twin=False,
    looked=False,
    flag=Flag.LATER,
)
"""One whose letter lies there and must be pulled."""
ASKING = replace(FULL, mail=Mail.POSTED, telephone=False, wishes=frozenset(Wish), flag=Flag.LATER)
"""One that asks for everything and reads no messages: it is told by cards."""


def live(made: World, life: Life) -> int:
    """Let the family live in the town so far; returns its key."""
    staff = made.staff
    person = add_person(staff.database, staff.now, number=NUMBERS[0], children=life.children)
    if life.twin:
        other = add_person(staff.database, staff.now, number=NUMBERS[1], children=1)
        enroll_telephone(staff, other, TELEPHONE)
    _MAIL[life.mail](staff, person)
    if life.telephone:
        enroll_telephone(staff, person, TELEPHONE)
    if life.card:
        reader = add_person(staff.database, staff.now, number=NUMBERS[3], children=1)
        _remind(staff, person, reader)
    with staff.database.write() as session:
        _wait(staff, session, person, life)
        for hold in _holds(staff, person, life):
            session.add(hold)
    with staff.database.write() as session:  # what was written to it arrived meanwhile
        session.execute(delete(OutboxMessage).where(OutboxMessage.created_at == staff.now))
    if life.looked:
        officer = made.enter(Role.OFFICER)
        for key in (person.household_id, made.keys("household")[-1]):
            opened(officer, key)  # another too: a key is not given again
    if life.flag is Flag.FROM_START:
        with staff.database.write() as session:
            session.get_one(Household, person.household_id).protected = True
    return person.household_id


def _remind(staff: StaffSite, *people: Person) -> None:
    """Tell families of a deadline: by a card to whoever has no other way."""
    with staff.database.write() as session:
        work = staff.site.work(session, SYSTEM, staff.now)
        for one in people:
            key = f"lived:{one.household_id}"
            due = jst_date(staff.now) + timedelta(days=30)
            announce(work, Event(one.household_id, "deadline_near", key, due=due))


def _wait(staff: StaffSite, session: Session, person: Person, life: Life) -> None:
    work = staff.site.work(session, Actor(Role.RESIDENT, person.credential_id), staff.now)
    for kind in sorted(life.tasks):
        open_task(work, kind, person.household_id, {})
    for wish in sorted(life.wishes):
        _WISHES[wish](work, person.household_id)


def _redelivery(work: Work, household_id: int) -> object:
    """On the telephone: an agent takes it down while the letter may still be on its way."""
    agent = Actor(Role.AGENT, 1, ROLES[Role.AGENT])
    missing = redeliveries.NotArrived(household_id, MissingItem.LETTER)
    return redeliveries.submit(work.acting_as(agent), missing)


def _paper(work: Work, household_id: int) -> object:
    product = work.program.alternatives[0].id
    wish = PaperWish(WhyPaper.NO_SMARTPHONE)
    return alternatives.submit(work, alternatives.PaperRequest(household_id, {2: product}, wish))


_WISHES: Mapping[Wish, Callable[[Work, int], object]] = {
    Wish.DECLINE: lambda work, household_id: declines.submit(work, household_id, [1]),
    Wish.PAPER: _paper,
    Wish.REDELIVERY: _redelivery,
}


def _holds(staff: StaffSite, person: Person, life: Life) -> list[Hold]:
    before = staff.now - timedelta(days=9)
    found = []
    if life.moved:
        found.append(Hold(code="W10_MOVED_AFTER_BASE", created_at=before))
    if life.flag is Flag.AGAIN:
        lifted = Hold(code="W01_PROTECTED", created_at=before, state=HoldState.RELEASED)
        lifted.released_at = before + timedelta(days=3)
        found.append(lifted)
    for hold in found:
        hold.household_id = person.household_id
    return found


@dataclass(frozen=True)
class Sent:
    """A letter and who it is for."""

    person: Person
    number: str


def _letters(staff: StaffSite, person: Person, state: LetterState) -> tuple[Sent, Sent]:
    """A run of two letters, the family's and another's."""
    neighbor = add_person(staff.database, staff.now, number=NUMBERS[2], children=1)
    gone = None if state is LetterState.PRINTED else staff.now
    with staff.database.write() as session:
        run = PrintRun(
            kind="credential",
            state=RunState.BUILT if gone is None else RunState.HANDED_OVER,
            planned=2,
            children=2,
            total_yen=60_000,
            folder="lived",
            notice_date=jst_date(staff.now),
            created_at=staff.now,
            finished_at=staff.now,
            handed_over_at=gone,
        )
        session.add(run)
        session.flush()
        chunk = PrintChunk(print_run_id=run.id, number=1, state="built", letters=2)
        chunk.file_name, chunk.sha256, chunk.built_at = "lived.pdf", "0" * 64, staff.now
        ours, other = (
            Letter(
                number=new_letter_number(),
                household_id=of.household_id,
                kind="credential",
                print_run_id=run.id,
                state=state,
                credential_id=of.credential_id,
                chunk_number=1,
                position=position,
                children=1,
                amount_yen=30_000,
                created_at=staff.now,
                printed_at=staff.now,
                handed_over_at=gone,
            )
            for position, of in enumerate((person, neighbor), 1)
        )
        session.add_all([chunk, ours, other])
        return Sent(person, ours.number), Sent(neighbor, other.number)


def _posted(staff: StaffSite, person: Person) -> str:
    ours, other = _letters(staff, person, LetterState.HANDED_OVER)
    posted(staff, other.person, other.number)
    with staff.database.write() as session:
        shipments = select(Shipment).filter_by(household_id=other.person.household_id)
        session.scalars(shipments).one().tracking_no = tracking_no(7)
    posted(staff, ours.person, ours.number)
    return ours.number


def _returned(staff: StaffSite, person: Person) -> None:
    number = _posted(staff, person)
    day = jst_date(staff.now)
    officer = staff.hire(Role.OFFICER)
    with staff.database.write() as session:
        actor = Actor(Role.OFFICER, officer.id, ROLES[Role.OFFICER])
        work = staff.site.work(session, actor, staff.now)
        receive(work, number, Pile("address_unknown", "箱7", day, day + timedelta(days=90)))


_MAIL: Mapping[Mail, Callable[[StaffSite, Person], object]] = {
    Mail.NONE: lambda _staff, _person: None,
    Mail.PRINTED: lambda staff, person: _letters(staff, person, LetterState.PRINTED),
    Mail.POSTED: _posted,
    Mail.RETURNED: _returned,
}
