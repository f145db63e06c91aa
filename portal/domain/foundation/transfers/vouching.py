"""Who stands for the other side's figures: otherwise one person could enter both sides.

The ward's side is entered or confirmed by an account of the ward, and not by who counted ours. An
issuer, a mail house and the post have no accounts: their figures stand on paper, and if one person
entered both sides, another one compares them with that paper.
"""

from portal.domain.foundation.actors import Organization
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.finding import locked
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.states import TRANSFER
from portal.domain.foundation.work import Work


def stand_for(work: Work, row: FileTransfer) -> None:
    """Note whether whoever enters the other side's figures may stand for them."""
    is_theirs = not row.rule.of_ward or work.actor.organization is Organization.WARD
    row.vouched_by = work.actor.id if is_theirs else None
    row.vouched_at = work.now if row.vouched_by is not None else None


def is_vouched(row: FileTransfer) -> bool:
    """Tell whether somebody else than who counted our side stands for the other side's figures."""
    if row.vouched_by is not None:
        return row.vouched_by != row.counted_by
    return not row.rule.of_ward  # a command without an account, on paper of a company


def action_of(row: FileTransfer) -> str:
    """Return what comparing both sides of a hand-over comes to, as an action of its states."""
    if row.differences:
        return "differ"
    return "match" if is_vouched(row) else "match_one_side"


def may_vouch(work: Work, row: FileTransfer) -> bool:
    """Tell whether the actor may confirm the other side's figures of a one-sided hand-over."""
    actor = work.actor
    if not row.is_one_sided or actor.id is None or actor.id == row.counted_by:
        return False
    return not row.rule.of_ward or actor.organization is Organization.WARD


def vouch(work: Work, transfer_id: int) -> FileTransfer:
    """Confirm the figures that somebody else entered for the other side: both sides agree now.

    Raises:
        NotFoundError: there is no such hand-over.
        WrongStateError: it is not one-sided.
        NotAllowedError: the actor is not of the ward, whose side it is, or counted our side.
    """
    row = locked(work.session, transfer_id)
    after = TRANSFER.next(row.state, "vouch")
    if not may_vouch(work, row):
        raise NotAllowedError(
            _s("区の側の数を確認できるのは、取り込みや送り出しをした人ではない、区の職員だけです。")
            if row.rule.of_ward
            else _s("両方の数を書いた人は、確認できません。ほかの人に頼んでください。")
        )
    row.state, row.vouched_by, row.vouched_at = after, work.actor.id, work.now
    row.ended_at, row.ended_by = work.now, work.actor.id
    work.session.flush()
    record(work, "file_transfer.vouched", "file_transfer", row.id, kind=row.kind)
    return row
