"""The pages of a reply: unsealed, released for printing, and drawn."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.faxes import cover
from portal.domain.contacts.faxes.hidden import is_shown
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.numbers import last_digits
from portal.domain.contacts.faxes.states import UNSENT
from portal.domain.contacts.faxes.wording import LOCALES
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, NotFoundError
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _s
from portal.domain.foundation.vault import Vault, seal_json, unseal_json
from portal.domain.foundation.work import Work
from portal.domain.people.pauses.queries import paused_among


class SheetPart(StrEnum):
    """The parts of a reply that are printed one by one."""

    COVER = "cover"
    """The first page, without personal data."""
    TEXT = "text"


def of_case(session: Session, case_id: int, reply_id: int) -> FaxReply:
    """Return a reply of a case.

    Raises:
        NotFoundError: the case has no such reply, or it is hidden.
    """
    reply = session.scalar(
        select(FaxReply).where(FaxReply.id == reply_id, FaxReply.case_id == case_id, is_shown())
    )
    if reply is None:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    return reply


@dataclass(frozen=True, slots=True)
class Opened:
    """An unsealed reply: the number to dial (``+813…``) and its texts."""

    number: str = field(repr=False)
    words: cover.Words = field(repr=False)


def open_reply(vault: Vault, reply: FaxReply) -> Opened:
    """Unseal a reply's number and texts."""
    found = unseal_json(
        vault.unwrap(reply.wrapped_key), reply.sealed, _context(reply.case_id, reply.wrapped_key)
    )
    parts = [cover.Part(locale, lines) for locale, lines in found["parts"]]
    # replies of a version before are in the usual size
    large = found.get("large", False)
    words = cover.Words(parts, LOCALES[reply.language], found["text"], large)
    return Opened(found["number"], words)


def seal_reply(vault: Vault, case_id: int, opened: Opened) -> tuple[bytes, bytes]:
    """Return a new key, wrapped, and a reply's number and texts sealed under it for its case."""
    key, wrapped = vault.new_data_key()
    words = opened.words
    parts = [[part.locale, list(part.lines)] for part in words.parts]
    sealed = {
        "number": opened.number,
        "text": words.text,
        "parts": parts,
        "large": words.large,
    }
    return wrapped, seal_json(key, sealed, _context(case_id, wrapped))


def _context(case_id: int, wrapped: bytes) -> str:
    return f"fax-reply:{case_id}:{wrapped[:8].hex()}"


@dataclass(frozen=True, slots=True)
class Sheets:
    """A reply released for printing."""

    receipt_no: str
    pages: int
    prepared_at: datetime
    opened: Opened = field(repr=False)


def refuse_paused(session: Session, reply: FaxReply) -> None:
    """Refuse to give out what is needed to send a reply while nothing goes out to its household.

    The words give no reason: the reply can be sent later, or the ward decides otherwise.

    Raises:
        ConflictError: the household of the reply, or of its case, is paused (``later``).
    """
    case = session.get_one(FaxCase, reply.case_id)
    homes = {key for key in (reply.household_id, case.household_id) if key is not None}
    if paused_among(session, homes):
        raise ConflictError(
            _s("この返信は、いまは送れません。時間をおいて、もう一度開いてください。"), code="later"
        )


def take_out(work: Work, reply: FaxReply, part: SheetPart) -> Sheets:
    """Release a part of a reply for printing, and log by whom.

    Raises:
        NotFoundError: the reply is not waiting to be sent (anymore), or is hidden by now.
        ConflictError: as ``refuse_paused``.
    """
    # like a letter, it is checked once more at the last moment
    if reply.state not in UNSENT or of_case(work.session, reply.case_id, reply.id) is not reply:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    refuse_paused(work.session, reply)
    case = work.session.get_one(FaxCase, reply.case_id)
    record(
        work,
        "fax.reply_drawn",
        "fax_case",
        case.id,
        household_id=reply.household_id,
        reply=reply.id,
        part=part.value,
    )
    return Sheets(case.receipt_no, reply.pages, reply.prepared_at, open_reply(work.vault, reply))


def draw(program: Program, sheets: Sheets, part: SheetPart) -> bytes:
    """Return a part of a reply as PDF, outside of any transaction.

    Raises:
        BusyError: too many PDFs are drawn at this moment.
    """
    head = cover.Letterhead(program, sheets.receipt_no, sheets.prepared_at)
    if part is SheetPart.COVER:
        last, large = last_digits(sheets.opened.number), sheets.opened.words.large
        return cover.cover_pdf(head, last, sheets.pages, large=large)
    return cover.reply_pdf(head, sheets.opened.words)
