"""A program year played from the extract to the day after the last use."""

from tests.support.year.mail import (
    miscount,
    report_first_letters,
    send_again,
    send_letters,
    take_back,
)
from tests.support.year.mishaps import hold_and_exclude
from tests.support.year.requests import decline_early, deliver_alternatives
from tests.support.year.spending import spend
from tests.support.year.ward_in_year import Year


def play(year: Year) -> None:
    """Play every step; each commits by itself."""
    year.begin()
    decline_early(year)
    send_letters(year)
    report_first_letters(year)
    take_back(year)
    miscount(year)
    send_again(year)
    hold_and_exclude(year)
    deliver_alternatives(year)
    spend(year)
