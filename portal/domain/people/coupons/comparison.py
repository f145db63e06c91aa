"""Compare an issuer's statement with our records, row by row, before anything is written."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol, TypedDict

from portal.domain.foundation.clock import last_day_before
from portal.domain.people.coupons.statement_file import StatementRow
from portal.domain.people.coupons.statement_rules import DifferenceKind, Ours, Verdict, judge
from portal.domain.people.coupons.states import COUPON, DIFFERENCE
from portal.domain.people.entitlements.states import ENTITLEMENT


class Step(NamedTuple):
    """A step of the coupon's state machine, and the state that it leaves."""

    action: str
    before: str


class NewDifference(TypedDict):
    """The columns of a stored difference that depend on nothing but the comparison."""

    coupon_id: int | None
    line: int
    kind: str
    ours: str
    theirs: str
    used_yen: int
    yen: int
    state: str


class StoredCode(Protocol):
    """A code as stored, with the entitlement that it belongs to."""

    @property
    def id(self) -> int: ...  # noqa: D102  (a column of a table)
    @property
    def state(self) -> str: ...  # noqa: D102  (a column of a table)
    @property
    def revealed_at(self) -> datetime | None: ...  # noqa: D102  (a column of a table)
    @property
    def used_yen(self) -> int: ...  # noqa: D102  (a column of a table)
    @property
    def face_yen(self) -> int: ...  # noqa: D102  (a column of a table)
    @property
    def issuer_as_of(self) -> date | None: ...  # noqa: D102  (a column of a table)
    @property
    def entitlement_id(self) -> int | None: ...  # noqa: D102  (a column of a table)
    @property
    def right(self) -> str | None: ...  # noqa: D102  (a column of a table)
    @property
    def claimed_by(self) -> str | None: ...  # noqa: D102  (a column of a table)
    @property
    def household_id(self) -> int | None: ...  # noqa: D102  (a column of a table)
    @property
    def exchange_end(self) -> datetime: ...  # noqa: D102  (a column of a table)
    @property
    def use_end(self) -> datetime: ...  # noqa: D102  (a column of a table)


@dataclass(slots=True)
class Tally:
    """What the rows of a statement amount to, collected before anything is written."""

    as_of: date
    reported: dict[tuple[int, str], list[int]] = field(default_factory=dict)
    agreed: list[int] = field(default_factory=list)
    steps: dict[Step, list[tuple[int, int | None]]] = field(default_factory=dict)
    exchanged: list[int] = field(default_factory=list)
    differences: list[NewDifference] = field(default_factory=list)
    older: int = 0
    used_yen: int = 0
    claimed_yen: int = 0

    def compare(self, row: StatementRow, coupon: StoredCode | None) -> None:
        """Compare a row with the code that it names; None if we have no such code."""
        self.claimed_yen += row.claimed(coupon.face_yen if coupon is not None else 0)
        if coupon is None:
            self.differences.append(_unknown(row))
            return
        if coupon.issuer_as_of is not None and coupon.issuer_as_of > self.as_of:
            self.older += 1
            return
        used = row.used_of(coupon.face_yen)
        if used is None:
            self._differ(row, coupon, DifferenceKind.CONTRADICTION)
            return
        verdict = judge(_ours(coupon, used, self.as_of), row.status, used)
        self.used_yen += used
        self.reported.setdefault((used, row.status), []).append(coupon.id)
        self._take_steps(coupon, verdict)
        if verdict.difference is not None:
            self._differ(row, coupon, verdict.difference)
        else:
            self.agreed.append(coupon.id)

    def miss(self, coupon_id: int, state: str, face_yen: int) -> None:
        """Note a code of this issuer that a complete statement does not name."""
        self.differences.append(
            {
                "coupon_id": coupon_id,
                "line": 0,
                "kind": DifferenceKind.MISSING,
                "ours": state,
                "theirs": "",
                "used_yen": 0,
                "yen": face_yen,
                "state": DIFFERENCE.initial,
            }
        )

    def _take_steps(self, coupon: StoredCode, verdict: Verdict) -> None:
        state = coupon.state
        for action in verdict.steps:
            subject = (coupon.id, coupon.household_id)
            self.steps.setdefault(Step(action, state), []).append(subject)
            state = COUPON.next(state, action)
        if "import_full" in verdict.steps and coupon.entitlement_id is not None:
            self.exchanged.append(coupon.entitlement_id)

    def _differ(self, row: StatementRow, coupon: StoredCode, kind: DifferenceKind) -> None:
        claimed = row.claimed(coupon.face_yen)
        early = kind is DifferenceKind.ENDED_EARLY
        self.differences.append(
            {
                "coupon_id": coupon.id,
                "line": row.line,
                "kind": kind,
                "ours": coupon.state,
                "theirs": row.status,
                "used_yen": claimed,
                "yen": coupon.face_yen - claimed if early else claimed,
                "state": DIFFERENCE.initial,
            }
        )

    @property
    def difference_counts(self) -> dict[str, int]:
        """How many differences of each kind there are."""
        return dict(Counter(str(one["kind"]) for one in self.differences))

    @property
    def step_counts(self) -> dict[str, int]:
        """How many codes take each step."""
        counts: Counter[str] = Counter()
        for step, subjects in self.steps.items():
            counts[step.action] += len(subjects)
        return dict(counts)

    @property
    def difference_yen(self) -> dict[str, int]:
        """How many yen are at stake in the differences of each kind."""
        sums: Counter[str] = Counter()
        for one in self.differences:
            sums[str(one["kind"])] += one["yen"]
        return dict(sums)


def _ours(coupon: StoredCode, used_yen: int, as_of: date) -> Ours:
    free = coupon.right == ENTITLEMENT.initial and coupon.claimed_by is None
    seen = coupon.revealed_at is not None
    end = coupon.use_end if used_yen else coupon.exchange_end
    over = as_of >= last_day_before(end)
    return Ours(coupon.state, seen, coupon.used_yen, coupon.face_yen, free, over)


def _unknown(row: StatementRow) -> NewDifference:
    return {
        "coupon_id": None,
        "line": row.line,
        "kind": DifferenceKind.UNKNOWN_CODE,
        "ours": "",
        "theirs": row.status,
        "used_yen": row.claimed(0),
        "yen": row.claimed(0),
        "state": DIFFERENCE.initial,
    }
