"""Closing the settlement: an officer proposes it, a person of the ward confirms it.

Closing gives every child its final state, freezes one line per child and signs the whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from portal.domain.foundation.approvals.models import Approval
from portal.domain.foundation.approvals.queries import open_of_kind
from portal.domain.foundation.approvals.services import confirm, propose
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.sentences import together
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.settlement.blockers import blockers
from portal.domain.oversight.settlement.counting import children
from portal.domain.oversight.settlement.ending import ACTION_TO, ending, split
from portal.domain.oversight.settlement.figures import Figures, Sum, figures
from portal.domain.oversight.settlement.models import Settlement, SettlementLine
from portal.domain.oversight.settlement.signing import Checksum, is_signed, sign
from portal.domain.oversight.settlement.states import SettledState
from portal.domain.people.coupons.differences import latest_day
from portal.domain.people.coupons.services import expire
from portal.domain.people.entitlements.services import change_many
from portal.domain.people.entitlements.states import FINAL

CLOSE, SUBJECT = "close_settlement", "settlement"
AT_ONCE = 1_000
CLOSE_LOCK = 0x5E771E
COLUMNS = (
    "entitlement_id",
    "household_id",
    "state",
    "amount_yen",
    "used_yen",
    "lapsed_yen",
    "alternative_yen",
    "unspent_yen",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a closed settlement still equals what was signed.

    Attributes:
        lines_untouched: The frozen lines still give the stored checksum.
        signature_fits: The signature is valid for the stored checksum.
        states_unchanged: Today's states of all children give the same checksum.
    """

    lines_untouched: bool
    signature_fits: bool
    states_unchanged: bool

    @property
    def good(self) -> bool:
        """Whether nothing was changed."""
        return self.lines_untouched and self.signature_fits and self.states_unchanged


def proposal(session: Session) -> Approval | None:
    """Return the open proposal to close."""
    return next(iter(open_of_kind(session, CLOSE)), None)


def propose_closing(work: Work) -> Approval:
    """Propose to close the settlement; the ward confirms with ``confirm_closing``.

    Raises:
        ConflictError: something prevents closing; the message says what.
        NotAllowedError: the actor has no account.
    """
    _refuse_blocked(work, figures(work))
    return propose(work, CLOSE, SUBJECT, None)


def confirm_closing(work: Work) -> Settlement:
    """Confirm another person's proposal, give every open child its final state, and sign it all.

    Raises:
        NotFoundError: there is no open proposal.
        ConflictError: something prevents closing by now; the message says what.
        NotAllowedError: the actor made the proposal, or neither of the two is of the ward.
    """
    # SQLite has one writer anyway; on PostgreSQL two confirmations wait for each other here.
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CLOSE_LOCK})
    waiting = proposal(work.session)
    if waiting is None:
        raise NotFoundError(_s("清算を締める提案がありません。先に、もう1人が提案してください。"))
    _refuse_blocked(work, figures(work))
    approval = confirm(work, waiting.id, ward_needed=True)
    expire(work)
    _end_all(work)
    return _freeze(work, approval)


def _refuse_blocked(work: Work, found: Figures) -> None:
    in_the_way = blockers(work, found)
    if in_the_way:
        sentences = together(reason.sentence(count) for reason, count in in_the_way.items())
        raise ConflictError(
            _s("まだ締められません。%(reasons)s") % {"reasons": sentences}, code="blocked"
        )


def _end_all(work: Work) -> None:
    ends: dict[SettledState, list[int]] = {}
    for line in children(work.session, work.program.delivered_means):
        state = ending(line.facts)
        if state is not None and line.facts.state not in FINAL:
            ends.setdefault(state, []).append(line.entitlement_id)
    for state, keys in sorted(ends.items()):
        change_many(work, keys, ACTION_TO[state], by="settlement")


def _rows(work: Work) -> Iterator[tuple[int, int, str, int, int, int, int, int]]:
    for line in children(work.session, work.program.delivered_means):
        facts = line.facts
        yen = split(facts.state, facts.amount_yen, facts.used_yen)
        yield (
            line.entitlement_id,
            line.household_id,
            facts.state,
            facts.amount_yen,
            yen.used,
            yen.lapsed,
            yen.alternative,
            yen.unspent,
        )


def _freeze(work: Work, approval: Approval) -> Settlement:
    found, checksum = figures(work).frozen(), Checksum()
    row = Settlement(
        approval_id=approval.id,
        program=work.program.name,
        statement_day=latest_day(work.session),
        figures=found,
        checksum="",
        signature=b"",
        public_key=b"",
        closed_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    waiting: list[dict[str, int | str]] = []
    for cells in _rows(work):
        checksum.add(cells)
        waiting.append(dict(zip(COLUMNS, cells, strict=True), settlement_id=row.id))
        if len(waiting) == AT_ONCE:
            work.session.execute(insert(SettlementLine), waiting)
            waiting = []
    if waiting:
        work.session.execute(insert(SettlementLine), waiting)
    row.checksum = checksum.finish(found)
    row.signature, row.public_key = sign(work.vault, row.checksum)
    record(
        work,
        "settlement.closed",
        SUBJECT,
        row.id,
        children=found["total"]["children"],
        yen=found["total"]["amount_yen"],
        checksum=row.checksum,
    )
    work.session.flush()
    return row


def closed(session: Session) -> Settlement | None:
    """Return the closed settlement, or None while it is not closed."""
    return session.scalar(select(Settlement).order_by(Settlement.id.desc()).limit(1))


def current_figures(work: Work) -> Figures:
    """Return the figures as of now; after the closing, with the final states that were signed.

    Mail comes back after the closing, too: whose letter came is what was known then.
    """
    found, row = figures(work), closed(work.session)
    if row is None:
        return found
    kept = row.figures["by_state"]
    return replace(found, by_state={state: Sum(**kept.get(state, {})) for state in SettledState})


def lines(session: Session, settlement_id: int) -> Iterator[tuple[int | str, ...]]:
    """Yield the frozen lines ordered by entitlement; the cells are those of ``COLUMNS``."""
    statement = (
        select(*(getattr(SettlementLine, name) for name in COLUMNS))
        .where(SettlementLine.settlement_id == settlement_id)
        .order_by(SettlementLine.entitlement_id)
        .execution_options(yield_per=AT_ONCE)
    )
    for row in session.execute(statement):
        yield tuple(row)


def verify(work: Work, row: Settlement) -> Verdict:
    """Check a closed settlement against its signature and against the children's states today."""
    kept, today = Checksum(), Checksum()
    for cells in lines(work.session, row.id):
        kept.add(cells)
    for cells in _rows(work):
        today.add(cells)
    untouched = kept.finish(row.figures) == row.checksum
    return Verdict(
        untouched,
        is_signed(row.checksum, row.signature, row.public_key),
        today.finish(row.figures) == row.checksum,
    )
