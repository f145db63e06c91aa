"""Somebody with one stolen thing tries every page: the site does what the table says.

The table is ``portal/domain/people/signin/evidence.py``; its own test goes over every combination.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product

import pytest
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import select

from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.authn import codes, sessions
from portal.domain.people.authn.models import AuthSession, BackupCode, OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.signin import second_factor
from portal.domain.people.signin.evidence import (
    GIVES,
    Account,
    Item,
    Right,
    Thing,
    rights,
    suffices,
)
from portal.platform.application import make_routes
from portal.web import routes
from tests.functional.resident.test_first_sign_in import BIRTH
from tests.functional.resident.test_throttles import known
from tests.support.people import CANARY_CHILDREN, CANARY_NAME, CANARY_STREET, Person
from tests.support.resident import Resident, Visitor, start_session
from tests.support.work import work_in

pytestmark = pytest.mark.matrix

OWN = "うずらの たまご 12個"
PHONE, MAIL = "090-1234-5678", "uzurano@example.jp"
STAGED = ("/signin/submit", "/signin/code/submit", "/signin/backup/submit", "/start/birth/submit")
PARTS = {"receipt_no": "CDFG-HJKL", "kind": "sms", "place": "2", "ordinal": "1"}


def household(resident: Resident, *, own_password: bool = False) -> Person:
    """Somebody who uses the app, SMS and mail, has backup codes, and perhaps an own password."""
    person = resident.add(active=True)
    with resident.database.write() as session:
        work = work_in(session, now=resident.now)
        for kind, address in (("sms", "+819012345678"), ("email", MAIL)):
            row = codes.add_authenticator(work, person.credential_id, kind, address)
            row.state, row.confirmed_at = "confirmed", resident.now
    if own_password:
        owner = resident.enter(person)
        owner.send("/account/password/submit", {"own_password": OWN})
        owner.send("/account/sign-out-everywhere")
    resident.messages()
    return person


def factors(resident: Resident, person: Person) -> list[tuple[object, ...]]:
    """Everything by which an account is entered, as it is stored."""
    with resident.database.read() as session:
        credential = session.get_one(Credential, person.credential_id)
        sources = select(OtpAuthenticator).where(OtpAuthenticator.state != "pending")
        found: list[tuple[object, ...]] = [
            (credential.state, credential.own_password_hash, credential.reset_at)
        ]
        found += [
            (one.id, one.kind, one.sealed, one.state, one.opens_at, one.ends_at)
            for one in session.scalars(sources.order_by(OtpAuthenticator.id))
        ]
        found += [(one.digest,) for one in session.scalars(select(BackupCode))]
        return found


def is_inside(resident: Resident) -> bool:
    """Whether anybody is signed in."""
    return resident.count(AuthSession, stage="full") > 0


def pages(resident: Resident) -> Iterator[tuple[str, str]]:
    """Every address of the site, with something in the place of each of its parts."""
    for route in make_routes(routes.handlers(resident.site.settings)).routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                for method, path in product(handler.http_methods, handler.paths):
                    filled = re.sub(
                        r"\{(\w+):\w+\}", lambda found: PARTS.get(found[1], "1"), str(path)
                    )
                    yield str(method), filled


def typed_with(resident: Resident, person: Person, thing: Thing) -> Callable[[], dict[str, str]]:
    """What somebody with one thing types into any field, newly read for each form."""
    seen = {"sms": Item.SMS, "email": Item.EMAIL}

    def typed() -> dict[str, str]:
        given = GIVES[thing]
        read = []
        if given & set(seen.values()):
            read = re.findall(r"(?<!\d)\d{6}(?!\d)", " ".join(resident.messages()))
        code = read[-1] if read else "000000"
        if Item.APP in given:
            code = person.totp(resident.now)
        if Item.BACKUP in given:
            code = person.backup[0]
        values = {"own_password": "からすの みやこ 34羽", "code": code, "channel": "totp"}
        if given & {Item.LETTER, Item.OWN_PASSWORD}:
            password = person.password if Item.LETTER in given else OWN
            values |= {"login_id": person.login_id, "password": password}
        if given & set(seen.values()):
            values["address"] = PHONE if Item.SMS in given else MAIL
        return values | (BIRTH if Item.BIRTH in given else {})

    return typed


def try_everything(
    resident: Resident, visitor: Visitor, typed: Callable[[], dict[str, str]]
) -> str:
    """Open every page and send every form, at the step to which the thing leads; return all pages.

    Reports of a loss come last: after them a stranger gets no further than before.
    """
    read = []
    found = sorted(pages(resident), key=lambda page: page[1].startswith("/lost/stop"))
    for method, path in [("POST", "/signin/submit"), *found, *(("POST", one) for one in STAGED)]:
        if method not in {"GET", "POST"}:
            continue
        if visitor.page is None or visitor.page.status_code == 403 or path in STAGED:
            visitor.open(path.removesuffix("/submit"))
        answer = visitor.post(path, typed()) if method == "POST" else visitor.get(path)
        if "text" in answer.headers.get("content-type", ""):
            read.append(answer.text)
        if path == "/signout":
            visitor.open("/signin")
            visitor.post("/signin/submit", typed())
    return " ".join(read)


@pytest.mark.parametrize("thing", Thing)
def test_no_one_stolen_thing_opens_or_changes_anything(resident: Resident, thing: Thing) -> None:
    person = household(resident, own_password=thing is Thing.OWN_PASSWORD)
    resident.give_coupons()
    visitor = resident.visitor("198.51.100.77")
    if thing is Thing.UNLOCKED_PHONE:  # its browser signed in before; a passkey comes later
        visitor = known(resident, person)
        resident.clock.advance(minutes=2)
    before = factors(resident, person)
    pages_read = try_everything(resident, visitor, typed_with(resident, person, thing))
    has_password = bool(GIVES[thing] & {Item.LETTER, Item.OWN_PASSWORD})
    assert ('action="/signin/code/submit"' in pages_read) is has_password, "came to the next step"
    assert not is_inside(resident)
    assert factors(resident, person) == before
    for canary in (CANARY_NAME, CANARY_STREET, CANARY_CHILDREN[0][0]):
        assert canary not in pages_read, canary
    shown = GIVES[thing] - {Item.PASSKEY}
    assert rights(shown, Account(CredentialState.ACTIVE)) <= {
        Right.REPORT_LETTER,
        Right.REPORT_PHONE,
    }


def test_a_stolen_letter_alone_begins_no_first_sign_in(resident: Resident) -> None:
    person = resident.add()
    before = factors(resident, person)
    visitor = resident.visitor("198.51.100.77")
    pages_read = try_everything(resident, visitor, typed_with(resident, person, Thing.LETTER))
    assert 'action="/start/birth/submit"' in pages_read, "came to the next step"
    assert not is_inside(resident)
    now = factors(resident, person)
    assert now[0][1:] == before[0][1:]
    assert now[1:] == before[1:]


PASSWORDS = {Item.LETTER: False, Item.OWN_PASSWORD: True}
SECONDS = (Item.APP, Item.SMS, Item.EMAIL, Item.BACKUP)


@pytest.mark.parametrize("password", PASSWORDS)
@pytest.mark.parametrize("second", SECONDS)
def test_two_items_open_and_change_what_the_table_says(
    resident: Resident, password: Item, second: Item
) -> None:
    person = household(resident, own_password=PASSWORDS[password])
    resident.clock.advance(minutes=2)
    typed = OWN if password is Item.OWN_PASSWORD else person.password
    visitor = resident.sign_in(person, password=typed)
    found = rights(frozenset({password, second}), Account(CredentialState.ACTIVE))
    if second is Item.BACKUP:
        visitor.send("/signin/backup/submit", {"code": person.backup[0]})
    else:
        visitor.send("/signin/code/send", {"channel": second.value})
        code = person.totp(resident.now) if second is Item.APP else resident.last_code()
        visitor.send("/signin/code/submit", {"code": code})
    assert (visitor.place == "/home") is (Right.SESSION in found)
    assert may_open(visitor, "/account/password") is (Right.CHANGE_SECRETS in found)
    assert may_open(visitor, "/account/backup-codes") is (Right.CHANGE_SECRETS in found)
    assert may_open(visitor, "/account/channel") is (Right.CHANGE_SOURCES in found)
    before = factors(resident, person)
    visitor.post("/account/backup-codes/submit", {})
    assert (factors(resident, person) != before) is (Right.CHANGE_SECRETS in found)


def may_open(visitor: Visitor, place: str) -> bool:
    """Whether a page of changes opens without another code."""
    return visitor.open(place).url.path == place


def test_the_letters_password_opens_nothing_beside_an_own_one(resident: Resident) -> None:
    person = household(resident, own_password=True)
    assert resident.sign_in(person).place == "/signin/submit"


@pytest.mark.parametrize("item", Item)
def test_a_step_asks_the_table_itself(sqlite_resident: Resident, item: Item) -> None:
    """Whichever page hands on an item: the step opens a session for what is enough, or nothing."""
    person = household(sqlite_resident)
    token = start_session(sqlite_resident.database, person, sqlite_resident.now, "code")
    with sqlite_resident.database.write() as session:
        auth = sessions.load(session, sessions.RESIDENT, token, sqlite_resident.now)
        assert auth is not None
        work = work_in(session, now=sqlite_resident.now)
        if suffices(frozenset({Item.LETTER, item}), Right.SESSION):
            second_factor.step_up(work, auth, item, data={})
        else:
            with pytest.raises(WrongStateError):
                second_factor.step_up(work, auth, item, data={})
    assert is_inside(sqlite_resident) is suffices(frozenset({Item.LETTER, item}), Right.SESSION)
