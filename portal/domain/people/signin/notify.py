"""Inform an account's owner of changes on the known channels (NIST SP 800-63B §4.6)."""

from datetime import timedelta

from sqlalchemy import select

from portal.domain.foundation.work import Work
from portal.domain.people.authn.channels import CodeChannel
from portal.domain.people.authn.codes import secret_of
from portal.domain.people.authn.hold import in_force
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.events import AccountEvent
from portal.domain.people.notices.messages import notice_message, signature_of
from portal.domain.people.notices.services import Outgoing, enqueue

LIFE = timedelta(hours=24)


def notify_owner(work: Work, credential: Credential, event: AccountEvent) -> None:
    """Put a notice into the outbox for every address that is in force.

    It names neither a channel nor a place nor a person: somebody else may read it.
    """
    rows = work.session.scalars(
        select(OtpAuthenticator).where(
            OtpAuthenticator.credential_id == credential.id,
            in_force(OtpAuthenticator, work.now),
            OtpAuthenticator.kind != CodeChannel.TOTP,
        )
    )
    for row in rows:
        out = Outgoing(
            kind=row.kind,
            purpose=f"notice.{event}",
            address=secret_of(work.vault, row),
            message=notice_message(row.kind, event, signature_of(work.program.names)),
            dedupe_key=f"notice:{event}:{row.id}:{int(work.now.timestamp())}",
            household_id=credential.household_id,
            expires_at=work.now + LIFE,
        )
        enqueue(work, out)
