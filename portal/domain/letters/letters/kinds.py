"""The table and states of the letters of a print run, for printing, archives and hand-over."""

from msgspec import Struct
from sqlalchemy import ColumnElement, false, func
from sqlalchemy.orm import Session

from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.states import StateMachine
from portal.domain.foundation.texts import _s
from portal.domain.letters.letters.models import Letter, LetterWithoutId, PrintRun
from portal.domain.letters.letters.states import LETTER, LETTER_WITHOUT_ID


class Kind(Struct, frozen=True):
    """How letters of a kind are stored.

    ``counter`` is the condition for letters that the ward hands over itself. Letters of a run with
    an equal ``addressee`` are for the same people. ``large_print`` is the language of a letter
    in large print, if it is one.
    """

    table: type[Letter] | type[LetterWithoutId]
    machine: StateMachine
    counter: ColumnElement[bool]
    addressee: ColumnElement[int]
    large_print: ColumnElement[str | None]

    @property
    def by_post(self) -> ColumnElement[bool]:
        """The condition for letters that are sent by post."""
        return ~self.counter

    @property
    def subject(self) -> str:
        """The audit log's name for such a letter."""
        return self.machine.name


CREDENTIAL = Kind(
    Letter,
    LETTER,
    Letter.counter.expression,
    Letter.household_id.expression,
    Letter.large_print.expression,
)
WITHOUT_ID = Kind(
    LetterWithoutId,
    LETTER_WITHOUT_ID,
    false(),
    func.coalesce(LetterWithoutId.household_id, -LetterWithoutId.test_address_id),
    LetterWithoutId.large_print.expression,
)
KINDS = (CREDENTIAL, WITHOUT_ID)


def kind_of(session: Session, run_id: int) -> Kind:
    """Return how the letters of a run are stored.

    Raises:
        NotFoundError: no print run has this key.
    """
    run = session.get(PrintRun, run_id)
    if run is None:
        raise NotFoundError(_s("この印刷は見つかりませんでした。"))
    return WITHOUT_ID if run.is_without_id else CREDENTIAL
