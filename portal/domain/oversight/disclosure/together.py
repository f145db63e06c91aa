"""The steps of a request as commands take them: two people of the ward at one terminal.

For a ward whose pages are away. Each step is that of the page, with what it checks and records.
"""

from msgspec import Struct
from sqlalchemy import select

from portal.domain.foundation.approvals.services import Instruction
from portal.domain.foundation.errors import InputError, NotAllowedError, WrongStateError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.disclosure import steps
from portal.domain.oversight.disclosure.answering import Drawn, draw_decided
from portal.domain.oversight.disclosure.case import Words, words_of
from portal.domain.oversight.disclosure.extract import Order
from portal.domain.oversight.disclosure.searching import Found
from portal.domain.oversight.disclosure.seen import found_by, searched
from portal.domain.oversight.registers.kinds import RegisterKind
from portal.domain.oversight.registers.models import PersonRequest
from portal.domain.oversight.registers.person_requests import OUTCOMES, Outcome, Wanted
from portal.domain.oversight.registers.services import require_waiting
from portal.domain.oversight.registers.states import PERSON_REQUEST, PersonRequestState
from portal.domain.people.households.queries import household_id_of

DECIDED = (PersonRequestState.DECIDED, PersonRequestState.CARRIED_OUT)


class Pair(Struct, frozen=True):
    """Two people of the ward who proved to be there, each with the work of one transaction."""

    first: Work
    second: Work


def search_together(pair: Pair, entry_id: int, numbers: tuple[str, str], kind: str) -> Found | None:
    """Search for whom a request is about; each of the two typed the number from the paper.

    ``entry_id`` is the number in the register; ``kind`` says what is wanted where the steps have
    not begun. What one person typed on the page and nobody followed is turned down. None where
    nobody has this number.

    Raises:
        NotAllowedError: one of the two does not answer requests, or both are one person.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: a number is missing, they differ (code ``number``), or no ``kind``.
    """
    row = _begun(pair.first, entry_id) or steps.begin(pair.first, entry_id, kind)
    if row.state == PersonRequestState.SEARCH_ASKED:
        steps.turn_down(pair.first, row.id)
    steps.ask_search(pair.first, row.id, numbers[0])
    steps.search(pair.second, row.id, numbers[1])
    return found_by(pair.first, row)


def draw_together(pair: Pair, order: Order, decided_on: Instruction, place: str) -> Drawn:
    """Decide on an extract and draw it in one step, as the two who searched for the family.

    What was decided already is drawn as it was decided, again if its file was lost. The look of the
    second person at what was found is on record since the search; the order stands in the command
    that they confirm.

    Raises:
        NotAllowedError: one of the two did not search, or was not shown what was found.
        NotFoundError, WrongStateError: there is no such request, or it is elsewhere.
        InputError: another family than was found, another order than was decided on, or an order
            that cannot be.
        ConflictError: the family is under protection and the decision does not speak of it.
    """
    row = _begun(pair.first, order.request)
    if row is None:
        raise WrongStateError(_s("先に、ふたりで世帯をさがしてください。"))
    if Outcome.TELL not in OUTCOMES[Wanted(row.kind)]:
        raise WrongStateError(_s("この請求では、抄本を作ることになっていません。"))
    if row.state in DECIDED:
        _require_as_decided(pair.first, row, order)
    else:
        _decide(pair, row, order, decided_on)
    return draw_decided(pair.first, row.id, place)


def _begun(work: Work, entry_id: int) -> PersonRequest | None:
    """Return the steps of an open request, if they have begun."""
    require_waiting(work, entry_id, RegisterKind.DISCLOSURE)
    return work.session.scalar(select(PersonRequest).where(PersonRequest.entry_id == entry_id))


def _decide(pair: Pair, row: PersonRequest, order: Order, decided_on: Instruction) -> None:
    PERSON_REQUEST.next(row.state, "propose")
    _require_found(pair.first, row, order)
    if not all(searched(row, work.actor.id) for work in (pair.first, pair.second)):
        raise NotAllowedError(_s("コマンドで抄本を作るのは、さがしたふたりです。"))
    steps.propose(pair.first, row.id, steps.Proposal(Outcome.TELL.value, decided_on, _words(order)))
    steps.confirm(pair.second, row.id, shown_since="search")


def _require_found(work: Work, row: PersonRequest, order: Order) -> None:
    if row.household_id is None or household_id_of(work, order.household) != row.household_id:
        raise InputError(_s("ふたりでさがした世帯の番号と違います。"), code="household")


def _require_as_decided(work: Work, row: PersonRequest, order: Order) -> None:
    _require_found(work, row, order)
    same = _compared(words_of(work, row)) == _compared(_words(order))
    if not same or row.decision_no != order.decision.strip():
        raise InputError(
            _s("決まったことと違います。決まったとおりに指定するか、画面で決め直してください。")
        )


def _compared(words: Words) -> tuple[object, ...]:
    lists = (words.persons, words.reserved, words.read, words.black)
    return (*map(frozenset, lists), words.protection_considered)


def _words(order: Order) -> Words:
    return Words(
        persons=tuple(sorted(order.persons)),
        reserved=tuple(sorted(order.reserved)),
        read=tuple(sorted(order.read)),
        black=order.words,
        protection_considered=order.protection_considered,
    )
