"""What wrong codes do beyond their source: whoever can be shut out by them is told, and has time.

Whoever has only the letter can lock and close the owner's sources of codes. Then nothing that was
begun with the letter and one backup code may take effect while the owner cannot sign in to call it
off (decision 0053).
"""

from datetime import datetime

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, passkeys
from portal.domain.people.authn.channels import SourceState
from portal.domain.people.authn.hold import HOLD, Held
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.signin.changes import call_off
from portal.domain.people.signin.notify import notify_owner
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.services import open_once


def after_wrong_code(work: Work, source: OtpAuthenticator) -> None:
    """Do what follows if a wrong code has locked or closed a source; all of its account are locked.

    ``work`` acts as the resident.
    """
    credential = work.session.get_one(Credential, source.credential_id)
    if source.state == SourceState.CLOSED:
        open_once(work, TaskKind.CODE_CLOSED, credential.household_id, {})
        if source.confirmed_at is not None:
            source.opens_at = source.made_with = None
            _after_closing(work, credential)
    elif source.locked_until is not None and source.locked_until > work.now:
        _put_off(work, credential, source.locked_until + HOLD)


def _after_closing(work: Work, credential: Credential) -> None:
    if call_off(work, credential, _waiting(work, credential), reset=False):
        _note(work, credential, "account.change_cancelled", "wrong_codes")
        notify_owner(work, credential, AccountEvent.CHANGE_CANCELLED)
    notify_owner(work, credential, AccountEvent.SOURCE_CLOSED)


def _put_off(work: Work, credential: Credential, until: datetime) -> None:
    """Let the hold begin anew once the source is open again."""
    sources = _waiting(work, credential)
    keys = passkeys.waiting(work.session, credential.id, work.now)
    waiting: list[Held] = [*sources, *keys]
    for one in waiting:
        one.opens_at = None if one.opens_at is None else max(one.opens_at, until)
        one.ends_at = None if one.ends_at is None else max(one.ends_at, until)
    if waiting:
        _note(work, credential, "account.change_put_off", "wrong_codes")


def _waiting(work: Work, credential: Credential) -> list[OtpAuthenticator]:
    """Return the sources whose change has no effect yet; what is due counts already."""
    sources = codes.lock_all(work.session, credential.id)
    instants = ((one, one.opens_at or one.ends_at) for one in sources)
    return [one for one, at in instants if at is not None and at > work.now]


def _note(work: Work, credential: Credential, action: str, reason: str) -> None:
    record(
        work,
        action,
        "credential",
        credential.id,
        household_id=credential.household_id,
        sealed=None,
        reason=reason,
    )
