"""What follows another search key: every digest by which rows are found, in one transaction.

Killed anywhere, the key of before fits the whole database or the other one does: the fingerprint
that the database knows changes with the digests.
"""

from dataclasses import replace
from functools import partial

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portal.domain.foundation.base import Base
from portal.domain.foundation.errors import WrongStateError
from portal.domain.foundation.program.deployment import deployment, fitting, follow_index
from portal.domain.foundation.program.models import Deployment
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import RULES
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.states import OPEN
from portal.domain.foundation.vault import opening_for_nobody
from portal.domain.foundation.work import Work
from portal.domain.oversight.keys.index_change import Change
from portal.domain.oversight.keys.index_rows import RENEWED
from portal.domain.oversight.keys.sealing_anew import Passed, Progress
from portal.domain.oversight.keys.services import is_rotated, note_rotated, note_sealed_anew

INDEX = "index"
PEOPLE = {"number_digest", "person_digest"}
HOLDERS = {"household", "child", "staged_household", "staged_child"}
"""Tables in which a household or a child is found by a digest and sealed beside it."""


def belongs_to(work: Work) -> bytes:
    """Return the search key by which the rows of this database are found now."""
    known = deployment(work.session)
    return bytes(fitting(known, work.vault).index if known is not None else work.vault.index)


def renew_digests(work: Work, key: bytes, file_name: str, progress: Progress) -> Passed:
    """Make all digests with another search key, of the file that will have this name.

    The caller's transaction is the only one, and nothing else runs.

    Raises:
        WrongStateError: the checksum of a secret file that cannot be made anew is still needed.
        IntegrityFaultError: a digest was not made of what is sealed beside it.
    """
    _check_hand_overs(work.session)
    _check_other_tables(work.session)
    known = work.session.get_one(Deployment, 1)
    before = fitting(known, work.vault)
    before = replace(before, index=bytes(before.index))
    change, rows = Change(before, replace(before, index=key)), 0
    with opening_for_nobody():
        for place, renew in RENEWED.items():
            rows += renew(work.session, change, partial(progress, ".".join(place)))
    follow_index(known, key)
    if not is_rotated(work.session, INDEX, file_name):
        note_rotated(work, INDEX, file_name)
    note_sealed_anew(work, INDEX, len(change.moved))
    work.session.flush()
    return Passed(rows, len(change.moved))


def _check_other_tables(session: Session) -> None:
    """Refuse where a digest stands without its number: of a household that was disposed of."""
    for table in Base.metadata.sorted_tables:
        holds = table.name not in HOLDERS and PEOPLE & set(table.c.keys())
        if holds and session.scalar(select(func.count()).select_from(table)):
            raise WrongStateError(
                _s(
                    "%(table)s の照合値は、元の番号が残っていないため、新しい鍵では"
                    "作りなおせません。何も変わっていません。前の鍵のまま使えます。"
                )
                % {"table": table.name}
            )


def _check_hand_overs(session: Session) -> None:
    """Refuse while a file may come whose checksum is kept only as a digest: it would not fit."""
    secret = [kind for kind, rule in RULES.items() if rule.secret]
    waiting = session.scalars(
        select(FileTransfer.id)
        .where(
            FileTransfer.kind.in_(secret),
            FileTransfer.state.in_(OPEN),
            or_(FileTransfer.sent_sha256.is_not(None), FileTransfer.got_sha256.is_not(None)),
        )
        .order_by(FileTransfer.id)
    ).all()
    if waiting:
        raise WrongStateError(
            _s(
                "終わっていないデータの受け渡し（%(numbers)s）の照合番号は、新しい鍵では"
                "作りなおせません。先に終わらせるか、取り下げてください。何も変わっていません。"
            )
            % {"numbers": "、".join(str(number) for number in waiting)}
        )
