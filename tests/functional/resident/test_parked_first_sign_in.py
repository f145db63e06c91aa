"""A stranger who has the letter and the birth date waits at a step of the first sign-in.

Once the owner has finished it, the waiting session reads nothing and sets nothing.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import DomainError
from portal.domain.foundation.program.loader import load_program
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.signin import activation
from portal.platform.site import Site
from tests.functional.resident.test_first_sign_in import BIRTH, key_on, prove_app
from tests.support.people import Person
from tests.support.resident import Loop, Resident, Visitor, make_resident, write_program

OWN, STRANGE = "うずらの たまご 12個", "からすの みやこ 34羽"
MODES = ["reusable", "activation_only"]


@pytest.fixture(params=MODES)
def ward(
    request: pytest.FixtureRequest,
    resident_base: Site,
    resident: Resident,
    background_loop: Loop,
    tmp_path: Path,
) -> Resident:
    """The site of a ward in each mode of the mailed password."""
    program = load_program(str(write_program(tmp_path / "ward", password_mode=request.param)))
    base = replace(resident_base, filed=program)
    return make_resident(base, resident.database, background_loop, resident.folder)


def is_strict(ward: Resident) -> bool:
    return ward.site.program.letter_password_mode == "activation_only"


def at_channel(ward: Resident, person: Person, password: str = OWN) -> Visitor:
    """Somebody with the letter and the birth date, who chooses a channel next."""
    visitor = ward.sign_in(person)
    visitor.send("/start/birth/submit", BIRTH)
    if is_strict(ward):
        assert visitor.place == "/start/password"
        visitor.send("/start/password/submit", {"own_password": password})
    assert visitor.place == "/start/channel"
    return visitor


def prove_sms(ward: Resident, visitor: Visitor, number: str = "090-1234-5678") -> None:
    visitor.send("/start/channel/choose", {"channel": "sms"})
    visitor.send("/start/channel/address/submit", {"address": number})
    visitor.send("/start/channel/prove/submit", {"code": ward.last_code()})
    assert visitor.place == "/start/backup-codes"


def own_password_of(ward: Resident, person: Person) -> str | None:
    with ward.database.read() as session:
        return session.get_one(Credential, person.credential_id).own_password_hash


def events(ward: Resident, action: str) -> int:
    return ward.count(AuditEvent, action=action)


def test_a_waiting_session_never_sees_the_owners_key(ward: Resident) -> None:
    person = ward.add()
    stranger, owner = at_channel(ward, person, STRANGE), at_channel(ward, person)
    stranger.send("/start/channel/choose", {"channel": "totp"})
    strange_key = key_on(stranger)
    owner.send("/start/channel/choose", {"channel": "totp"})
    own_key = key_on(owner)
    assert own_key != strange_key
    shown = stranger.open("/start/channel/prove").text
    assert own_key not in shown.replace(" ", ""), "variant (a) of D1"
    assert strange_key in shown.replace(" ", "")
    assert stranger.get("/start/channel/totp.png").content != (
        owner.get("/start/channel/totp.png").content
    )
    person.totp_secret = own_key
    owner.open("/start/channel/prove")
    owner.send("/start/channel/prove/submit", {"code": person.totp(ward.now)})
    assert owner.place == "/start/backup-codes"
    assert ward.count(OtpAuthenticator) == 1, "what the stranger was enrolling is gone"


@pytest.mark.parametrize("kind", ["totp", "sms"])
def test_the_owners_activation_ends_the_waiting_session(ward: Resident, kind: str) -> None:
    person = ward.add()
    stranger, owner = at_channel(ward, person, STRANGE), at_channel(ward, person)
    stranger.open("/start/channel")
    if kind == "totp":
        prove_app(ward, person, owner)
    else:
        prove_sms(ward, owner)
    before, written = own_password_of(ward, person), events(ward, "account.own_password")
    answer = stranger.post("/start/password/submit", {"own_password": STRANGE})
    assert (answer.status_code, answer.headers.get("location")) == (303, "/signin?ended=1"), (
        "variant (b) of D1"
    )
    for place in ("/start/channel", "/start/channel/prove", "/start/password", "/start/none"):
        assert stranger.get(place).headers["location"] == "/signin?elsewhere=1", place
    for place in ("/start/channel/choose", "/start/channel/prove/submit"):
        answer = stranger.post(place, {"channel": "totp", "code": "000000"})
        assert answer.headers["location"] == "/signin?ended=1", place
    assert own_password_of(ward, person) == before
    assert events(ward, "account.own_password") == written
    assert ward.sign_in(person, password=STRANGE).place == "/signin/submit"
    mine = OWN if is_strict(ward) else ""
    assert ward.sign_in(person, password=mine).place == "/signin/code"
    assert ward.count(AuthSession, stage="channel") == 0


def test_a_waiting_session_sets_no_password_for_the_owner(ward: Resident) -> None:
    """It answered the page of the password before the owner came: that counts for itself alone."""
    person = ward.add()
    at_channel(ward, person, STRANGE)
    owner = ward.sign_in(person)
    owner.send("/start/birth/submit", BIRTH)
    if is_strict(ward):
        assert owner.place == "/start/password", "the owner is asked for an own one"
        owner.send("/start/password/submit", {"own_password": OWN})
    prove_app(ward, person, owner)
    assert ward.sign_in(person, password=STRANGE).place == "/signin/submit"
    mine = OWN if is_strict(ward) else ""
    assert ward.sign_in(person, password=mine).place == "/signin/code"


def test_where_the_letters_password_goes_on_no_first_sign_in_sets_one(
    resident: Resident,
) -> None:
    visitor = resident.enter(person := resident.add(), stage="channel")
    visitor.open("/start/password")
    assert visitor.place == "/start/channel"
    answer = visitor.post("/start/password/submit", {"own_password": STRANGE})
    assert answer.headers["location"] == "/start/channel"
    assert own_password_of(resident, person) is None


def test_where_an_own_password_is_needed_no_step_goes_past_it(ward: Resident) -> None:
    if not is_strict(ward):
        return
    visitor = ward.enter(ward.add(), stage="channel")
    for method, place in (
        ("get", "/start/channel"),
        ("post", "/start/channel/choose"),
        ("get", "/start/channel/prove"),
        ("post", "/start/channel/prove/submit"),
    ):
        answer = visitor.get(place) if method == "get" else visitor.post(place, {"channel": "totp"})
        assert answer.headers["location"] == "/start/password", place
    assert ward.count(OtpAuthenticator) == 0


def test_a_password_of_a_first_sign_in_is_on_record_and_told(ward: Resident) -> None:
    if not is_strict(ward):
        return
    owner = at_channel(ward, ward.add())
    assert events(ward, "account.own_password") == 0, "nothing is set before the end"
    prove_sms(ward, owner)
    assert events(ward, "account.own_password") == 1
    assert any("パスワードが変わりました" in body for body in ward.messages())


@pytest.mark.parametrize(
    ("stage", "state"),
    [("birth", "active"), ("channel", "active"), ("code", "issued"), ("full", "issued")],
)
def test_no_stage_goes_on_in_a_state_that_is_not_its_own(
    resident: Resident, stage: str, state: str
) -> None:
    person = resident.add()
    visitor = resident.enter(person, stage=stage)
    with resident.database.write() as session:
        session.get_one(Credential, person.credential_id).state = state
    for place in ("/home", "/account", "/start/birth", "/start/channel", "/signin/code"):
        visitor.open(place)
        assert visitor.place == "/signin", place


def test_the_rule_itself_refuses_a_session_that_was_left_behind(ward: Resident) -> None:
    """Whichever page lets it in: the services ask again, under the lock of the account."""
    person = ward.add()
    ward.enter(person, stage="channel")
    with ward.database.write() as session:
        auth = session.scalars(select(AuthSession)).one()
        session.get_one(Credential, person.credential_id).state = "active"
        session.flush()
        work = ward.site.work(session, Actor(Role.RESIDENT, person.credential_id), ward.now)
        for step in (
            lambda: activation.activate(work, auth),
            lambda: activation.choose_first_password(work, auth, "hash"),
        ):
            with pytest.raises(DomainError) as refused:
                step()
            assert refused.value.code == "wrong_state"


def test_no_first_sign_in_ends_without_the_own_password_that_the_ward_wants(
    ward: Resident,
) -> None:
    person = ward.add()
    ward.enter(person, stage="channel")
    actor = Actor(Role.RESIDENT, person.credential_id)
    with ward.database.write() as session:
        auth = session.scalars(select(AuthSession)).one()
        work = ward.site.work(session, actor, ward.now)
        if is_strict(ward):
            with pytest.raises(DomainError) as refused:
                activation.activate(work, auth)
            assert refused.value.code == "wrong_state"
        else:
            activation.activate(work, auth)
    with ward.database.read() as session:
        state = session.get_one(Credential, person.credential_id).state
    assert state == ("issued" if is_strict(ward) else "active")


def test_of_two_first_sign_ins_at_once_one_is_finished(resident: Resident) -> None:
    person = resident.add()
    for _session in range(4):
        resident.enter(person, stage="channel")
    with resident.database.read() as session:
        keys = list(session.scalars(select(AuthSession.id)))

    def finish(key: int) -> str:
        try:
            with resident.database.write() as session:
                auth = session.get(AuthSession, key)
                if auth is None:
                    return "ended"
                actor = Actor(Role.RESIDENT, person.credential_id)
                activation.activate(resident.site.work(session, actor, resident.now), auth)
        except DomainError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(finish, keys))
    assert found.count("") == 1, found
    assert set(found) <= {"", "ended", "wrong_state"}
    assert resident.count(AuthSession) == resident.count(AuthSession, stage="full") == 1
    assert resident.count(AuditEvent, action="credential.activate") == 1


def test_a_first_sign_in_leaves_a_card_to_the_registered_address(resident: Resident) -> None:
    """A3: who photographed the letter and was first has every channel; the post is the owner's."""
    from portal.domain.letters.announcements.models import Announcement

    person = resident.add()
    visitor = resident.enter(person, stage="channel")
    assert resident.count(Announcement) == 0
    prove_sms(resident, visitor)
    with resident.database.read() as session:
        (card,) = session.scalars(select(Announcement)).all()
        session.expunge(card)
    assert (card.household_id, card.event) == (person.household_id, "first_sign_in")
    assert (card.medium, card.state) == ("card", "waiting"), "not by the channel just enrolled"


def test_a_ward_can_save_the_card_of_the_first_sign_in(
    resident_base: Site, resident: Resident, background_loop: Loop
) -> None:
    from portal.domain.letters.announcements.models import Announcement

    program = replace(resident_base.program, card_after_first_sign_in=False)
    ward = make_resident(
        replace(resident_base, filed=program),
        resident.database,
        background_loop,
        resident.folder,
    )
    prove_sms(ward, ward.enter(ward.add(), stage="channel"))
    assert ward.count(Announcement) == 0


def test_sessions_know_whether_they_ended_meanwhile(resident: Resident) -> None:
    person = resident.add()
    resident.enter(person, stage="channel")
    with resident.database.write() as session:
        auth = session.scalars(select(AuthSession)).one()
        assert sessions.still_there(session, auth)
        session.expunge(auth)
        sessions.end_all(session, sessions.Owner(sessions.RESIDENT, person.credential_id))
        assert not sessions.still_there(session, auth)
