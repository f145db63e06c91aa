"""The ID of a letter that a browser remembers, because its household chose so.

It is sealed, and counts only while nothing has ended it: a new letter, a stop of the account, a
report of a loss, protection, a change of recipient, a new password or a sign-out everywhere. Only a
browser that signed in holds one, so that asking about it tells nobody whether an ID exists.
"""

from datetime import UTC, datetime

from sqlalchemy import bindparam, not_, or_, select

from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.base import UtcDateTime
from portal.domain.foundation.vault import Vault
from portal.domain.foundation.work import Work
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.credentials.states import CredentialState, Door
from portal.domain.people.households.models import Household
from portal.domain.people.households.queries import withheld
from portal.domain.people.households.states import HouseholdState
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.devices import LIFE
from portal.domain.people.signin.shut_since import REPORTS

SHOWN_DIGITS = 4
"""How much of a remembered ID a page shows."""
_CONTEXT = "remembered_id"
_MADE = bindparam("made", type_=UtcDateTime)
_COUNTS = (
    select(Credential.id)
    .join(Household, Household.id == Credential.household_id)
    .where(
        Credential.login_digest == bindparam("digest"),
        Credential.state == CredentialState.ACTIVE,
        Credential.door == Door.OPEN,
        or_(Credential.devices_forgotten_at.is_(None), Credential.devices_forgotten_at <= _MADE),
        not_(withheld()),
        Household.state == HouseholdState.ACTIVE,
        ~select(AuditEvent.id)
        .where(
            AuditEvent.subject == "credential",
            AuditEvent.subject_id == Credential.id,
            AuditEvent.action.in_(REPORTS),
            AuditEvent.at >= _MADE,
        )
        .exists(),
    )
)


def remember(work: Work, login_id: str) -> str:
    """Seal an ID for the browser that just signed in with it."""
    return carry(work.vault, {"id": login_id, "made": work.now.timestamp()}, _CONTEXT)


def carried_id(vault: Vault, sealed: str) -> str:
    """Return the ID that a browser carries, whether it still counts or not; empty for none."""
    content = carried(vault, sealed, _CONTEXT)
    return read_login_id(str(content["id"])) or "" if content is not None else ""


def remembered_id(work: Work, sealed: str) -> str:
    """Return the ID that a browser remembers; empty if it remembers none, or it has ended."""
    content = carried(work.vault, sealed, _CONTEXT)
    login_id = read_login_id(str(content["id"])) if content is not None else None
    if content is None or login_id is None:
        return ""
    made = datetime.fromtimestamp(content["made"], UTC)
    if work.now >= made + LIFE:
        return ""
    asked = {"digest": login_digest(work.vault, login_id), "made": made}
    return login_id if work.session.scalar(_COUNTS, asked) is not None else ""
