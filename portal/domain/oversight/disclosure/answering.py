"""Draw the extract that two people decided on, and hand it over as a numbered copy."""

from typing import NamedTuple

from portal.domain.foundation.clock import JST
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.disclosure.case import locked
from portal.domain.oversight.disclosure.extract import draw
from portal.domain.oversight.disclosure.handing_over import hand_over
from portal.domain.oversight.disclosure.steps import extract_made, order_of
from portal.domain.oversight.reports.outputs import as_pdf
from portal.domain.people.households.large_print import large_print_of


class Drawn(NamedTuple):
    """The extract as it leaves; ``copy`` is its number as a copy."""

    name: str
    body: bytes
    copy: int


def draw_decided(work: Work, request_id: int, place: str = "") -> Drawn:
    """Return the extract of a request, numbered and waiting for the ward's receipt.

    ``place`` is where it is written, by default whatever a browser does with it.

    It is in large print where the family wants that. Whether the family is under protection is
    looked at now. Drawn again, it is another copy.

    Raises:
        NotAllowedError: the actor is none of the two who decided, or one of them may not any more.
        NotFoundError, WrongStateError: there is no such request, or no extract was decided on.
        InputError: a person or record that was decided on is not there.
        ConflictError: the family is under protection and the decision does not speak of it.
    """
    row = locked(work, request_id)
    order, other = order_of(work, row)
    home = row.household_id
    large = home is not None and large_print_of(work.session, home) is not None
    body = as_pdf(draw(work, order, other), work.now.astimezone(JST), large=large)
    from_page = _s("画面「本人からの請求」から受け取ったファイル")
    copy = hand_over(work, row.entry_id, place or from_page, body)
    extract_made(work, row, copy.id)
    return Drawn(f"disclosure-{row.entry_id}.pdf", body, copy.id)
