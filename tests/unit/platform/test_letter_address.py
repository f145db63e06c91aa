"""The address on the letters is the one that the ward decided, or the self-check says so."""

from dataclasses import replace

import pytest

from portal.domain.foundation.program.loader import load_program
from portal.platform.selfcheck.program import check_program_texts
from portal.platform.selfcheck.subject import Subject
from portal.settings import Settings


@pytest.mark.parametrize(
    ("decided", "named"),
    [
        ("", False),
        ("https://coupon.example.jp", False),
        ("https://kupon.example.jp", True),
    ],
)
def test_letters_that_would_lead_elsewhere_are_an_error(decided: str, named: bool) -> None:
    program = replace(load_program("sample"), resident_url=decided)
    subject = Subject(Settings(public_url="https://coupon.example.jp"), program=program)
    found = {one.name: one for one in check_program_texts(subject)}
    assert ("letter-address" in found) is named
    if named:
        assert "https://kupon.example.jp" in found["letter-address"].sentence
