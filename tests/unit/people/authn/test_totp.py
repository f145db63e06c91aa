"""The clock of a telephone may be one step off, no more."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from portal.domain.people.authn.totp import App
from portal.domain.people.authn.typed_code import CodeAnswer

NOW = datetime(2023, 8, 1, 3, 0, 10, tzinfo=UTC)
SECRET = pyotp.random_base32(32)


@pytest.mark.parametrize(
    ("steps", "answer"),
    [
        (-2, CodeAnswer.WRONG),
        (-1, CodeAnswer.RIGHT),
        (0, CodeAnswer.RIGHT),
        (1, CodeAnswer.RIGHT),
        (2, CodeAnswer.WRONG),
    ],
)
@pytest.mark.asvs("6.5.5")
def test_a_code_counts_one_step_before_and_after_its_own(steps: int, answer: CodeAnswer) -> None:
    shown = pyotp.TOTP(SECRET).at(NOW + timedelta(seconds=30 * steps))
    assert App(SECRET, None).check(shown, NOW)[0] is answer


def test_a_step_that_was_used_is_used_up_with_those_before_it() -> None:
    shown = pyotp.TOTP(SECRET).at(NOW)
    _, step = App(SECRET, None).check(shown, NOW)
    assert App(SECRET, step).check(shown, NOW)[0] is CodeAnswer.USED
