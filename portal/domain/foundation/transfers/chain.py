"""Whether the chain of hand-overs is whole; where it is broken, nothing is printed or paid."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import ConflictError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.kinds import RULES, Stopped, TransferKind
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.states import OPEN
from portal.domain.foundation.transfers.words import next_step, title

NAMED = 3
"""How many open hand-overs a refusal names; the page shows all."""


def open_transfers(session: Session, stopped: Stopped | None = None) -> Sequence[FileTransfer]:
    """Return the hand-overs that break the chain, or those that stop one thing; oldest first."""
    statement = select(FileTransfer).where(FileTransfer.state.in_(OPEN))
    if stopped is not None:
        kinds = [kind.value for kind in TransferKind if stopped in RULES[kind].stops]
        statement = statement.where(FileTransfer.kind.in_(kinds))
    return session.scalars(statement.order_by(FileTransfer.id)).all()


def require_whole_chain(session: Session, stopped: Stopped) -> None:
    """Refuse to print or to pay while a hand-over is open.

    Raises:
        ConflictError: with what is open and the next step of each (code ``chain_broken``).
    """
    rows = open_transfers(session, stopped)
    if not rows:
        return
    lines = "".join(f"\n- {title(row)}: {next_step(row)}" for row in rows[:NAMED])
    raise ConflictError(
        _s(
            "データの受け渡しが%(n)d件、終わっていません。終わるまで、%(what)sはできません。"
            "「データの受け渡し」の画面で確かめてください。%(lines)s"
        )
        % {"n": len(rows), "what": stopped.label, "lines": lines},
        code="chain_broken",
    )
