"""Carry out what a form asks for, or show the form again with the sentence of the refusal."""

from collections.abc import Callable, Collection, Mapping
from typing import Generic

from msgspec import Struct

from portal.domain.foundation.errors import DomainError, InputError
from portal.platform.http.answer import Reply
from portal.platform.page import Page
from portal.platform.who import W

Shows = Callable[[Page[W], int], Reply]
"""Draws a page with the errors of its form, and answers with a status."""


class Again(Struct, Generic[W], frozen=True):
    """How a refusal is shown.

    Attributes:
        shows: Draws the form again.
        field: The field beside which the sentence stands.
        fields: Codes of refusals that are fields themselves, or the field of each code.
        named: Whether the code of every ``InputError`` is the name of a field.
        status: The status of the answer.
        only: The refusals that are shown; others are raised.
        but: Refusals among ``only`` that are raised nevertheless.
    """

    shows: Shows[W]
    field: str
    fields: Collection[str] | Mapping[str, str] = ()
    named: bool = False
    status: int = 422
    only: type[DomainError] | tuple[type[DomainError], ...] = DomainError
    but: type[DomainError] | tuple[type[DomainError], ...] = ()

    def place(self, error: DomainError) -> str:
        """Return the field beside which a refusal stands."""
        if error.code not in self.fields:
            return error.code if self.named and isinstance(error, InputError) else self.field
        fields = self.fields
        return str(fields[error.code]) if isinstance(fields, Mapping) else error.code


def carry_out(
    page: Page[W],
    service: Callable[[], object],
    done: str | Callable[[], Reply],
    again: Again[W],
) -> Reply:
    """Run a service in a savepoint, so that a refusal leaves counters and the form's claim alone.

    Args:
        page: The posted form.
        service: What the form asks for.
        done: The address of the next page, or what makes the answer.
        again: How a refusal is shown.

    Raises:
        DomainError: a refusal that ``again`` does not show.
    """
    try:
        with page.session.begin_nested():
            service()
    except again.but:
        raise
    except again.only as error:
        page.form.error(again.place(error), error.message)
        return again.shows(page, again.status)
    return page.redirect(done) if isinstance(done, str) else done()
