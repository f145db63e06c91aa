"""Canary people: invented households with letters, codes and channels, for tests of sign-in.

Their names, dates and addresses occur nowhere else, so that a leak into a log or a page of somebody
else shows.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pyotp
from sqlalchemy.orm import Session

from portal.domain.foundation.vault import Vault
from portal.domain.people.authn import codes, totp
from portal.domain.people.authn.passwords import hash_password
from portal.domain.people.coupons.assignment import assign
from portal.domain.people.coupons.reserve import Reserve
from portal.domain.people.credentials.formats import new_password
from portal.domain.people.credentials.services import NewCredential, issue
from portal.domain.people.entitlements.services import NewEntitlement, create_all
from portal.domain.people.households.models import Child, Household
from portal.domain.people.households.records import (
    ChildFields,
    HouseholdFields,
    birth_digest,
    household_digest,
    person_digest,
    seal_child,
    seal_household,
)
from portal.domain.people.households.search_feed import note_changed
from portal.domain.people.signin.activation import activate
from portal.platform.database import Database
from tests.support.coupons import AMOUNT, VAULT, load_codes
from tests.support.login_ids import plain_login_id
from tests.support.work import work_in

CANARY_NAME, CANARY_KANA = "鶉野　瑠璃子", "ウズラノ ルリコ"
CANARY_CHILDREN = (("鶉野　翡翠", "ウズラノ ヒスイ"), ("鶉野　珊瑚", "ウズラノ サンゴ"))
CANARY_TOWN, CANARY_STREET, CANARY_BUILDING = "潮見坂一丁目", "３７番４１号", "カナリヤ荘５０３号室"
CANARY_BIRTH = date(1983, 11, 27)
EARLY = datetime(2023, 7, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Password:
    """A password with its hash, for many families at once: each hash of its own takes 20 ms."""

    text: str = field(repr=False)
    hashed: str = field(repr=False)


def make_password(vault: Vault) -> Password:
    """Make a new password."""
    text = new_password()
    return Password(text, hash_password(vault, text, b"0123456789abcdef"))


@dataclass
class Person:
    """A household as its members know it."""

    household_id: int
    credential_id: int
    login_id: str
    password: str
    birth: date = CANARY_BIRTH
    totp_secret: str = ""
    backup: list[str] = field(default_factory=list)

    def totp(self, now: datetime) -> str:
        """The code that the app shows at this instant."""
        return pyotp.TOTP(self.totp_secret).at(now)


def add_household(
    session: Session,
    vault: Vault,
    number: str,
    now: datetime,
    *,
    children: int = 2,
    protected: bool = False,
    name: str = CANARY_NAME,
    kana: str = CANARY_KANA,
    numbered: bool = False,
) -> int:
    """Add a canary household with entitled children; return its key.

    ``numbered``: all of them are called by the number's last eight digits, as no other family is.
    """
    called = f"金糸雀{int(number[-8:])}" if numbered else ""
    key, wrapped = vault.new_data_key()
    digest = household_digest(vault, number)
    fields = HouseholdFields(
        number,
        f"p{number}",
        called or name,
        kana,
        CANARY_BIRTH,
        "1390001",
        CANARY_TOWN,
        CANARY_STREET,
        CANARY_BUILDING,
    )
    household = Household(
        number_digest=digest,
        wrapped_key=wrapped,
        sealed=seal_household(key, fields, digest),
        protected=protected,
        birth_digest=birth_digest(vault, digest, CANARY_BIRTH),
        import_id=1,
        created_at=now,
        changed_at=now,
    )
    session.add(household)
    session.flush()
    kids = []
    for ordinal in range(1, children + 1):
        kid_name, kid_kana = CANARY_CHILDREN[(ordinal - 1) % 2]
        kid = ChildFields(
            f"p{number}-{ordinal}", called or kid_name, kid_kana, date(2012 + ordinal, 5, ordinal)
        )
        person = person_digest(vault, kid.person_no)
        row = Child(
            household_id=household.id,
            ordinal=ordinal,
            person_digest=person,
            sealed=seal_child(key, kid, person),
        )
        session.add(row)
        session.flush()
        kids.append(row)
    note_changed(session, (household.id,))
    create_all(session, [NewEntitlement(row.id, household.id, AMOUNT) for row in kids], now)
    return household.id


def add_person(
    database: Database,
    now: datetime,
    *,
    vault: Vault = VAULT,
    number: str = "9900000001",
    children: int = 2,
    protected: bool = False,
    active: bool = False,
    numbered: bool = False,
    password: Password | None = None,
) -> Person:
    """Add a household with a letter.

    ``active`` makes it one that finished its first sign-in with an app; ``numbered`` gives its
    people names of their own; ``password`` is one that others have, too.
    """
    login_id, password = plain_login_id(), password or make_password(vault)
    with database.write() as session:
        household_id = add_household(
            session, vault, number, now, children=children, protected=protected, numbered=numbered
        )
        new = NewCredential(household_id, login_id, password.hashed)
        credential = issue(work_in(session, now=now, vault=vault), new)
        person = Person(household_id, credential.id, login_id, password.text)
        if active:
            _activate(session, vault, person, now)
    return person


def _activate(session: Session, vault: Vault, person: Person, now: datetime) -> None:
    from portal.domain.people.authn import sessions

    person.totp_secret = totp.new_totp_secret()
    authenticator = codes.add_authenticator(
        work_in(session, now=now, vault=vault), person.credential_id, "totp", person.totp_secret
    )
    authenticator.state, authenticator.confirmed_at = "confirmed", now
    owner = sessions.Owner(sessions.RESIDENT, person.credential_id)
    new = sessions.NewSession(owner, sessions.Stage.CHANNEL)
    token = sessions.start(session, new, now)
    auth = sessions.load(session, sessions.RESIDENT, token, now)
    assert auth is not None
    last, person.backup = activate(work_in(session, now=now, vault=vault), auth)
    sessions.end(session, sessions.RESIDENT, last)


def give_coupons(
    database: Database, folder: Path, now: datetime, count: int = 10, seed: int = 1
) -> None:
    """Load sandbox codes and give one to every entitlement that may have one."""
    load_codes(database, folder, count, seed)
    with database.write() as session:
        assign(work_in(session, now=now), reserve=Reserve(count=0), protection_loaded=True)
