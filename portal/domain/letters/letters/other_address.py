"""Another address that the ward ordered in writing for one letter."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from sqlalchemy import select

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.vault import seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter, LetterOrder
from portal.domain.letters.letters.states import LETTER_ORDER, LetterState
from portal.domain.people.households.models import Household


@dataclass(frozen=True, slots=True)
class OtherAddress:
    """An address that the ward ordered in writing for one letter.

    The registered one stays as it is.
    """

    postal_code: str = field(repr=False)
    town: str = field(repr=False)
    street: str = field(repr=False)
    building: str = field(repr=False, default="")


def send_elsewhere(work: Work, row: LetterOrder, address: OtherAddress) -> None:
    """Send an order's letter to an address that the ward ordered in writing.

    The registered address stays.
    """
    wrapped = (
        work.session.scalar(select(Household.wrapped_key).where(Household.id == row.household_id))
        or b""
    )
    row.sealed = seal_json(work.vault.unwrap(wrapped), asdict(address), _context(row.household_id))
    row.changed_at = work.now
    record(work, "letter.order_elsewhere", "letter_order", row.id, household_id=row.household_id)
    work.session.flush()


def other_addresses(
    work: Work, household_ids: Collection[int], *, printed: bool = False
) -> dict[int, OtherAddress]:
    """Return the addresses that open orders name, by household.

    With ``printed`` also those of letters that are printed and not handed over.

    Raises:
        IntegrityFaultError: a wrong key.
    """
    printed_letter = select(Letter.id).where(
        Letter.id == LetterOrder.letter_id, Letter.state == LetterState.PRINTED
    )
    which = printed_letter.exists() if printed else LetterOrder.state == LETTER_ORDER.initial
    rows = work.session.execute(
        select(LetterOrder.household_id, LetterOrder.sealed, Household.wrapped_key)
        .join(Household, Household.id == LetterOrder.household_id)
        .where(
            LetterOrder.household_id.in_(household_ids),
            which,
            LetterOrder.sealed.is_not(None),
        )
    )
    return {
        household_id: OtherAddress(
            **unseal_json(work.vault.unwrap(wrapped), sealed or b"", _context(household_id))
        )
        for household_id, sealed, wrapped in rows
    }


def _context(household_id: int) -> str:
    return f"letter_order:{household_id}"
