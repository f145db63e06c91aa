"""Hand the extract over: a numbered copy with a last day, and a sheet that waits for a receipt."""

import hashlib
from datetime import timedelta

from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Figures
from portal.domain.foundation.transfers.kinds import TransferKind
from portal.domain.foundation.transfers.services import send_out
from portal.domain.foundation.transfers.sheets import Departure
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.kinds import CopyKind
from portal.domain.oversight.copies.models import DataCopy
from portal.domain.oversight.copies.services import OWNER_MAX, NewCopy, last_day, register
from portal.domain.oversight.copies.services import SUBJECT as COPY

KEPT = timedelta(days=31)
"""How long the file may exist, unless the contract ends before."""


def hand_over(work: Work, request: int, place: str, pdf: bytes) -> DataCopy:
    """Number the extract as a copy of the ward's, and open its hand-over sheet.

    ``place`` is where it is written. The sheet names it by its request, as whoever answers for
    hand-overs may not know about whom it is.
    """
    ward, digest = work.program.names.ward.ja, hashlib.sha256(pdf).hexdigest()
    copy = register(
        work,
        NewCopy(
            kind=CopyKind.EXPORT,
            place=place,
            owner=ward[:OWNER_MAX],
            purpose=_s("開示の請求 %(request)d の抄本") % {"request": request},
            until=last_day(work, KEPT),
            sha256=digest,
            size=len(pdf),
        ),
    )
    name = f"disclosure-{request}.pdf"
    figures = Figures(rows=1, sha256=digest)
    send_out(work, Departure(TransferKind.DISCLOSURE, name, ward, figures, COPY, copy.id))
    return copy
