"""Which request may claim a child: none beside another; a child in transfer says so."""

from dataclasses import dataclass

import pytest

from portal.domain.foundation.errors import ConflictError
from portal.domain.people.entitlements.claims import DECLINE, RECIPIENT_CHANGE, refuse_claimed


@dataclass
class Row:
    id: int = 1
    state: str = "in_progress"
    claimed_by: str | None = None
    claim_id: int | None = None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Row(claimed_by=DECLINE, claim_id=5), "claimed"),
        (Row(claimed_by=RECIPIENT_CHANGE, claim_id=5), "under_confirmation"),
        (Row(state="declined"), ConflictError.code),
    ],
)
def test_what_is_claimed_or_decided_is_refused(row: Row, code: str) -> None:
    with pytest.raises(ConflictError) as refused:
        refuse_claimed([row], [1], 6)
    assert refused.value.code == code


def test_a_request_may_claim_again_what_it_claimed_itself() -> None:
    refuse_claimed([Row(claimed_by=DECLINE, claim_id=6)], [1], 6)
    refuse_claimed([Row()], [1], None)


def test_a_child_of_another_household_is_refused() -> None:
    with pytest.raises(ConflictError):
        refuse_claimed([], [1], 6)
