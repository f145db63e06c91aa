"""Manage the addresses of staff for test postings.

They are entered by an officer, must be printable, and are erased when removed.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import InputError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.typed import folded, postal_code
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.drawing.barcode import customer_bars
from portal.domain.letters.letters.models import TestAddress
from portal.domain.letters.letters.states import TEST_ADDRESS
from portal.domain.mailroom.printing.runs.recipients.addressees import Addressee
from portal.domain.mailroom.printing.runs.recipients.preflight import AddresseeChecks, WindowPart

SUBJECT = TEST_ADDRESS.name
MOST = 100
LONGEST = 60


@dataclass(frozen=True, slots=True)
class StaffAddress:
    """The address of a member of the staff who receives test postings."""

    name: str = field(repr=False)
    postal_code: str = field(repr=False)
    line: str = field(repr=False)
    building: str = field(repr=False, default="")

    @property
    def addressee(self) -> Addressee:
        """The address window of a letter to this address."""
        lines = tuple(line for line in (self.line, self.building) if line)
        return Addressee(
            "", self.name, self.postal_code, lines, customer_bars(self.postal_code, " ".join(lines))
        )


def read_address(name: str, postal: str, line: str, building: str) -> StaffAddress:
    """Parse an address.

    Raises:
        InputError: something is missing or too long; ``code`` names the field.
    """
    typed = {"name": folded(name), "line": folded(line), "building": folded(building)}
    code = postal_code(postal)
    if not typed["name"]:
        raise InputError(_s("受け取る職員の氏名を入力してください。"), code="name")
    if code is None:
        raise InputError(_s("郵便番号を、数字7桁で入力してください。"), code="postal_code")
    if not typed["line"]:
        raise InputError(_s("住所を、都道府県から番地まで入力してください。"), code="line")
    for place, text in typed.items():
        if len(text) > LONGEST:
            raise InputError(_s("60文字までで入力してください。"), code=place)
    return StaffAddress(typed["name"], code, typed["line"], typed["building"])


def add(work: Work, address: StaffAddress, *, fonts: tuple[Path, ...] = ()) -> TestAddress:
    """Store an address for test postings.

    Raises:
        InputError: it cannot be printed, or there are too many.
        NotAllowedError: the actor has no account.
    """
    if work.actor.id is None:
        raise NotAllowedError(
            _s("試し送りのあて先を決められるのは、アカウントのある職員だけです。")
        )
    if found := AddresseeChecks(work.program, fonts).findings(0, address.addressee):
        place = "name" if found[0].part is WindowPart.NAME else "line"
        raise InputError(_s("この文字は印刷できないか、封筒の窓に入りません。"), code=place)
    if len(active(work.session)) >= MOST:
        raise InputError(_s("試し送りのあて先は100件までです。"), code="name")
    key, wrapped = work.vault.new_data_key()
    row = TestAddress(wrapped_key=wrapped, created_at=work.now, created_by=work.actor.id)
    work.session.add(row)
    work.session.flush()
    row.sealed = seal_json(key, asdict(address), _context(row.id))
    record(work, f"{SUBJECT}.added", SUBJECT, row.id)
    work.session.flush()
    return row


def remove(work: Work, address_id: int) -> None:
    """Remove an address, and erase its name and address.

    Raises:
        NotFoundError: no address has this key.
        WrongStateError: it was removed before.
    """
    row = work.session.get(TestAddress, address_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFoundError(_s("このあて先は見つかりませんでした。"))
    row.state = TEST_ADDRESS.next(row.state, "remove")
    row.wrapped_key = row.sealed = None
    record(work, f"{SUBJECT}.removed", SUBJECT, row.id)
    work.session.flush()


def active(
    session: Session, ids: Collection[int] | None = None, *, lock: bool = False
) -> list[TestAddress]:
    """Return the active addresses, all or of these keys, in the order of entry."""
    statement = (
        select(TestAddress)
        .where(TestAddress.state == TEST_ADDRESS.initial)
        .order_by(TestAddress.id)
    )
    if ids is not None:
        statement = statement.where(TestAddress.id.in_(ids))
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(statement))


def opened(vault: Vault, row: TestAddress) -> StaffAddress | None:
    """Decrypt an address; None for a removed one. Raises IntegrityFaultError for a wrong key."""
    if row.wrapped_key is None or row.sealed is None:
        return None
    return StaffAddress(**unseal_json(vault.unwrap(row.wrapped_key), row.sealed, _context(row.id)))


def _context(address_id: int) -> str:
    return f"{SUBJECT}:{address_id}"
