"""Sessions that cannot be given to a victim, that end, and forms that nobody else can send."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.authn import sessions
from portal.domain.people.authn.models import AuthSession
from portal.domain.people.authn.sessions import Owner, token_hash
from portal.domain.people.signin import second_factor
from portal.domain.people.signin.evidence import Item
from tests.functional.resident.test_first_sign_in import BIRTH, prove_app
from tests.support.resident import Resident, Visitor, start_session
from tests.support.work import work_in

CHOSEN = "chosen-by-a-stranger-" + "a" * 22


def stored(resident: Resident) -> list[bytes]:
    with resident.database.read() as session:
        return [row.token_hash for row in session.scalars(select(AuthSession))]


@pytest.mark.asvs("7.2.2")
def test_an_id_that_a_stranger_chose_is_never_taken(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.http.cookies.set("sid", CHOSEN, domain="127.0.0.1")
    resident.sign_in(person, visitor)
    assert visitor.place == "/signin/code"
    assert token_hash(CHOSEN) not in stored(resident)
    thief = resident.visitor()
    thief.http.cookies.set("sid", CHOSEN, domain="127.0.0.1")
    thief.open("/signin/code")
    assert thief.place == "/signin"


@pytest.mark.asvs("7.2.4")
def test_every_step_brings_a_new_id_and_ends_the_old_one(resident: Resident) -> None:
    person = resident.add()
    visitor = resident.sign_in(person)
    seen = [visitor.cookie("sid")]
    visitor.send("/start/birth/submit", BIRTH)
    seen.append(visitor.cookie("sid"))
    prove_app(resident, person, visitor)
    seen.append(visitor.cookie("sid"))
    assert len(set(seen)) == 3
    assert all(len(one) >= 43 for one in seen)
    assert stored(resident) == [token_hash(seen[-1])]
    for old in seen[:-1]:
        thief = resident.visitor()
        thief.http.cookies.set("sid", old, domain="127.0.0.1")
        thief.open("/home")
        assert thief.place == "/signin"


def test_a_code_opens_nothing_once_its_session_was_ended(resident: Resident) -> None:
    """Another press of the same button, or a sign-out everywhere, came first."""
    person = resident.add(active=True)
    token = start_session(resident.database, person, resident.now, "code")
    with resident.database.write() as session:
        loaded = sessions.load(session, sessions.RESIDENT, token, resident.now)
        assert loaded is not None
        session.expunge(loaded)  # as it was read, before somebody else ended it
        sessions.end_all(session, Owner(sessions.RESIDENT, person.credential_id))
        work = work_in(session, now=resident.now)
        with pytest.raises(WrongStateError):
            second_factor.step_up(work, loaded, Item.APP, data={})
    assert stored(resident) == []


def test_a_strangers_session_planted_in_a_browser_does_not_become_the_owners(
    resident: Resident,
) -> None:
    thief_person, owner = resident.add(active=True), resident.add(active=True)
    planted = start_session(resident.database, thief_person, resident.now, "code")
    visitor = resident.visitor()
    visitor.http.cookies.set("sid", planted, domain="127.0.0.1")
    visitor.get("/signin/code")
    visitor.send("/signin/submit", {"login_id": owner.login_id, "password": owner.password})
    assert visitor.cookie("sid") != planted
    assert token_hash(planted) not in stored(resident)


@pytest.mark.asvs("3.3.2", "3.3.4")
def test_cookies_are_for_this_site_only(resident: Resident) -> None:
    person = resident.add(active=True)
    visitor = resident.visitor()
    visitor.open("/signin")
    answer = visitor.post(
        "/signin/submit", {"login_id": person.login_id, "password": person.password}
    )
    sid = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("sid="))
    assert "HttpOnly" in sid
    assert "SameSite=lax" in sid
    assert "Domain" not in sid
    assert "expires" not in sid.lower()


@pytest.mark.asvs("7.3.1")
def test_a_session_ends_after_fifteen_idle_minutes(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    resident.clock.advance(minutes=14, seconds=59)
    visitor.open("/home")
    assert visitor.place == "/home"
    resident.clock.advance(minutes=15)
    visitor.open("/home")
    assert visitor.place == "/signin"


def test_a_form_sent_too_late_says_why_it_was_signed_out(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    visitor.open("/account/letter")
    sqlite_resident.clock.advance(minutes=16)
    page = visitor.send("/account/letter/submit")
    assert "サインアウトしたあとだったため、いまの操作はできませんでした" in page.text
    assert sqlite_resident.tasks() == {}


def test_a_form_sent_after_signing_out_elsewhere_is_not_blamed_on_idling(
    sqlite_resident: Resident,
) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    visitor.open("/account/letter")
    sid = visitor.cookie("sid")
    visitor.send("/signout")
    visitor.http.cookies.set("sid", sid, domain="127.0.0.1")
    page = visitor.send("/account/letter/submit")
    assert "サインアウトしたあとだったため" in page.text
    assert "操作がなかったため" not in page.text


@pytest.mark.asvs("7.3.2")
def test_a_session_ends_after_twelve_hours_however_busy(resident: Resident) -> None:
    visitor = resident.enter(resident.add(active=True))
    began = resident.now
    while resident.now - began < timedelta(hours=11, minutes=50):
        resident.clock.advance(minutes=10)
        visitor.open("/home")
        assert visitor.place == "/home"
    resident.clock.advance(minutes=10)
    visitor.open("/home")
    assert visitor.place == "/signin"


@pytest.mark.parametrize(
    "token", ["", "00" * 32, "é" * 64, "あ", "a", "zz" * 32, "\0", None, "foreign"]
)
@pytest.mark.asvs("3.5.1", "9.1.1")
def test_a_form_without_its_token_is_refused(sqlite_resident: Resident, token: str | None) -> None:
    visitor = sqlite_resident.enter(sqlite_resident.add(active=True))
    other = sqlite_resident.enter(sqlite_resident.add(active=True))
    form = {} if token is None else {"form_token": other.token if token == "foreign" else token}
    answer = visitor.loop.run(visitor.http.post("/account/letter/submit", data=form))
    assert answer.status_code == 403
    assert "受け付けることができませんでした" in answer.text
    assert "サインアウト" in answer.text  # the page still knows who is signed in
    assert sqlite_resident.tasks() == {}


@pytest.mark.asvs("3.5.1")
def test_a_visitor_without_session_needs_a_token_too(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    visitor = sqlite_resident.visitor()
    form = {"login_id": person.login_id, "password": person.password}
    assert visitor.post("/signin/submit", form).status_code == 403
    other = sqlite_resident.visitor()
    other.open("/signin")
    visitor.open("/signin")
    assert visitor.post("/signin/submit", form | {"form_token": other.token}).status_code == 403
    assert visitor.post("/signin/submit", form | {"form_token": visitor.token}).status_code == 303


@pytest.mark.asvs("15.3.7")
def test_a_repeated_or_oversized_field_is_a_bad_request(sqlite_resident: Resident) -> None:
    visitor = sqlite_resident.visitor()
    visitor.open("/signin")
    run, http = visitor.loop.run, visitor.http
    body = f"form_token={visitor.token}&login_id=1&login_id=2&password=x"
    head = {"content-type": "application/x-www-form-urlencoded"}
    assert run(http.post("/signin/submit", content=body, headers=head)).status_code == 400
    assert visitor.post("/signin/submit", {"login_id": "1" * 5000}).status_code == 400
    assert (
        run(http.post("/signin/submit", content="a=" + "x" * 300_000, headers=head)).status_code
        == 413
    )
    assert run(http.get("/signin/submit")).headers["location"] == "/signin"


def expected(stage: str) -> dict[str, str]:
    """Where each page sends a visitor of a stage."""
    own = {
        "birth": "/start/birth",
        "channel": "/start/channel",
        "code": "/signin/code",
        "full": "/home",
        "": "/signin",
    }
    pages = {
        "/start/birth": "birth",
        "/start/channel": "channel",
        "/start/none": "channel",
        "/signin/code": "code",
        "/signin/backup": "code",
        "/home": "full",
        "/account": "full",
        "/account/lost": "full",
    }
    return {page: (page if needed == stage else own[stage]) for page, needed in pages.items()}


@pytest.mark.parametrize("stage", ["", "birth", "channel", "code", "full"])
def test_a_page_of_another_step_leads_to_where_one_is(
    sqlite_resident: Resident, stage: str
) -> None:
    person = sqlite_resident.add(active=stage in {"code", "full"})
    visitor = sqlite_resident.visitor()
    if stage:
        sqlite_resident.enter(person, visitor, stage)
    for page, place in expected(stage).items():
        visitor.open(page)
        assert visitor.place == place, page


@pytest.mark.asvs("2.3.1")
def test_steps_cannot_be_skipped_by_posting(sqlite_resident: Resident) -> None:
    person = sqlite_resident.add()
    visitor = sqlite_resident.enter(person, stage="birth")
    for path in (
        "/start/channel/choose",
        "/start/done",
        "/coupon/1/reveal",
        "/account/sign-out-everywhere",
    ):
        answer = visitor.post(path, {"channel": "totp"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/start/birth")


def secret_pages() -> list[str]:
    return [
        "/home",
        "/account",
        "/account/password",
        "/account/lost",
        "/account/letter",
        "/coupon/1",
        "/coupon/1/picture.png",
        "/start/backup-codes",
        "/confirm/0",
    ]


@pytest.mark.parametrize("path", secret_pages())
@pytest.mark.asvs("7.2.1")
def test_nothing_is_shown_to_somebody_who_is_not_signed_in(
    sqlite_resident: Resident, path: str
) -> None:
    visitor: Visitor = sqlite_resident.visitor()
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/signin")
    assert not re.search(r"\S", answer.text)


@pytest.mark.asvs("3.5.4")
def test_a_session_of_one_site_is_none_on_the_other(sqlite_resident: Resident) -> None:
    with sqlite_resident.database.write() as session:
        now = sqlite_resident.now
        owner = sessions.Owner(sessions.RESIDENT, 1)
        token = sessions.start(session, sessions.NewSession(owner, sessions.Stage.FULL), now)
        assert sessions.load(session, sessions.RESIDENT, token, now) is not None
        assert sessions.load(session, sessions.STAFF, token, now) is None
