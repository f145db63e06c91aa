"""Word of a danger holds back at once what was not sent yet, for one staffed day of the ward."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select, update

from portal.domain.contacts.escalations import pausing, services
from portal.domain.contacts.escalations.services import Question, RaisedIn
from portal.domain.contacts.faxes import sending, sheets
from portal.domain.contacts.faxes.models import FaxCase
from portal.domain.contacts.faxes.sheets import SheetPart
from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.clock import JST, FixedClock
from portal.domain.foundation.errors import (
    ConflictError,
    DomainError,
    NotAllowedError,
    WrongStateError,
)
from portal.domain.foundation.jobs.names import JobName
from portal.domain.letters.letters.models import Letter
from portal.domain.mailroom.printing.cards.printing import print_cards
from portal.domain.mailroom.printing.dispatch import handover
from portal.domain.mailroom.printing.runs.build import BuiltRun, build_letters
from portal.domain.mailroom.printing.runs.queries import to_withdraw
from portal.domain.mailroom.printing.runs.recipients import selection
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.queries import in_trouble, waiting_by_kind
from portal.domain.people.notices.services import Share, claim_due, forget_expired
from portal.domain.people.pauses.models import SendingPause
from portal.platform.database import Database
from tests.functional.contacts.escalations.support import Desk, make_desk
from tests.functional.contacts.faxes.support import make_fax_desk
from tests.functional.letters.announcements import card_support
from tests.functional.letters.announcements.support import Gateway, resident, rows, send_all, tell
from tests.functional.letters.announcements.test_sending import queue
from tests.support.mailroom.letters import add_families, printer
from tests.support.mailroom.proofs import approve_run
from tests.support.people import Person
from tests.support.resident import NOON
from tests.support.sample_ward import sample_program
from tests.support.work import source_of, work_in
from tests.support.worker import run_job

DANGER = Question("protection", "手紙が届くと、家にいる人に見られて危ない。")
THE_END = datetime(2023, 8, 2, 17, 0, tzinfo=JST)
"""Asked on a Tuesday at noon: Wednesday is the staffed day."""


def jst(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 8, day, hour, minute, tzinfo=JST)


@pytest.mark.parametrize(
    ("asked", "ends"),
    [
        (jst(1, 8, 59), jst(1, 17)),
        (jst(1, 9, 0), jst(1, 17)),
        (jst(1, 9, 1), jst(2, 17)),
        (jst(1, 23), jst(2, 17)),
        (jst(4, 16), jst(7, 17)),
        (jst(5, 10), jst(7, 17)),
        (jst(10, 18), jst(14, 17)),
    ],
    ids=["before", "at opening", "by day", "at night", "Friday", "Saturday", "before a holiday"],
)
def test_the_ward_has_one_whole_staffed_day(asked: datetime, ends: datetime) -> None:
    calendar = sample_program().calendar
    assert pausing.staffed_day_after(calendar, asked.astimezone(UTC)) == ends


def danger(desk: Desk, household_id: int | None, kind: str = "protection") -> SendingPause | None:
    """An agent passes on word of a danger; returns what is paused by it."""
    row = desk.ask(kind, DANGER.text, household_id=household_id)
    with desk.database.read() as session:
        found = session.scalar(select(SendingPause).where(SendingPause.escalation_id == row.id))
        session.expunge_all()
    return found


def events(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        found = session.execute(
            select(AuditEvent.action, AuditEvent.actor_role)
            .where(AuditEvent.subject == "sending_pause")
            .order_by(AuditEvent.id)
        ).all()
        return [(action.partition(".")[2], role) for action, role in found]


def paused(desk: Desk, household_id: int) -> SendingPause:
    found = danger(desk, household_id)
    assert found is not None
    return found


def lift(desk: Desk, key: int, actor: Actor | None = None, now: datetime | None = None) -> None:
    with desk.database.write() as session:
        pausing.lift(work_in(session, actor or desk.ward, now or desk.now), key)


def end_what_is_due(database: Database, now: datetime) -> None:
    run_job(source_of(database, FixedClock(now)), JobName.PAUSES)


def mailbox(database: Database) -> tuple[Person, Person]:
    """Two families to whom a notice and a warning wait; the first also asked for a code."""
    family, other = resident(database), resident(database, number="9900000002")
    for person in (family, other):
        tell(database, person, key=f"decline:{person.household_id}")
        queue(database, person, "notice.new_device")
    queue(database, family, "code.sign_in")
    return family, other


def test_messages_wait_for_the_end_and_codes_do_not(database: Database) -> None:
    family, _other = mailbox(database)
    row = paused(make_desk(database), family.household_id)
    assert (row.state, row.ends_at) == ("on", THE_END)
    gateway = Gateway()
    send_all(database, gateway, now=NOON)
    assert len(gateway.got) == 3, "the other family's two, and the code"
    tell(database, family, "received", "decline:later")
    for minutes in (1, 60, 600):
        at = NOON + timedelta(minutes=minutes)
        end_what_is_due(database, at)
        send_all(database, gateway, now=at)
        with database.write() as session:
            forget_expired(session, at)
    assert len(gateway.got) == 3
    end_what_is_due(database, THE_END)
    send_all(database, gateway, now=THE_END)
    assert len(gateway.got) == 6, "what waited, what came meanwhile, and a warning of ten minutes"
    assert events(database) == [("begun", "agent"), ("ran_out", "system")]


def test_what_waits_is_no_trouble_to_anybody(database: Database) -> None:
    family = resident(database)
    tell(database, family)
    paused(make_desk(database), family.household_id)
    later = NOON + timedelta(hours=3)
    send_all(database, Gateway(), now=later)
    with database.read() as session:
        assert not in_trouble(work_in(session, now=later), family.household_id, "sms")
        assert waiting_by_kind(session)["sms"].due == THE_END
    assert [row.state for row in rows(database)] == ["waiting"]


def test_a_reminder_whose_day_passes_meanwhile_is_not_sent_after_it(database: Database) -> None:
    family = resident(database)
    tell(database, family, "deadline_near", "reminder:1", due=NOON.date() + timedelta(days=1))
    row = paused(make_desk(database), family.household_id)
    with database.write() as session:
        session.execute(update(OutboxMessage).values(expires_at=NOON + timedelta(hours=12)))
    gateway, late = Gateway(), THE_END + timedelta(minutes=5)
    send_all(database, gateway, now=NOON)
    end_what_is_due(database, late)
    with database.write() as session:
        forget_expired(session, late)
    send_all(database, gateway, now=late)
    assert (gateway.got, row.state) == ([], "on")


def test_the_ward_lets_go_at_once_or_prolongs_by_a_staffed_day(database: Database) -> None:
    family, _other = mailbox(database)
    desk = make_desk(database)
    row = paused(desk, family.household_id)
    with database.write() as session:
        longer = pausing.prolong(work_in(session, desk.ward, desk.now), row.id)
        assert longer.ends_at == jst(3, 17)
    gateway = Gateway()
    end_what_is_due(database, THE_END)
    send_all(database, gateway, now=THE_END)
    assert not [one for one in gateway.got if "decline" in one.body]
    before = len(gateway.got)
    lift(desk, row.id, now=THE_END)
    send_all(database, gateway, now=THE_END)
    assert len(gateway.got) == before + 2
    assert events(database) == [
        ("begun", "agent"),
        ("prolonged", "ward_officer"),
        ("lifted", "ward_officer"),
    ]
    for act in (pausing.lift, pausing.prolong):
        with database.write() as session, pytest.raises(WrongStateError):
            act(work_in(session, desk.ward, desk.now), row.id)


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.OFFICER, Role.AUDITOR])
def test_nobody_but_the_ward_decides(quick_desk: Desk, role: Role) -> None:
    row = paused(quick_desk, quick_desk.household())
    actor = quick_desk.actor(role, f"{role.value}-2")
    for act in (pausing.lift, pausing.prolong):
        with quick_desk.database.write() as session, pytest.raises(NotAllowedError):
            act(work_in(session, actor, quick_desk.now), row.id)


def test_only_word_of_a_danger_to_a_known_family_pauses(quick_desk: Desk) -> None:
    home = quick_desk.household()
    for kind in ("eligibility", "change_of_recipient", "accident", "complaint", "press"):
        assert danger(quick_desk, home, kind) is None
    assert danger(quick_desk, None) is None


def test_it_outlasts_what_its_caller_may_be_made_to_say(quick_desk: Desk) -> None:
    """A second word makes it longer, not two; taking the question back does not end it."""
    home = quick_desk.household()
    row = quick_desk.ask("protection", DANGER.text, household_id=home)
    quick_desk.now = NOON + timedelta(days=1)
    assert danger(quick_desk, home) is None
    with quick_desk.database.write() as session:
        services.withdraw(work_in(session, quick_desk.agent, quick_desk.now), row.id)
    with quick_desk.database.read() as session:
        [found] = session.scalars(select(SendingPause)).all()
        assert (found.state, found.ends_at, found.escalation_id) == ("on", jst(3, 17), row.id)


def test_asked_again_it_pauses_again(quick_desk: Desk) -> None:
    home = quick_desk.household()
    row = quick_desk.ask("protection", DANGER.text, household_id=home)
    quick_desk.answer(row)
    end_what_is_due(quick_desk.database, THE_END)
    with quick_desk.database.write() as session:
        work = work_in(session, quick_desk.actor(Role.SUPERVISOR), THE_END)
        services.reopen(work, row.id, "また電話があった。")
    with quick_desk.database.read() as session:
        states = session.scalars(select(SendingPause.state).order_by(SendingPause.id)).all()
        assert states == ["over", "on"]


def test_on_postgresql_a_worker_that_is_claiming_is_waited_for(postgres_database: Database) -> None:
    """What it claimed first it sends; nothing is claimed once the word has been taken down."""
    family = resident(postgres_database)
    tell(postgres_database, family)
    queue(postgres_database, family, "notice.new_device")
    desk = make_desk(postgres_database)
    call = desk.call(household_id=family.household_id)
    claimed, told = Event(), Event()

    def worker() -> list[int]:
        with postgres_database.write() as session:
            found = claim_due(work_in(session, now=NOON), Share(1))
            claimed.set()
            assert not told.wait(0.5), "the word was taken down beside the claim"
        return [one.id for one in found]

    def agent() -> None:
        claimed.wait()
        with postgres_database.write() as session:
            work = work_in(session, desk.agent, desk.now)
            services.raise_escalation(work, DANGER, RaisedIn(call, family.household_id))
            told.set()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(worker), pool.submit(agent)
        sent = first.result()
        second.result()
    with postgres_database.write() as session:
        assert claim_due(work_in(session, now=NOON), Share(9)) == []
    with postgres_database.read() as session:
        states = dict(session.execute(select(OutboxMessage.id, OutboxMessage.state)).all())
    assert len(sent) == 1
    assert {key for key, state in states.items() if state == "sending"} == set(sent)


def test_a_claim_beside_an_uncommitted_word_takes_nothing(postgres_database: Database) -> None:
    family = resident(postgres_database)
    tell(postgres_database, family)
    desk = make_desk(postgres_database)
    call = desk.call(household_id=family.household_id)
    with postgres_database.write() as session:
        work = work_in(session, desk.agent, desk.now)
        services.raise_escalation(work, DANGER, RaisedIn(call, family.household_id))
        with postgres_database.write() as beside:
            assert claim_due(work_in(beside, now=NOON), Share(9)) == []


def family_in_a_run(database: Database, folder: Path) -> tuple[Desk, int, int]:
    """A printed run of three families: its desk, its key, and a family in it."""
    homes = add_families(database, 3)
    built = build_letters(printer(database, folder), workers=0)
    assert isinstance(built, BuiltRun)
    desk = make_desk(database)
    approve_run(database, built.run_id, desk.officer, desk.ward)
    return desk, built.run_id, homes[0]


def test_a_printed_letter_is_not_handed_over_and_only_the_ward_is_told_which(
    database: Database, tmp_path: Path
) -> None:
    desk, run_id, home = family_in_a_run(database, tmp_path)
    with database.write() as session:
        handover.propose_hand_over(work_in(session, desk.officer), run_id)
    paused(desk, home)
    other = desk.actor(Role.OFFICER, "officer-2")
    for actor, code in ((other, handover.OF_WARD), (desk.ward, "letters_to_take_out")):
        with database.write() as session, pytest.raises(ConflictError) as refused:
            handover.confirm_hand_over(work_in(session, actor), run_id)
        assert refused.value.code == code
    with database.read() as session:
        assert list(to_withdraw(session, run_id, include_protected=False)) == []
        [one] = to_withdraw(session, run_id, include_protected=True)
        assert session.get_one(Letter, one.letter_id).household_id == home
    with database.write() as session:
        handover.take_out(work_in(session, desk.ward), run_id, [one.letter_id])
    with database.write() as session:
        assert handover.confirm_hand_over(work_in(session, other), run_id).letters == 2


def test_the_next_run_leaves_the_family_out_until_the_end(
    database: Database, tmp_path: Path
) -> None:
    first, second = add_families(database, 2)
    desk = make_desk(database)
    row = paused(desk, first)
    with database.read() as session:
        counts = selection.counts(session)
        assert (counts["due"], counts["protected"], counts["held"]) == (1, 1, 0)
    assert isinstance(build_letters(printer(database, tmp_path / "one"), workers=0), BuiltRun)
    lift(desk, row.id)
    assert isinstance(build_letters(printer(database, tmp_path / "two"), workers=0), BuiltRun)
    with database.read() as session:
        printed = session.scalars(select(Letter.household_id).order_by(Letter.id)).all()
    assert printed == [second, first]


def test_a_hand_over_and_a_word_at_once_have_an_order(database: Database, tmp_path: Path) -> None:
    desk, run_id, home = family_in_a_run(database, tmp_path)
    with database.write() as session:
        handover.propose_hand_over(work_in(session, desk.officer), run_id)
    call = desk.call(household_id=home)

    def hand_over() -> bool:
        try:
            with database.write() as session:
                handover.confirm_hand_over(work_in(session, desk.ward), run_id)
        except DomainError:
            return False
        return True

    def tell_the_ward() -> None:
        with database.write() as session:
            work = work_in(session, desk.agent, desk.now)
            services.raise_escalation(work, DANGER, RaisedIn(call, home))

    with ThreadPoolExecutor(2) as pool:
        gone, word = pool.submit(hand_over), pool.submit(tell_the_ward)
        word.result()
    with database.read() as session:
        state = session.scalar(select(Letter.state).where(Letter.household_id == home))
    assert state == ("handed_over" if gone.result() else "printed")
    if not gone.result():
        assert not hand_over(), "and it stays"


def test_cards_wait_and_are_printed_after_it(database: Database, tmp_path: Path) -> None:
    first, second = add_families(database, 2)
    card_support.queue(database, [first, second])
    desk = make_desk(database)
    row = paused(desk, first)
    made = printer(database, tmp_path)
    assert (print_cards(made).cards, print_cards(made).cards) == (1, 0)
    assert card_support.states(database) == ["waiting", "printed"]
    lift(desk, row.id)
    assert print_cards(made).cards == 1


def test_a_fax_reply_cannot_be_sent_before_it(database: Database) -> None:
    faxes = make_fax_desk(database)
    person = faxes.household()
    case = faxes.receive()
    call = faxes.start(case)
    faxes.verified(call, person)
    about = faxes.prepare(case, text="手紙は、届きます。", household_id=person.household_id)
    faxes.end_call(call)
    general = faxes.receive()
    faxes.end_call(faxes.start(general))
    faxes.start(general)
    plain = faxes.prepare(general)
    with database.write() as session:
        session.get_one(FaxCase, general).household_id = person.household_id
    desk = make_desk(database)
    row = paused(desk, person.household_id)
    for key, of_case in ((about, case), (plain, general)):
        with database.write() as session, pytest.raises(ConflictError, match="いまは送れません"):
            sending.read_number(work_in(session, faxes.agent, faxes.now), of_case, key)
        with database.write() as session:
            reply = sheets.of_case(session, of_case, key)
            with pytest.raises(ConflictError) as refused:
                sheets.take_out(work_in(session, faxes.agent, faxes.now), reply, SheetPart.TEXT)
        assert "止め" not in refused.value.message
    lift(desk, row.id)
    with database.write() as session:
        sending.read_number(work_in(session, faxes.agent, faxes.now), case, about)
