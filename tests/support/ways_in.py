"""An account with everything that signs a household in without its letter, and what is left."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.domain.people.authn import passkeys, sessions
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.models import AuthSession, Passkey
from portal.domain.people.authn.passkeys import Key
from portal.domain.people.authn.sessions import NewSession, Owner, Stage
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import NewCredential, issue, login_id_of
from portal.domain.people.signin.devices import device_token, known_device
from portal.domain.people.signin.evidence import Item
from portal.domain.people.signin.remembered import remember, remembered_id
from portal.domain.people.signin.standing import kept_as
from portal.platform.database import Database
from tests.support.coupons import VAULT
from tests.support.login_ids import plain_login_id
from tests.support.work import work_in

ALL = {"passkey", "session", "browser", "id"}
SHOWN = frozenset({Item.PASSKEY})


@dataclass(frozen=True)
class WaysIn:
    """An account, the mark of a browser that signed in to it, and the ID that it remembers."""

    database: Database
    credential_id: int
    mark: str
    remembered: str
    now: datetime

    def left(self, now: datetime | None = None) -> set[str]:
        """What still signs the household in; a session is one that its passkey opened."""
        found = set()
        with self.database.write() as session:
            work = work_in(session, now=now or self.now)
            credential = session.get_one(Credential, self.credential_id)
            mine = select(Passkey).where(Passkey.credential_id == self.credential_id)
            if session.scalars(mine).all():
                found.add("passkey")
            if session.scalars(
                select(AuthSession).where(
                    AuthSession.site == sessions.RESIDENT,
                    AuthSession.owner_id == self.credential_id,
                )
            ).all():
                found.add("session")
            if known_device(work, login_id_of(VAULT, credential), self.mark):
                found.add("browser")
            if remembered_id(work, self.remembered):
                found.add("id")
        return found


def account_of(database: Database, household_id: int, now: datetime) -> int:
    """Give a household an account that is in use; return its key."""
    with database.write() as session:
        new = NewCredential(household_id, plain_login_id(), "")
        credential = issue(work_in(session, now=now), new)
        credential.state, credential.activated_at = "active", now
        return credential.id


def ways_in(database: Database, credential_id: int, now: datetime) -> WaysIn:
    """Give an account a passkey in force, a session that it opened, a browser that knows its ID."""
    with database.write() as session:
        work = work_in(session, now=now)
        credential = session.get_one(Credential, credential_id)
        number = credential_id.to_bytes(16)
        row = passkeys.add(work, credential_id, Key(number, b"key", b"owner"), sign_count=0)
        row.state = SourceState.CONFIRMED
        owner = Owner(sessions.RESIDENT, credential_id)
        kept = kept_as(SHOWN, known_device=True)
        sessions.start(session, NewSession(owner, Stage.FULL, data=kept), now)
        earlier = work_in(session, now=now - timedelta(minutes=1))
        mark = device_token(earlier, login_id_of(VAULT, credential))
        sealed = remember(earlier, login_id_of(VAULT, credential))
    made = WaysIn(database, credential_id, mark, sealed, now)
    assert made.left() == ALL
    return made
