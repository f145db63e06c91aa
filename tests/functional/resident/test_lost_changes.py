"""A report of a loss calls off what waits and was made with what is lost, and nothing else."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, sessions
from portal.domain.people.authn.hold import HOLD
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator, ThrottleBucket
from portal.domain.people.authn.sessions import Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import lock_row
from portal.domain.people.credentials.states import Door
from portal.domain.people.signin import changes
from portal.domain.people.signin.evidence import Item, Right, stands
from portal.domain.people.signin.loss import lift, shut
from portal.domain.people.signin.standing import kept_as
from tests.functional.resident.test_channel_changes import add_sms, settle
from tests.functional.resident.test_loss_reports import door, report_phone
from tests.support.people import Person
from tests.support.resident import Resident

BY_LETTER, BY_PHONE = frozenset({Item.LETTER}), frozenset({Item.APP})
REPORTS = {Right.REPORT_PHONE: BY_LETTER, Right.REPORT_LETTER: BY_PHONE}
MADE_WITH = [
    frozenset(pair)
    for pair in (
        (Item.LETTER, Item.APP),
        (Item.LETTER, Item.BACKUP),
        (Item.OWN_PASSWORD, Item.SMS),
        (Item.OWN_PASSWORD, Item.BACKUP),
        (Item.PASSKEY, Item.BACKUP),
        (Item.LETTER, Item.OWN_PASSWORD, Item.SMS),
        (Item.LETTER, Item.PASSKEY, Item.BACKUP),
    )
]
Begin = Callable[[Work, AuthSession, Person], None]


def add(work: Work, auth: AuthSession, person: Person) -> None:
    """Begin to add a way to get codes."""
    made = codes.add_authenticator(work, person.credential_id, "email", "new@example.jp")
    work.session.flush()
    changes.hold_new(work, auth, made, codes.lock_all(work.session, person.credential_id))


def replace(work: Work, auth: AuthSession, person: Person) -> None:
    """Begin to change the number."""
    made = codes.add_authenticator(work, person.credential_id, "sms", "+818098765432")
    work.session.flush()
    changes.hold_new(work, auth, made, codes.lock_all(work.session, person.credential_id))


def remove(work: Work, auth: AuthSession, person: Person) -> None:
    """Begin to remove the number; the app stays."""
    assert auth.owner_id == person.credential_id
    changes.remove(work, auth, "sms")


def family(resident: Resident) -> Person:
    """Somebody with an app and a number."""
    person = resident.add(active=True)
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
        row = codes.add_authenticator(work, person.credential_id, "sms", "+819012345678")
        row.state, row.confirmed_at = "confirmed", resident.now
    return person


def begun(resident: Resident, person: Person, begin: Begin, shown: frozenset[Item]) -> None:
    """Begin a change in a session that showed these items."""
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.RESIDENT, person.credential_id), resident.now)
        owner = sessions.Owner(sessions.RESIDENT, person.credential_id)
        kept = kept_as(shown, known_device=True)
        token = sessions.start(
            session, sessions.NewSession(owner, Stage.FULL, data=kept), resident.now
        )
        auth = session.scalars(
            select(AuthSession).filter_by(token_hash=sessions.token_hash(token))
        ).one()
        begin(work, auth, person)


def report(resident: Resident, person: Person, right: Right) -> None:
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
        shut(work, person.credential_id, REPORTS[right], right)


def waits(resident: Resident, person: Person) -> list[str]:
    with resident.database.read() as session:
        credential = session.get_one(Credential, person.credential_id)
        found = changes.waiting_changes(session, credential, resident.now)
        return [one.kind.value for one in found]


def in_force(resident: Resident) -> list[str]:
    with resident.database.read() as session:
        rows = session.scalars(select(OtpAuthenticator).where(OtpAuthenticator.opens_at.is_(None)))
        return sorted(row.kind for row in rows)


def told(resident: Resident) -> int:
    return sum("取り消されました" in body for body in resident.messages())


@pytest.mark.parametrize("begin", [add, replace, remove])
@pytest.mark.parametrize("right", list(REPORTS))
@pytest.mark.parametrize("shown", MADE_WITH, ids=lambda items: "+".join(sorted(items)))
def test_a_change_is_called_off_if_what_is_left_is_not_enough_for_it(
    resident: Resident, begin: Begin, right: Right, shown: frozenset[Item]
) -> None:
    person = family(resident)
    begun(resident, person, begin, shown)
    assert waits(resident, person) == [begin.__name__]
    resident.messages()
    report(resident, person, right)
    stays = stands(shown, Door(door(resident, person)), Right.CHANGE_SOURCES)
    assert waits(resident, person) == ([begin.__name__] if stays else [])
    assert told(resident) == (0 if stays else 1), "the owner is told on the number of before"
    assert in_force(resident) == ["sms", "totp"], "a report opens and takes nothing"
    cancelled = resident.count(AuditEvent, action="account.change_cancelled")
    assert cancelled == (0 if stays else 1)
    resident.clock.advance(seconds=HOLD.total_seconds() + 60)
    settle(resident, person)
    if not stays:
        assert in_force(resident) == ["sms", "totp"]
        assert resident.count(OtpAuthenticator) == 2


@pytest.mark.parametrize(
    ("right", "stays"), [(Right.REPORT_PHONE, False), (Right.REPORT_LETTER, True)]
)
def test_a_reset_after_a_call_back_stands_only_while_the_phone_does(
    resident: Resident, right: Right, *, stays: bool
) -> None:
    person = family(resident)
    with resident.database.write() as session:
        work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
        changes.hold_reset(work, lock_row(session, person.credential_id))
    report(resident, person, right)
    assert waits(resident, person) == (["reset"] if stays else [])


def test_the_thiefs_change_is_called_off_in_the_browser(resident: Resident) -> None:
    """With letter and app in the thief's hands: the owner reports the phone lost by the letter."""
    person = resident.add(active=True)
    thief = resident.sign_in(person)
    thief.send("/signin/code/submit", {"code": person.totp(resident.now)})
    add_sms(resident, thief)
    assert waits(resident, person) == ["add"]
    report_phone(resident, person)
    assert waits(resident, person) == []
    assert "待っている変更があります" not in thief.open("/account").text


