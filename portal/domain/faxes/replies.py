"""Replies by FAX: written in a call about the case, put on the machine by hand, recorded as sent or failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.actors import Actor
from portal.domain.audit.services import record
from portal.domain.calls.levels import Level, require_level
from portal.domain.calls.models import Call
from portal.domain.calls.secrets_in_text import refuse_secrets
from portal.domain.clock import jst_date
from portal.domain.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from portal.domain.faxes import cover
from portal.domain.faxes.models import FaxCase, FaxReply
from portal.domain.faxes.numbers import fax_number, last_digits, typed_twice
from portal.domain.faxes.queries import sender_of
from portal.domain.faxes.services import locked_case
from portal.domain.faxes.standing import link_household, own_call
from portal.domain.faxes.states import ANSWERED, FAX_CASE, FAX_REPLY, SENT, UNSENT
from portal.domain.faxes.wording import LOCALES, lines_of, locales_of
from portal.domain.households.models import Household
from portal.domain.program.schema import Program
from portal.domain.texts import _s
from portal.domain.vault import Vault, seal_json, unseal_json

TEXT_MAX = 1_000
FAILURES = ("busy", "no_answer", "no_fax", "broken_off", "machine", "report")
"""What the machine or its report of the evening says about a sending that failed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply as an agent fills it in. ``number`` and ``number_again`` as typed.

    ``wordings`` are codes of general words. ``text`` is about ``household_id``, which a call about this case verified.
    ``other_number``: somebody looked again at a number that is not the one in the header.
    """

    number: str = field(repr=False)
    number_again: str = field(repr=False)
    wordings: Sequence[str] = ()
    text: str = field(default="", repr=False)
    household_id: int | None = None
    other_number: bool = False


def prepare(
    session: Session, vault: Vault, program: Program, case_id: int, draft: Draft, actor: Actor, now: datetime
) -> FaxReply:
    """Write a reply; nothing is sent yet.

    Raises:
        NotFoundError: no such case.
        WrongStateError: it was answered or closed.
        NotAllowedError: outside of an own call about it, or a text about a household that the call did not verify.
        ConflictError: a reply waits to be sent or failed.
        InputError: number, words or text are not right (code: the field).
        BusyError: it cannot be drawn now.
    """
    case = locked_case(session, case_id)
    FAX_CASE.next(case.state, "answer")
    call = _own(session, case, actor)
    waiting = select(FaxReply.id).where(FaxReply.case_id == case.id, FaxReply.state.in_(UNSENT))
    if session.scalar(waiting.limit(1)) is not None:
        raise ConflictError(_s("出していない返信があります。送るか、取りやめてから、新しく書いてください。"))
    number = _number(vault, program, case, draft)
    text = _checked_text(session, call, draft)
    words = cover.Words(
        [cover.Part(one, lines_of(session, program, draft.wordings, one)) for one in locales_of(case.language)],
        LOCALES[case.language], text,
    )  # fmt: skip
    pages = cover.pages_of(cover.reply_pdf(program, case.receipt_no, words, now))
    key, wrapped = vault.new_data_key()
    sealed = {
        "number": number,
        "text": text,
        "parts": [[part.locale, list(part.lines)] for part in words.parts],
    }
    reply = FaxReply(
        case_id=case.id, call_id=call.id, household_id=draft.household_id if text else None, language=case.language,
        pages=pages, wrapped_key=wrapped, sealed=seal_json(key, sealed, _context(case.id, wrapped)),
        prepared_by=call.agent_id, prepared_at=now,
    )  # fmt: skip
    session.add(reply)
    session.flush()
    link_household(session, case, actor)
    record(
        session, actor, now, "fax.reply_prepared", "fax_case", case.id, household_id=reply.household_id, reply=reply.id,
        call=call.id, pages=pages, wordings=list(draft.wordings), own_text=bool(text),
    )  # fmt: skip
    return reply


def _own(session: Session, case: FaxCase, actor: Actor) -> Call:
    call = own_call(session, case.id, actor)
    if call is None:
        raise NotAllowedError(_s("先に「対応を始める」を押してください。返信は、対応の中で書きます。"))
    return call


def _number(vault: Vault, program: Program, case: FaxCase, draft: Draft) -> str:
    number = typed_twice(draft.number, draft.number_again)
    own = {_number_or_none(program.contact.fax), _number_or_none(program.contact.telephone)}
    if number in own:
        raise InputError(_s("事務局の番号です。送った人のFAX番号を入力してください。"), code="number")
    sender = sender_of(vault, case)
    if sender and sender != number and not draft.other_number:
        raise InputError(
            _s("FAXの上に印字された番号と違います。もう一度見て、この番号でよければ印をつけてください。"),
            code="other_number",
        )
    return number


def _number_or_none(text: str) -> str | None:
    try:
        return fax_number(text)
    except InputError:
        return None


def _checked_text(session: Session, call: Call, draft: Draft) -> str:
    """Return the words about a household; without a verified household there are none: only general words go out."""
    text = draft.text.strip()
    if not text and not draft.wordings:
        raise InputError(_s("返信の文を、1つ以上選んでください。"), code="wording")
    if not text:
        return ""
    if draft.household_id is None:
        raise NotAllowedError(
            _s("だれからのFAXかを確かめるまで、自由な文は書けません。一覧の文だけを選んでください。"),
            code="text",
        )
    require_level(session, call, draft.household_id, Level.STATUS)
    if len(text) > TEXT_MAX:
        raise InputError(_s("%(most)d文字までで書いてください。") % {"most": TEXT_MAX}, code="text")
    try:
        refuse_secrets(text)
    except InputError as error:
        raise InputError(error.message, code="text") from None
    return text


@dataclass(frozen=True, slots=True)
class Opened:
    """A reply as it goes out: the number to dial (``+813…``) and its words."""

    number: str = field(repr=False)
    words: cover.Words = field(repr=False)


def open_reply(vault: Vault, reply: FaxReply) -> Opened:
    """Read a reply's number and words."""
    found = unseal_json(
        vault.unwrap(reply.wrapped_key), reply.sealed, _context(reply.case_id, reply.wrapped_key)
    )
    parts = [cover.Part(locale, lines) for locale, lines in found["parts"]]
    return Opened(found["number"], cover.Words(parts, LOCALES[reply.language], found["text"]))


