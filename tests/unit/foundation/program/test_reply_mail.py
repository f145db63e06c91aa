"""An approval of 料金受取人払 is held against what the post allows and the program promises."""

import pytest

from tests.unit.foundation.program.conftest import WardFolder

APPROVED = """
[reply_mail]
post_office = "汐風"
approval_no = "1234"
from = 2023-07-01
to = 2024-03-31

[costs]
"""


def with_reply(ward: WardFolder, text: str = APPROVED) -> dict[str, str]:
    return ward.change("\n[costs]\n", text).codes()


def test_an_approval_for_the_whole_program_is_good(ward: WardFolder) -> None:
    ward.change("ordinary = 110\n", "ordinary = 110\nreply_paid = 125\n")
    found = with_reply(ward)
    assert not [code for code in found if code.startswith("reply_")]
    assert ward.load().postage.yen("reply_paid") == 125


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("to = 2024-03-31", "to = 2025-07-02", "reply_validity"),
        ("to = 2024-03-31", "to = 2023-06-30", "reply_validity"),
        ("to = 2024-03-31", "to = 2023-09-30", "reply_ends_early"),
    ],
)
def test_an_approval_too_long_or_too_short_is_an_error(
    ward: WardFolder, old: str, new: str, code: str
) -> None:
    assert with_reply(ward, APPROVED.replace(old, new))[code] == "error"


def test_a_missing_price_or_stamp_is_asked_about(ward: WardFolder) -> None:
    assert with_reply(ward)["reply_price_missing"] == "warning"


def test_an_envelope_that_needs_a_stamp_is_told(ward: WardFolder) -> None:
    ward.change(
        'password_mode = "reusable"', 'password_mode = "reusable"\nenclosures = ["reply_envelope"]'
    )
    assert ward.codes()["reply_without_postage"] == "warning"
