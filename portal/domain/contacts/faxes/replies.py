"""Writing a reply: in a call about the case, to a number typed twice.

Without a verified household it has general texts only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.contacts.calls.levels import Level, level_of, require_level
from portal.domain.contacts.calls.models import Call
from portal.domain.contacts.calls.secrets_in_text import refuse_coupons, refuse_secrets
from portal.domain.contacts.faxes import cover
from portal.domain.contacts.faxes.hidden import discard_hidden
from portal.domain.contacts.faxes.models import FaxCase, FaxReply
from portal.domain.contacts.faxes.numbers import fax_number, typed_twice
from portal.domain.contacts.faxes.queries import sender_of
from portal.domain.contacts.faxes.services import locked_case
from portal.domain.contacts.faxes.sheets import Opened, seal_reply
from portal.domain.contacts.faxes.states import FAX_CASE, UNSENT
from portal.domain.contacts.faxes.visibility import link_household, own_call
from portal.domain.contacts.faxes.wording import LOCALES, lines_of, locales_of, numbers_of
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import ConflictError, InputError, NotAllowedError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.people.households.large_print import large_print_of
from portal.domain.people.tasks.models import Task
from portal.domain.requests.requests.models import Request

TEXT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply as an agent fills it in; ``number`` and ``number_again`` are as typed.

    ``wordings`` are codes of general texts, ``receipts`` receipt numbers of the sender's requests.
    ``text`` is about ``household_id``, verified in a call about this case; its wish for large print
    is followed, and ``large`` asks for it besides. ``other_number``: somebody confirmed a number
    that differs from the one in the header.
    """

    number: str = field(repr=False)
    number_again: str = field(repr=False)
    wordings: Sequence[str] = ()
    receipts: Sequence[str] = ()
    text: str = field(default="", repr=False)
    household_id: int | None = None
    other_number: bool = False
    large: bool = False


def prepare(work: Work, case_id: int, draft: Draft) -> FaxReply:
    """Write a reply, which is not sent yet.

    Raises:
        NotFoundError: there is no such case.
        WrongStateError: the case was answered or closed.
        NotAllowedError: the actor has no call about the case, or the call did not verify the
            household that the text is about.
        ConflictError: a reply waits to be sent, or failed.
        InputError: number, texts or receipts are invalid (code: the field).
        BusyError: it cannot be drawn now.
    """
    case = locked_case(work.session, case_id)
    FAX_CASE.next(case.state, "answer")
    call = _own(work, case)
    discard_hidden(work, case)
    _refuse_waiting(work.session, case)
    number = _number(work, case, draft)
    checked = replace(draft, text=_checked_text(work, call, draft))
    _refuse_unknown(work.session, draft.receipts)
    reply = _sealed_reply(work, case, Opened(number, _words(work, case, checked)))
    reply.call_id, reply.prepared_by = call.id, call.agent_id
    reply.household_id = draft.household_id if checked.text else None
    work.session.add(reply)
    work.session.flush()
    link_household(work, case)
    record(
        work,
        "fax.reply_prepared",
        "fax_case",
        case.id,
        household_id=reply.household_id,
        reply=reply.id,
        call=call.id,
        pages=reply.pages,
        wordings=list(draft.wordings),
        own_text=bool(checked.text),
    )
    return reply


def _refuse_waiting(session: Session, case: FaxCase) -> None:
    waiting = select(FaxReply.id).where(FaxReply.case_id == case.id, FaxReply.state.in_(UNSENT))
    if session.scalar(waiting.limit(1)) is not None:
        raise ConflictError(
            _s("出していない返信があります。送るか、取りやめてから、新しく書いてください。")
        )


def _words(work: Work, case: FaxCase, draft: Draft) -> cover.Words:
    parts = [
        cover.Part(
            locale,
            [*lines_of(work, draft.wordings, locale), *numbers_of(draft.receipts, locale)],
        )
        for locale in locales_of(case.language)
    ]
    wished = (
        draft.household_id is not None
        and bool(draft.text)
        and large_print_of(work.session, draft.household_id) is not None
    )
    return cover.Words(parts, LOCALES[case.language], draft.text, draft.large or wished)


def _sealed_reply(work: Work, case: FaxCase, opened: Opened) -> FaxReply:
    """Return a reply to a number with its page count; its author is still to be set."""
    head = cover.Letterhead(work.program, case.receipt_no, work.now)
    pages = cover.pages_of(cover.reply_pdf(head, opened.words))
    wrapped, sealed = seal_reply(work.vault, case.id, opened)
    return FaxReply(
        case_id=case.id,
        language=case.language,
        pages=pages,
        wrapped_key=wrapped,
        sealed=sealed,
        prepared_at=work.now,
    )


def _own(work: Work, case: FaxCase) -> Call:
    call = own_call(work, case.id)
    if call is None:
        raise NotAllowedError(
            _s("先に「対応を始める」を押してください。返信は、対応の中で書きます。")
        )
    return call


def _number(work: Work, case: FaxCase, draft: Draft) -> str:
    number = typed_twice(draft.number, draft.number_again)
    contact = work.program.contact
    own = {_number_or_none(contact.fax), _number_or_none(contact.telephone)}
    if number in own:
        raise InputError(
            _s("事務局の番号です。送った人のFAX番号を入力してください。"), code="number"
        )
    sender = sender_of(work.vault, case)
    if sender and sender != number and not draft.other_number:
        raise InputError(
            _s(
                "FAXの上に印字された番号と違います。もう一度見て、"
                "この番号でよければ印をつけてください。"
            ),
            code="other_number",
        )
    return number


def _number_or_none(text: str) -> str | None:
    try:
        return fax_number(text)
    except InputError:
        return None


def _refuse_unknown(session: Session, receipts: Sequence[str]) -> None:
    """Refuse anything that is not a receipt number of ours.

    Nothing else is ever printed without a verified household.
    """
    known = set(session.scalars(select(Request.receipt_no).where(Request.receipt_no.in_(receipts))))
    known |= set(session.scalars(select(Task.receipt_no).where(Task.receipt_no.in_(receipts))))
    if set(receipts) - known:
        raise InputError(_s("受付番号を、一覧から選んでください。"), code="wording")


def _checked_text(work: Work, call: Call, draft: Draft) -> str:
    """Return the text about a household; "" if the reply has general texts only."""
    text = draft.text.strip()
    if not text and not draft.wordings and not draft.receipts:
        raise InputError(_s("返信の文を、1つ以上選んでください。"), code="wording")
    if not text:
        return ""
    if draft.household_id is None:
        raise NotAllowedError(
            _s(
                "だれからのFAXかを確かめるまで、自由な文は書けません。"
                "一覧の文だけを選んでください。"
            ),
            code="text",
        )
    require_level(level_of(work.session, call, draft.household_id), Level.STATUS)
    if len(text) > TEXT_MAX:
        raise InputError(_s("%(most)d文字までで書いてください。") % {"most": TEXT_MAX}, code="text")
    try:
        refuse_secrets(text)
        refuse_coupons(work, text)
    except InputError as error:
        raise InputError(error.message, code="text") from None
    return text
