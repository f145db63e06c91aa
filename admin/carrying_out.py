"""Carry out a staff form once, however often it is sent."""

from collections.abc import Callable

from admin.access import first_post
from admin.page import Page, StaffWho
from portal.platform.carrying_out import Again, carry_out
from portal.platform.http.answer import Reply


def carry_out_once(
    page: Page,
    service: Callable[[], object],
    done: str | Callable[[], Reply],
    again: Again[StaffWho],
) -> Reply:
    """Run a service for the first of equal forms; the others get the same answer.

    The claim is made with the service: after a refusal the same form may be sent again.

    Raises:
        DomainError: a refusal that ``again`` does not show.
    """

    def once() -> None:
        if first_post(page):
            service()

    return carry_out(page, once, done, again)