def test_what_is_in_force_already_is_not_undone(resident: Resident) -> None:
    """Even if the worker has not carried it out yet."""
    person = family(resident)
    begun(resident, person, replace, frozenset({Item.LETTER, Item.SMS}))
    resident.clock.advance(seconds=HOLD.total_seconds())
    report(resident, person, Right.REPORT_PHONE)
    assert resident.count(OtpAuthenticator, state="confirmed") == 2
    assert in_force(resident) == ["sms", "totp"]
    assert resident.count(AuditEvent, action="account.change_in_force") == 1
    assert resident.count(AuditEvent, action="account.change_cancelled") == 0


def test_a_change_of_an_earlier_release_names_nothing_and_is_called_off(
    resident: Resident,
) -> None:
    person = family(resident)
    begun(resident, person, remove, frozenset({Item.OWN_PASSWORD, Item.BACKUP}))
    with resident.database.write() as session:
        session.query(OtpAuthenticator).update({"made_with": None})
    report(resident, person, Right.REPORT_LETTER)
    assert waits(resident, person) == []


def test_a_thief_with_the_letter_cannot_keep_the_owner_from_a_change(resident: Resident) -> None:
    """Three reports a month: the fourth time the owner's change comes into force."""
    person, shown = family(resident), frozenset({Item.OWN_PASSWORD, Item.SMS})
    for number in range(4):
        begun(resident, person, replace, shown)
        report(resident, person, Right.REPORT_PHONE)
        assert waits(resident, person) == ([] if number < 3 else ["replace"])
        with resident.database.write() as session:
            credential = lock_row(session, person.credential_id)
            if credential.door != "open":
                work = resident.site.work(session, Actor(Role.SYSTEM), resident.now)
                lift(work, credential, frozenset({Item.COUNTER}))
        resident.clock.advance(hours=1)
    resident.clock.advance(seconds=HOLD.total_seconds())
    settle(resident, person)
    assert waits(resident, person) == []
    assert resident.count(AuditEvent, action="account.change_in_force") == 1
    with resident.database.read() as session:
        month = session.get_one(ThrottleBucket, f"t15:h{person.household_id}")
        assert month.expires_at - resident.now > timedelta(days=20), "the month is not over"


def test_what_the_owner_does_without_the_lost_letter_stands(resident: Resident) -> None:
    """Own password and app: who has only the phone can report the letter, and undo nothing."""
    person = family(resident)
    begun(resident, person, remove, frozenset({Item.OWN_PASSWORD, Item.APP}))
    report(resident, person, Right.REPORT_LETTER)
    assert waits(resident, person) == ["remove"]
