"""Entries of additions and changes of recipient: proposed with the entry, decided by two people."""

from portal.domain.foundation.actors import Actor
from portal.domain.foundation.approvals.services import Instruction, propose
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.requests.recipients.newcomer import of_ward
from portal.domain.requests.requests.deciders import ACCEPT, Deciders
from portal.domain.requests.requests.models import Request, Scan


def deciders_of(_work: Work, _row: Request) -> Deciders:
    """Return who accepts an addition or a change: always two people, with the ward's agreement."""
    return Deciders.WARD_AND_ANOTHER


def propose_request(work: Work, row: Request, instruction: Instruction | None) -> None:
    """Make the entry of a request the proposal that a second person confirms."""
    propose(work, ACCEPT, "request", row.id, instruction=instruction)
    work.session.flush()


def place_scan(work: Work, row: Request, scan_id: int | None, household_id: int | None) -> None:
    """Put the scan of a request with the household that it is about, if that is known.

    Only those who may know of the request may see it, and it goes when the household is disposed
    of: nothing else than what is sealed in the request names it.
    """
    if scan_id is not None:
        scan = work.session.get_one(Scan, scan_id)
        scan.ward_only, scan.household_id = row.ward_only, household_id
        work.session.flush()


def refuse_stranger(row: Request, actor: Actor, *, closed: bool = False) -> None:
    """Refuse an actor who may not know of a request of the ward only, or of any (``closed``).

    Raises NotFoundError.
    """
    if (closed or row.ward_only) and not of_ward(actor):
        raise NotFoundError(_s("この申請は見つかりませんでした。"))
