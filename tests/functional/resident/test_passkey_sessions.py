"""A session that a passkey opened changes no factor, on the pages and below them."""

import pytest
from sqlalchemy import select

from portal.domain.foundation.actors import Actor, Role
from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.authn.models import AuthSession, OtpAuthenticator, Passkey
from portal.domain.people.credentials.models import Credential
from portal.domain.people.signin import own_passkeys
from tests.functional.resident.passkeys import ALONE, MAKE, NEW, device_of, press
from tests.support.resident import Resident

LIST = "/account/passkeys"
CHANGES = [
    ("GET", "/account/channel"),
    ("POST", "/account/channel/choose"),
    ("POST", "/account/channel/prove/submit"),
    ("POST", "/account/remove-channel"),
    ("GET", "/account/password"),
    ("POST", "/account/password/submit"),
    ("GET", "/account/backup-codes"),
    ("POST", "/account/backup-codes/submit"),
    ("GET", f"{LIST}/new"),
    ("POST", NEW),
    ("GET", f"{LIST}/make"),
    ("GET", f"{LIST}/options"),
    ("POST", MAKE),
    ("GET", f"{LIST}/remove/1"),
    ("POST", f"{LIST}/remove/1/submit"),
]


@pytest.mark.parametrize("code", [False, True], ids=["passkey alone", "and a code of its phone"])
def test_a_session_of_a_passkey_changes_no_factor(named_resident: Resident, code: bool) -> None:
    resident = named_resident
    person = resident.add(active=True)
    visitor = press(resident, device_of(resident, person))
    before = factors(resident)
    if code:
        resident.clock.advance(minutes=1)
        visitor.open("/confirm/0")
        visitor.send("/confirm/0/submit", {"code": person.totp(resident.now)})
        assert visitor.place == "/account"
    typed = ALONE | {
        "channel": "sms",
        "own_password": "からすの みやこ 34羽",
        "password": person.password,
        "code": "000000",
        "passkey": "{}",
    }
    for method, path in CHANGES:
        answer = visitor.get(path) if method == "GET" else visitor.post(path, typed)
        assert answer.headers.get("location") == "/account/by-passkey", path
    page = visitor.open("/account/by-passkey").text
    assert "IDとパスワードでサインインすると" in page
    assert factors(resident) == before


def factors(resident: Resident) -> list[tuple[object, ...]]:
    with resident.database.read() as session:
        found: list[tuple[object, ...]] = []
        for kind in (OtpAuthenticator, Passkey):
            columns = (kind.id, kind.state, kind.opens_at, kind.ends_at)
            found += [tuple(row) for row in session.execute(select(*columns).order_by(kind.id))]
        passwords = session.execute(select(Credential.own_password_hash))
        return found + [tuple(row) for row in passwords]


def test_the_rules_below_the_pages_refuse_it_too(named_resident: Resident) -> None:
    resident = named_resident
    device = device_of(resident, resident.add(active=True))
    press(resident, device)
    with resident.database.write() as session:
        full = select(AuthSession).where(AuthSession.stage == "full")
        auth = session.scalars(full.order_by(AuthSession.id.desc())).first()
        assert auth is not None
        work = resident.site.work(session, Actor(Role.RESIDENT, auth.owner_id), resident.now)
        key = session.scalars(select(Passkey.id)).one()
        with pytest.raises(WrongStateError):
            own_passkeys.remove(work, auth, key)
        party = resident.site.party("")
        assert party is not None
        with pytest.raises(WrongStateError):
            own_passkeys.add(work, auth, party, "{}", "")
