"""Inform an account's owner of changes on the known channels (NIST SP 800-63B §4.6)."""

from datetime import timedelta

from sqlalchemy import bindparam, or_, select

from portal.domain.foundation.base import UtcDateTime
from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.authn.codes import secret_of
from portal.domain.people.authn.hold import closed, in_force
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.notices.messages import notice_message, signature_of
from portal.domain.people.notices.services import Outgoing, enqueue

LIFE = timedelta(hours=24)
_COUNTS = in_force(OtpAuthenticator, bindparam("now", type_=UtcDateTime))
_TOLD = select(OtpAuthenticator, _COUNTS).where(
    OtpAuthenticator.credential_id == bindparam("credential_id"),
    or_(_COUNTS, closed(OtpAuthenticator)),
    OtpAuthenticator.kind != CodeChannel.TOTP,
)


def notify_owner(work: Work, credential: Credential, event: AccountEvent) -> None:
    """Put a notice into the outbox for every address that is in force, or was until wrong codes.

    It names neither a channel nor a place nor a person: somebody else may read it. Where no address
    is in force a card to the registered address is wanted; a worker writes it, if the household may
    have one (``letters.announcements.account_cards``). A new letter and a first sign-in have mail
    of their own.
    """
    rows = work.session.execute(_TOLD, {"credential_id": credential.id, "now": work.now}).all()
    is_by_letter = event is AccountEvent.NEW_LETTER or credential.activated_at is None
    if not is_by_letter and not any(is_in_force for _row, is_in_force in rows):
        credential.card_wanted_at = work.now
    for row, _counts in rows:
        out = Outgoing(
            kind=row.kind,
            purpose=f"notice.{event}",
            address=secret_of(work.vault, row),
            message=notice_message(row.kind, event, signature_of(work.program)),
            dedupe_key=f"notice:{event}:{row.id}:{int(work.now.timestamp())}",
            household_id=credential.household_id,
            expires_at=work.now + LIFE,
        )
        enqueue(work, out)
