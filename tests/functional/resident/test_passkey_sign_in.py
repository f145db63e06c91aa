"""Signing in with a passkey: what opens, and that everything else is refused alike."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.people.authn.ceremonies import counted_by, made_by, read_answer
from portal.domain.people.authn.models import AuthSession, Passkey, ThrottleBucket
from portal.domain.people.authn.party import Party
from portal.domain.people.authn.passkeys import Key, key_digest
from portal.domain.people.authn.throttles import NETWORK
from portal.domain.people.credentials.models import Credential
from portal.domain.people.households.models import Household
from tests.functional.resident.passkeys import asked_by, device_of, enters, make, press
from tests.functional.resident.test_enumeration import auc
from tests.functional.resident.test_slow_mode import fail
from tests.support.authenticator import HOST, ORIGIN, Answering, Device, bytes_of, text_of
from tests.support.databases.statements import counted_statements
from tests.support.people import Person
from tests.support.resident import Resident

SENTENCE = "このパスキーでは、サインインできませんでした"
PAIRS = 100


def refused(resident: Resident, device: Device, how: Answering) -> bool:
    """Whether an answer meets the sentence of every refusal, and opens nothing."""
    before = resident.count(AuthSession)
    visitor = press(resident, device, how=how)
    assert visitor.page is not None
    assert visitor.page.status_code == 422
    assert visitor.cookie("sid") == ""
    return SENTENCE in visitor.page.text and resident.count(AuthSession) == before


@pytest.mark.asvs("6.3.3")
def test_a_passkey_signs_in_without_a_character(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    device = device_of(resident, person)
    visitor = press(resident, device)
    assert visitor.place == "/home"
    assert visitor.open("/home").status_code == 200
    assert resident.count(AuditEvent, action="signin.complete") == 1
    with resident.database.read() as session:
        told = session.query(AuditEvent).filter_by(action="signin.complete").one()
        assert (told.detail, told.household_id) == ({"by": "passkey"}, person.household_id)


def test_a_phone_that_counts_nothing_signs_in_again_and_again(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    device = Device(counts=False)
    make(resident, person, device=device)
    resident.clock.advance(days=1)
    assert [enters(resident, device) for _time in range(3)] == [True] * 3


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(Answering(origin="http://localhost.example"), id="another origin"),
        pytest.param(Answering(origin="https://localhost"), id="another scheme"),
        pytest.param(Answering(host="example.jp"), id="another site"),
        pytest.param(Answering(verified=False), id="nobody was checked"),
        pytest.param(Answering(present=False), id="nobody was there"),
        pytest.param(Answering(count=1), id="counts no more than before"),
        pytest.param(Answering(count=0), id="counts backwards"),
    ],
)
@pytest.mark.asvs("6.3.3")
def test_what_is_not_from_here_and_now_and_in_person_is_refused(
    named_resident: Resident, how: Answering
) -> None:
    person = named_resident.add(active=True)
    device = device_of(named_resident, person)
    assert enters(named_resident, device)
    assert refused(named_resident, device, how)
    assert enters(named_resident, device), "the owner's own device goes on"


def test_an_answer_counts_once_in_its_browser_and_for_five_minutes(
    named_resident: Resident,
) -> None:
    resident = named_resident
    device = device_of(resident, resident.add(active=True))
    submit = "/signin/passkey/submit"
    visitor, other = resident.visitor(), resident.visitor()
    visitor.open("/signin")
    other.open("/signin")
    sent = {"passkey": device.answer(asked_by(visitor, "/signin/passkey/options"))}
    challenge = visitor.cookie("passkey")
    assert other.post(submit, sent).status_code == 422, "of another browser"
    asked_by(other, "/signin/passkey/options")
    assert other.post(submit, sent).status_code == 422, "of another challenge"
    assert visitor.post(submit, sent).status_code == 303
    again = resident.visitor()
    again.open("/signin")
    again.http.cookies.set("passkey", challenge, domain="127.0.0.1")
    counting = {"passkey": device.answer({"challenge": challenge_of(sent["passkey"])})}
    assert again.post(submit, counting).status_code == 422, "a second time"
    late = resident.visitor()
    late.open("/signin")
    sent = {"passkey": device.answer(asked_by(late, "/signin/passkey/options"))}
    resident.clock.advance(minutes=5)
    assert late.post(submit, sent).status_code == 422, "too late"


def challenge_of(answer: str) -> str:
    """The challenge that an answer signs."""
    client = json.loads(bytes_of(json.loads(answer)["response"]["clientDataJSON"]))
    return str(client["challenge"])


def test_a_challenge_is_only_ours(named_resident: Resident) -> None:
    device = device_of(named_resident, named_resident.add(active=True))
    visitor = named_resident.visitor()
    visitor.open("/signin")
    visitor.http.cookies.set("passkey", "x" * 40, domain="127.0.0.1")
    answer = device.answer({"challenge": text_of(bytes(32))})
    assert visitor.post("/signin/passkey/submit", {"passkey": answer}).status_code == 422


def test_a_passkey_opens_its_own_household_alone(named_resident: Resident) -> None:
    resident = named_resident
    mine, theirs = (device_of(resident, resident.add(active=True)) for _one in range(2))
    for forged in (
        mine.copied(number=theirs.number),
        mine.copied(number=theirs.number, owner=theirs.owner),
        mine.copied(owner=theirs.owner),
        mine.copied(key=theirs.key),
    ):
        forged.count = 100
        assert refused(resident, forged, Answering())
    visitor = press(resident, mine)
    assert visitor.place == "/home"
    theirs_id = passkey_id(resident, theirs)
    stranger = resident.enter(resident.add(active=True))
    for path in (f"/account/passkeys/remove/{theirs_id}", "/account/passkeys/remove/999999"):
        assert stranger.open(path).status_code == 404
        assert stranger.post(f"{path}/submit").status_code == 404


def passkey_id(resident: Resident, device: Device) -> int:
    with resident.database.read() as session:
        digest = key_digest(resident.site.vault, device.number)
        return session.query(Passkey).filter_by(key_digest=digest).one().id


def protect(resident: Resident, person: Person) -> None:
    with resident.database.write() as session:
        session.get_one(Household, person.household_id).protected = True


def take_off(resident: Resident, person: Person) -> None:
    with resident.database.write() as session:
        session.get_one(Household, person.household_id).state = "removed"


def in_state(state: str) -> Callable[[Resident, Person], None]:
    def change(resident: Resident, person: Person) -> None:
        with resident.database.write() as session:
            session.get_one(Credential, person.credential_id).state = state

    return change


def shut_door(resident: Resident, person: Person) -> None:
    with resident.database.write() as session:
        session.get_one(Credential, person.credential_id).door = "phone_lost"


def forget(resident: Resident, person: Person) -> None:
    with resident.database.write() as session:
        session.query(Passkey).filter_by(credential_id=person.credential_id).delete()


CLOSED = [protect, take_off, shut_door, *map(in_state, ("issued", "locked", "suspended", "closed"))]
NAMES = ["protected", "taken off", "door shut", "issued", "locked", "suspended", "closed"]


@pytest.mark.parametrize("close", CLOSED, ids=NAMES)
def test_a_closed_account_answers_like_an_unknown_passkey(
    named_resident: Resident, close: Callable[[Resident, Person], None]
) -> None:
    """Even to its own device: status, text, cookies and statements are those of no passkey."""
    resident = named_resident
    person, gone = (resident.add(active=True) for _one in range(2))
    closed, unknown = device_of(resident, person), device_of(resident, gone)
    close(resident, person)
    forget(resident, gone)
    seen = [outcome(resident, device) for device in (closed, unknown)]
    assert seen[0] == seen[1]
    assert "届け出" not in str(seen[0])
    assert not [body for body in resident.messages() if "サインイン" in body]


def outcome(resident: Resident, device: Device) -> tuple[int, str, list[str], list[str]]:
    """What a visitor can see of a refusal, and what it asked of the database."""
    visitor = resident.visitor()
    visitor.open("/signin")
    asked = asked_by(visitor, "/signin/passkey/options")
    sent = {"passkey": device.answer(asked)}
    with counted_statements(resident.database) as statements:
        answer = visitor.post("/signin/passkey/submit", sent)
    text = re.sub(r'value="[^"]*"', "", answer.text)
    return answer.status_code, text, sorted(visitor.http.cookies), statements


def test_the_time_of_a_refusal_does_not_tell_whether_a_passkey_is_known(
    named_resident: Resident,
) -> None:
    resident = named_resident
    person, gone = (resident.add(active=True) for _one in range(2))
    closed, unknown = device_of(resident, person), device_of(resident, gone)
    protect(resident, person)
    forget(resident, gone)
    times: dict[bytes, list[float]] = {closed.number: [], unknown.number: []}
    for number in range(PAIRS):
        if number % 10 == 0:
            with resident.database.write() as session:
                session.query(ThrottleBucket).delete()
        for device in (closed, unknown) if number % 2 else (unknown, closed):
            times[device.number].append(seconds(resident, device))
    found = auc(times[closed.number], times[unknown.number])
    assert 0.4 <= found <= 0.6, found


def seconds(resident: Resident, device: Device) -> float:
    visitor = resident.visitor()
    visitor.open("/signin")
    sent = {"passkey": device.answer(asked_by(visitor, "/signin/passkey/options"))}
    started = time.perf_counter()
    answer = visitor.post("/signin/passkey/submit", sent)
    took = time.perf_counter() - started
    assert answer.status_code == 422
    return took


@pytest.mark.asvs("6.3.1")
def test_a_network_that_guesses_has_to_wait(named_resident: Resident) -> None:
    resident = named_resident
    owner, stranger = device_of(resident, resident.add(active=True)), Device(owner=b"x")
    visitor = resident.visitor()
    statuses = []
    for _try in range(NETWORK.allowed + 1):
        visitor.open("/signin")
        sent = {"passkey": stranger.answer(asked_by(visitor, "/signin/passkey/options"))}
        statuses.append(visitor.post("/signin/passkey/submit", sent).status_code)
    assert set(statuses[:-1]) == {422}
    assert statuses[-1] == 429
    assert visitor.page is not None
    assert int(visitor.page.headers["retry-after"]) > 0
    assert resident.count(AuditEvent, action="signin.passkey_refused") == NETWORK.allowed
    assert not enters(resident, owner), "behind the same address"
    resident.clock.advance(minutes=15)
    assert enters(resident, owner)


def test_right_answers_are_not_counted(named_resident: Resident) -> None:
    device = device_of(named_resident, named_resident.add(active=True))
    assert all(enters(named_resident, device) for _time in range(3))
    with named_resident.database.read() as session:
        rows = session.query(ThrottleBucket).filter(ThrottleBucket.key.like("t3:%")).all()
        assert [row.count for row in rows] == [0]


def test_the_owner_is_told_of_a_browser_that_never_signed_in(named_resident: Resident) -> None:
    resident = named_resident
    person = resident.add(active=True)
    device = device_of(resident, person)
    with resident.database.write() as session:  # the new passkey was told of already
        session.execute(update(Credential).values(card_wanted_at=None))
    visitor = press(resident, device)
    with resident.database.read() as session:
        assert session.get_one(Credential, person.credential_id).card_wanted_at is not None
    assert visitor.cookie("device")
    with resident.database.write() as session:
        session.execute(update(Credential).values(card_wanted_at=None))
    visitor.send("/signout")
    assert enters(resident, device, visitor)
    with resident.database.read() as session:
        assert session.get_one(Credential, person.credential_id).card_wanted_at is None


def test_slow_mode_holds_no_passkey_up(named_resident: Resident) -> None:
    device = device_of(named_resident, named_resident.add(active=True))
    fail(named_resident, 302)
    assert enters(named_resident, device)


def test_a_sign_in_is_few_statements(named_resident: Resident) -> None:
    resident = named_resident
    device = device_of(resident, resident.add(active=True))
    visitor = press(resident, device)
    visitor.send("/signout")
    visitor.open("/signin")
    sent = {"passkey": device.answer(asked_by(visitor, "/signin/passkey/options"))}
    with counted_statements(resident.database) as asked:
        assert visitor.post("/signin/passkey/submit", sent).status_code == 303
    counted = [one for one in asked if not one.startswith(("PRAGMA", "BEGIN"))]
    assert len(counted) <= 18, counted


def test_without_a_name_or_tls_nothing_is_offered(resident: Resident) -> None:
    person = resident.add(active=True)
    assert "passkey" not in resident.visitor().open("/signin").text
    visitor = resident.enter(person)
    assert "passkey" not in visitor.open("/account").text
    for path in ("/account/passkeys", "/account/passkeys/new", "/start/passkey"):
        assert visitor.open(path).status_code == 404
    assert resident.visitor().get("/signin/passkey/options").status_code == 404


PARTY = Party(HOST, ORIGIN)
ASKED: dict[str, Any] = {"challenge": text_of(bytes(32)), "user": {"id": text_of(bytes(16))}}


@given(st.text(), st.integers(0, 600), st.characters())
def test_whatever_is_sent_is_an_answer_or_none(noise: str, place: int, other: str) -> None:
    """No answer, however wrong, is a fault of the site."""
    device = Device()
    made = device.make(ASKED)
    answer = device.answer(ASKED)
    for sent in (noise, answer[:place] + other + answer[place + 1 :], answer[:place]):
        read = read_answer(sent)
        if read is not None and sent != answer:
            key = Key(device.number, bytes(77), device.owner)
            assert counted_by(PARTY, bytes(32), read, key, 0) is None
    for sent in (noise, made[:place] + other + made[place + 1 :], made[:place]):
        made_by(PARTY, bytes(32), sent)
