"""A number that may not be kept, found later on a stored scan: it is made black for good."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import Labeled, _s
from portal.domain.foundation.vault import seal, unseal
from portal.domain.foundation.work import Work
from portal.domain.requests.requests.models import Scan, ScanDraft, ScanFinding
from portal.domain.requests.requests.scans import CheckedScan

MOST_BLACK = 300
"""Thousandths of a page. A whole insurance card is 90; who blackens more hides what was written."""


class FoundNumber(Labeled):
    """What may not be kept, as the ward's report counts it; the number itself stands nowhere."""

    MY_NUMBER = "my_number", lambda: _s("マイナンバー")
    INSURANCE = "insurance", lambda: _s("保険証の記号・番号")
    OTHER = "other", lambda: _s("そのほかの番号")


def blacken(work: Work, scan_id: int, checked: CheckedScan, kind: FoundNumber) -> ScanFinding:
    """Put the blackened picture in the place of a stored scan, and destroy what was there.

    The old key goes with the old picture. A backup from before still has both until it ends.

    Raises:
        NotFoundError: there is no such scan.
        NotAllowedError: the actor has no account.
        InputError: nothing is marked, too much is, or the picture is not made of this scan.
    """
    row = work.session.get(Scan, scan_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("この書類は見つかりませんでした。"))
    if work.actor.id is None:
        raise NotAllowedError(_s("黒く塗れるのは、アカウントのある職員だけです。"))
    _check(checked)
    old = unseal(work.vault.unwrap(row.wrapped_key), row.sealed, b"scan:" + row.digest)
    if old != checked.came:
        raise InputError(_s("この書類の画像ではありません。もう一度やりなおしてください。"))
    _replace(work, row, checked)
    found = ScanFinding(
        scan_id=row.id,
        kind=kind.value,
        places=len(checked.marks),
        found_by=work.actor.id,
        found_at=work.now,
    )
    work.session.add(found)
    _end_draft(work.session, checked)
    work.session.flush()
    record(
        work,
        "scan.blackened",
        "scan",
        row.id,
        household_id=row.household_id,
        kind=kind.value,
        places=found.places,
    )
    return found


def _replace(work: Work, row: Scan, checked: CheckedScan) -> None:
    key, wrapped = work.vault.new_data_key()
    digest = work.vault.blind("scan", checked.data, 32)
    row.media_type, row.size, row.digest = checked.media_type, len(checked.data), digest
    row.wrapped_key, row.sealed = wrapped, seal(key, checked.data, b"scan:" + digest)


def _check(checked: CheckedScan) -> None:
    if not checked.marks:
        raise InputError(_s("黒く塗るところを選んでください。"))
    if checked.black > MOST_BLACK:
        raise InputError(_s("ページの3割より多くは塗れません。番号のところだけを塗ってください。"))


def _end_draft(session: Session, checked: CheckedScan) -> None:
    draft = session.get(ScanDraft, checked.draft_id) if checked.draft_id is not None else None
    if draft is not None:
        session.delete(draft)


def blackened_later(session: Session) -> int:
    """Return how often a number was found later on a stored scan, as the ward's report says."""
    return session.scalar(select(func.count(ScanFinding.id))) or 0