def _context(case_id: int, wrapped: bytes) -> str:
    return f"fax-reply:{case_id}:{wrapped[:8].hex()}"


def draw(
    session: Session, vault: Vault, program: Program, reply_id: int, part: str, actor: Actor, now: datetime
) -> bytes:
    """Return the ``cover`` or the ``text`` of a reply as PDF, and log who took it.

    Raises:
        NotFoundError: no such reply, or it is not there to be sent (any more).
        NotAllowedError: its household became one of which nothing may be said.
        BusyError: it cannot be drawn now.
    """
    reply = session.get(FaxReply, reply_id)
    if reply is None or reply.state not in UNSENT:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    # like a letter, it is checked once more at the last moment
    household = session.get(Household, reply.household_id or 0)
    if household is not None and household.protected:
        raise NotAllowedError(_s("この返信は出せません。取りやめて、スーパーバイザーに伝えてください。"))
    case = session.get_one(FaxCase, reply.case_id)
    opened = open_reply(vault, reply)
    record(
        session, actor, now, "fax.reply_drawn", "fax_case", case.id, household_id=reply.household_id, reply=reply.id,
        part=part,
    )  # fmt: skip
    if part == "cover":
        return cover.cover_pdf(
            program, case.receipt_no, last_digits(opened.number), reply.pages, reply.prepared_at
        )
    return cover.reply_pdf(program, case.receipt_no, opened.words, reply.prepared_at)


