"""Shred the archives that the mail house has had for long enough."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.files.models import SealedFile
from portal.domain.foundation.files.states import FileState
from portal.domain.foundation.files.storing import shred
from portal.domain.foundation.work import Work
from portal.domain.mailroom.printing.archives.models import PrintArchive
from portal.domain.mailroom.printing.archives.states import ArchiveState

KEPT = timedelta(days=30)
"""For how long after the hand-over an archive can be taken again.

The mail house compares its sum and posts within days; what it loses later is superseded, not sent
a second time.
"""


def shred_old_archives(work: Work) -> None:
    """Shred the archives that were sent long ago."""
    found = work.session.scalars(
        select(SealedFile.id)
        .join(PrintArchive, PrintArchive.sealed_file_id == SealedFile.id)
        .where(
            PrintArchive.state == ArchiveState.SENT,
            PrintArchive.sent_at < work.now - KEPT,
            SealedFile.state == FileState.WHOLE,
        )
    ).all()
    for file_id in found:
        shred(work, file_id)


def is_kept(session: Session, archive: PrintArchive) -> bool:
    """Return whether an archive can still be taken; one of version 0.1.0 lies on its machine."""
    if archive.sealed_file_id is None:
        return True
    return session.get_one(SealedFile, archive.sealed_file_id).state == FileState.WHOLE
