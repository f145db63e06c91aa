"""Files that came and wait for somebody to look at them, before anything of them is stored."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import seal, unseal
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.models import ScanDraft
from portal.domain.requests.requests.scans import ReceivedScan

LIFETIME = timedelta(minutes=30)
AT_ONCE = 5
"""How many drafts one person has; the oldest goes when another one comes."""


def hold(work: Work, received: ReceivedScan, key: bytes) -> ScanDraft:
    """Keep a file until it was looked at, sealed with the key that only the browser has.

    Raises:
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("書類を受け取れるのは、アカウントのある職員だけです。"))
    digest = work.vault.blind("scan", received.data, 32)
    row = ScanDraft(
        staff_id=work.actor.id,
        media_type=received.media_type,
        pages=received.pages,
        digest=digest,
        sealed=seal(key, received.data, b"scan-draft:" + digest),
        made_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    newest = (
        select(ScanDraft.id)
        .where(ScanDraft.staff_id == work.actor.id)
        .order_by(ScanDraft.id.desc())
        .limit(AT_ONCE)
    )
    keep = list(work.session.scalars(newest))
    others = ScanDraft.staff_id == work.actor.id, ScanDraft.id.not_in(keep)
    work.session.execute(delete(ScanDraft).where(*others))
    return row


def held(work: Work, draft_id: int, key: bytes) -> ReceivedScan:
    """Return a file of one's own that waits.

    Raises:
        InputError: there is none, it waited too long, or another browser brought it.
    """
    row = work.session.get(ScanDraft, draft_id)
    if row is None or row.staff_id != work.actor.id or row.made_at <= work.now - LIFETIME:
        raise gone()
    data = unseal(key, row.sealed, b"scan-draft:" + row.digest)
    return ReceivedScan(data, row.media_type, row.pages)


def gone() -> InputError:
    """Return the refusal of a draft that is not there any more."""
    return InputError(_s("書類が残っていません。もう一度、書類を選んでください。"), code="gone")


def drop(work: Work, draft_id: int) -> None:
    """Destroy a file of one's own that waits."""
    own = ScanDraft.id == draft_id, ScanDraft.staff_id == work.actor.id
    work.session.execute(delete(ScanDraft).where(*own))


def sweep_drafts(session: Session, now: datetime) -> None:
    """Destroy the files that nobody looked at in time."""
    session.execute(delete(ScanDraft).where(ScanDraft.made_at <= now - LIFETIME))
