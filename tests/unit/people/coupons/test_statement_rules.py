"""Every state of a code against everything that an issuer can say about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.foundation.errors import WrongStateError
from portal.domain.people.coupons.statement_layout import IssuerStatus
from portal.domain.people.coupons.statement_rules import DifferenceKind, Ours, judge
from portal.domain.people.coupons.states import ALL, COUPON, DIFFERENCE

FACE = 30_000


@given(
    state=st.sampled_from(ALL),
    status=st.sampled_from(tuple(IssuerStatus)),
    seen=st.booleans(),
    free=st.booleans(),
    before=st.integers(0, FACE),
    used=st.integers(0, FACE),
)
def test_every_verdict_is_a_possible_walk_or_a_known_difference(
    state: str, status: str, before: int, used: int, *, seen: bool, free: bool
) -> None:
    verdict = judge(Ours(state, seen, before, FACE, free), status, used)
    assert verdict.difference is None or verdict.difference in tuple(DifferenceKind)
    assert not (verdict.steps and verdict.difference)
    for step in verdict.steps:
        state = COUPON.next(state, step)


@given(
    status=st.sampled_from(tuple(IssuerStatus)),
    used=st.integers(1, FACE),
    state=st.sampled_from(("stock", "assigned", "suspended", "voided")),
)
def test_money_spent_where_nobody_could_is_never_passed_over(
    status: str, used: int, state: str
) -> None:
    assert (
        judge(Ours(state, seen=True, used_yen=0, face_yen=FACE, free=True), status, used).difference
        is not None
    )


@pytest.mark.parametrize("state", ["part_used", "exchanged", "voided", "stop_requested"])
def test_less_than_the_issuer_said_before_is_always_looked_at(state: str) -> None:
    ours = Ours(state, seen=True, used_yen=20_000, face_yen=FACE, free=True)
    assert judge(ours, IssuerStatus.PART_USED, 19_999).difference == DifferenceKind.LESS_THAN_BEFORE


@pytest.mark.parametrize("state", ["open", "settled", "gone"])
@pytest.mark.parametrize("action", ["settle", "vanish"])
def test_a_difference_ends_once(state: str, action: str) -> None:
    if state == "open":
        assert DIFFERENCE.next(state, action) in {"settled", "gone"}
    else:
        with pytest.raises(WrongStateError):
            DIFFERENCE.next(state, action)
