"""Show the pictures of a proof to those who may see them, and record every view."""

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.vault import unseal
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.kinds import kind_of
from portal.domain.letters.letters.states import LetterState
from portal.domain.mailroom.printing.proofs.making import SUBJECT, live_proof, page_context
from portal.domain.mailroom.printing.proofs.models import PrintProof, PrintProofPage
from portal.domain.mailroom.printing.proofs.states import SampleReason
from portal.domain.mailroom.printing.runs.queries import stopped
from portal.domain.people.households.models import Household


class ShownPage(Struct, frozen=True):
    """One letter of a proof for one reader; ``shown`` is whether they may see its picture."""

    id: int
    letter_number: str
    places: tuple[str, ...]
    shown: bool

    @property
    def reasons(self) -> str:
        """The reasons why the letter was chosen, for staff."""
        return "・".join(dict.fromkeys(label_of(SampleReason, code) for code in self.places))


def pages_of(session: Session, proof: PrintProof, *, include_protected: bool) -> list[ShownPage]:
    """Return the letters of a proof that a reader may see.

    Letters that were or must be taken out have no picture. Readers who may see protected households
    see every picture, including those of letters for the ward's counter.
    """
    kind = kind_of(session, proof.print_run_id)
    letters = kind.table
    rows = session.execute(
        select(
            PrintProofPage.id,
            PrintProofPage.places,
            PrintProofPage.sealed.is_not(None),
            letters.number,
            letters.state,
            kind.counter,
            stopped(kind),
        )
        .join(
            letters,
            letters.id == func.coalesce(PrintProofPage.letter_id, PrintProofPage.bare_letter_id),
        )
        .join(Household, Household.id == letters.household_id)
        .where(PrintProofPage.print_proof_id == proof.id)
        .order_by(PrintProofPage.id)
    )
    return [
        ShownPage(
            key,
            number,
            tuple(places),
            there and (include_protected or (state == LetterState.PRINTED and not stays)),
        )
        for key, places, there, number, state, counter, stays in rows
        if include_protected or not (counter or SampleReason.COUNTER in places)
    ]


def open_picture(work: Work, run_id: int, page_id: int, *, include_protected: bool) -> bytes:
    """Return the picture of a letter and record who viewed it.

    Raises:
        NotFoundError: there is no such picture, or none that the actor may see.
    """
    proof = live_proof(work.session, run_id)
    seen = (
        pages_of(work.session, proof, include_protected=include_protected)
        if proof is not None
        else []
    )
    page = (
        work.session.get(PrintProofPage, page_id)
        if any(one.id == page_id and one.shown for one in seen)
        else None
    )
    if proof is None or page is None or page.sealed is None:
        raise NotFoundError(_s("この校正刷りは見つかりませんでした。"))
    kind, key = kind_of(work.session, run_id), page.letter_id or page.bare_letter_id
    household = work.session.scalar(select(kind.table.household_id).where(kind.table.id == key))
    record(
        work,
        "print_proof.viewed",
        SUBJECT,
        proof.id,
        household_id=household,
        kind=kind.subject,
        letter=key,
    )
    return unseal(work.vault.unwrap(proof.wrapped_key), page.sealed, page_context(page.id))