def read_number(session: Session, reply_id: int, actor: Actor, now: datetime) -> FaxReply:
    """Let somebody read the number to dial, and log that it was read.

    Raises:
        NotFoundError: no such reply.
    """
    reply = session.get(FaxReply, reply_id)
    if reply is None:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    record(session, actor, now, "fax.number_read", "fax_case", reply.case_id, reply=reply.id)
    return reply


def mark_sent(session: Session, reply_id: int, actor: Actor, now: datetime) -> FaxReply:
    """Record that the machine sent a reply; its case is answered.

    Raises:
        NotFoundError: no such reply.
        WrongStateError: it was recorded before, or taken back.
    """
    case, reply = _locked(session, reply_id)
    reply.state = FAX_REPLY.next(reply.state, "send")
    case.state = FAX_CASE.next(case.state, "answer")
    reply.attempts += 1
    reply.tried_at, reply.sent_on, reply.failure, case.closed_at = now, jst_date(now), None, now
    record(
        session, actor, now, "fax.reply_sent", "fax_case", case.id, household_id=reply.household_id, reply=reply.id,
        attempts=reply.attempts,
    )  # fmt: skip
    return reply


def mark_failed(session: Session, reply_id: int, failure: str, actor: Actor, now: datetime) -> FaxReply:
    """Record that a reply did not go out; a case that passed for answered is open again.

    Raises:
        NotFoundError: no such reply.
        InputError: no failure of ``FAILURES`` (code ``failure``).
        WrongStateError: it failed before, or was taken back.
    """
    case, reply = _locked(session, reply_id)
    state = FAX_REPLY.next(reply.state, "fail")
    if failure not in FAILURES:
        raise InputError(_s("送れなかった理由を、機械の表示から選んでください。"), code="failure")
    if case.state == ANSWERED:
        case.state, case.closed_at = FAX_CASE.next(case.state, "reopen"), None
    if reply.state != SENT:
        reply.attempts += 1
    reply.state, reply.failure, reply.tried_at, reply.sent_on = state, failure, now, None
    record(
        session, actor, now, "fax.reply_failed", "fax_case", case.id, household_id=reply.household_id, reply=reply.id,
        failure=failure,
    )  # fmt: skip
    return reply


def prepare_again(
    session: Session, vault: Vault, reply_id: int, number: str, number_again: str, actor: Actor, now: datetime
) -> FaxReply:
    """Put a failed reply on the machine once more, to the same number, typed twice again.

    Raises:
        NotFoundError: no such reply.
        WrongStateError: it did not fail.
        InputError: the two numbers differ, or are not the reply's (code: the field).
    """
    case, reply = _locked(session, reply_id)
    state = FAX_REPLY.next(reply.state, "prepare_again")
    if typed_twice(number, number_again) != open_reply(vault, reply).number:
        raise InputError(
            _s("前に送った番号と違います。番号を変えるときは、この返信を取りやめて、書きなおしてください。"),
            code="number",
        )
    reply.state = state
    record(
        session, actor, now, "fax.reply_again", "fax_case", case.id, reply=reply.id, attempts=reply.attempts
    )
    return reply


def discard(session: Session, reply_id: int, actor: Actor, now: datetime) -> FaxReply:
    """Take back a reply that did not go out; another one may be written.

    Raises:
        NotFoundError: no such reply.
        WrongStateError: it was sent, or taken back before.
    """
    case, reply = _locked(session, reply_id)
    reply.state = FAX_REPLY.next(reply.state, "discard")
    record(session, actor, now, "fax.reply_discarded", "fax_case", case.id, reply=reply.id)
    return reply


def _locked(session: Session, reply_id: int) -> tuple[FaxCase, FaxReply]:
    """Return a reply and its case, both locked, the case first as everywhere."""
    case_id = session.scalar(select(FaxReply.case_id).where(FaxReply.id == reply_id))
    if case_id is None:
        raise NotFoundError(_s("この返信は見つかりませんでした。"))
    case = locked_case(session, case_id)
    reply = session.scalars(
        select(FaxReply)
        .where(FaxReply.id == reply_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    return case, reply
