"""Ask for a list, and decide about it: nobody approves their own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import (
    InputError,
    NotAllowedError,
    NotFoundError,
    TooLateError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work
from portal.domain.oversight.copies.services import latest_end
from portal.domain.oversight.person_lists.contents import (
    MOST_ROWS,
    NEEDS,
    Asked,
    Content,
    read,
)
from portal.domain.oversight.person_lists.kinds import ListKind, Scope
from portal.domain.oversight.person_lists.models import PersonList
from portal.domain.oversight.person_lists.sealed import Words, seal_words, words_of
from portal.domain.oversight.person_lists.states import PERSON_LIST
from portal.domain.people.staff.models import StaffUser
from portal.domain.people.staff.permissions import Permission, may

SUBJECT = "person_list"
LONGEST = timedelta(days=14)
"""The last day of a file is no later than this after the day on which it is asked for."""
DECIDE_WITHIN, MAKE_WITHIN = timedelta(days=7), timedelta(days=2)
PURPOSE_MIN, PURPOSE_MAX, RECIPIENT_MAX, REFUSAL_MAX = 5, 200, 80, 200


class Wish(Struct, frozen=True):
    """What somebody asks for.

    Attributes:
        kind: Which list, a code of ``ListKind``.
        scope: Which of its rows.
        purpose: What it is for, in 5 to 200 characters.
        recipient: Who gets it, person and organization.
        until: The last day (JST) on which the file may exist, wherever it is.
    """

    kind: str
    scope: Scope
    purpose: str
    recipient: str
    until: date


def last_possible_day(work: Work) -> date:
    """Return the latest day (JST) that a file of today may have as its last one."""
    today = jst_date(work.now)
    return min(today + LONGEST, latest_end(work.program, today))


def ask(work: Work, wish: Wish, content: Content | None = None) -> PersonList:
    """Ask for a list; ``content`` holds its rows if they were read just now.

    Raises:
        InputError: a field is missing or too long, the last day is too late, or the list has no
            rows or more than a file of its kind (``MOST_ROWS``); the code names the field.
        NotAllowedError: this person does not see these rows on a page either.
    """
    kind = _check(work, wish)
    asker = _actor(work)
    content = content_for(work, asker, kind, wish.scope, content)
    if not content.table.rows:
        raise InputError(_s("この一覧には、いま1行もありません。"), code="kind")
    check_rows(kind, content)
    _key, wrapped = work.vault.new_data_key()
    row = PersonList(
        kind=kind.value,
        requested_by=asker.id,
        requested_at=work.now,
        until=wish.until,
        due_at=work.now + DECIDE_WITHIN,
        wrapped_key=wrapped,
    )
    work.session.add(row)
    work.session.flush()
    words = Words(wish.purpose.strip(), wish.recipient.strip(), wish.scope)
    row.sealed = seal_words(work.vault, row, words)
    work.session.flush()
    _record(work, row, "requested")
    return row


def _check(work: Work, wish: Wish) -> ListKind:
    kind = ListKind.known(wish.kind)
    if kind is None:
        raise InputError(_s("一覧を選んでください。"), code="kind")
    for name, text, least, most in (
        ("purpose", wish.purpose, PURPOSE_MIN, PURPOSE_MAX),
        ("recipient", wish.recipient, 1, RECIPIENT_MAX),
    ):
        if not least <= len(text.strip()) <= most:
            raise InputError(
                _s("%(least)d文字から%(most)d文字で入力してください。")
                % {"least": least, "most": most},
                code=name,
            )
    latest = last_possible_day(work)
    if not jst_date(work.now) <= wish.until <= latest:
        raise InputError(
            _s("廃棄の期限は、今日から %(latest)s までの日にしてください。")
            % {"latest": latest.isoformat()},
            code="until",
        )
    return kind


def _actor(work: Work) -> StaffUser:
    user = work.session.get(StaffUser, work.actor.id) if work.actor.id is not None else None
    if user is None:
        raise NotAllowedError(_s("一覧を扱えるのは、アカウントのある職員だけです。"))
    return user


def content_for(
    work: Work, asker: StaffUser, kind: ListKind, scope: Scope, content: Content | None = None
) -> Content:
    """Return a list as whoever asked for it may see it now; protected households for the ward only.

    ``content``: what of it was read for them just now.

    Raises:
        NotAllowedError: this account may not see it, or not any more.
    """
    if not asker.active or not may(asker, NEEDS[kind]):
        raise NotAllowedError(_s("この一覧は、申請した人の役割では見られません。"))
    return content or read(work, kind, asked_by(asker, kind, scope))


def asked_by(asker: StaffUser, kind: ListKind, scope: Scope) -> Asked:
    """Return what is read of a list for somebody: one row more than a file may have."""
    knows = may(asker, Permission.KNOW_PROTECTED)
    return Asked(scope, knows, MOST_ROWS[kind] + 1)


def check_rows(kind: ListKind, content: Content) -> None:
    """Refuse a list with more rows than one file of its kind may have.

    Raises:
        InputError: it has more (code ``kind``).
    """
    if len(content.table.rows) > MOST_ROWS[kind]:
        raise InputError(
            _s("1つのファイルは%(most)s行までです。範囲をせまくしてください。")
            % {"most": f"{MOST_ROWS[kind]:,}"},
            code="kind",
        )


def approve(work: Work, list_id: int) -> PersonList:
    """Agree, as an officer of the ward, that somebody else's list leaves.

    Raises:
        NotFoundError: no list has this number.
        NotAllowedError: it is the actor's own, or the actor is no officer of the ward.
        WrongStateError, TooLateError: it was decided before, or its time is over.
    """

    def agree(row: PersonList) -> None:
        row.due_at = work.now + MAKE_WITHIN

    return _decide(work, list_id, "approve", agree)


def refuse(work: Work, list_id: int, why: str) -> PersonList:
    """Refuse that somebody else's list leaves, and say why.

    Raises:
        InputError: no reason (code ``why``).
        NotFoundError, NotAllowedError, WrongStateError, TooLateError: as ``approve``.
    """
    reason = why.strip()
    if not 0 < len(reason) <= REFUSAL_MAX:
        raise InputError(_s("承認しない理由を、200文字までで書いてください。"), code="why")

    def note(row: PersonList) -> None:
        words = replace(words_of(work.vault, row), refusal=reason)
        row.sealed = seal_words(work.vault, row, words)

    return _decide(work, list_id, "refuse", note)


def _decide(
    work: Work, list_id: int, action: str, also: Callable[[PersonList], None]
) -> PersonList:
    row = locked(work.session, list_id)
    if row.requested_by == work.actor.id:
        raise NotAllowedError(
            _s("自分の申請は、自分では承認できません。ほかの人が承認してください。")
        )
    if not may(_actor(work), Permission.APPROVE_LISTS):
        raise NotAllowedError(_s("一覧の持ち出しを承認するのは、区の担当です。"))
    step(work, row, action)
    row.decided_by, row.decided_at = work.actor.id, work.now
    also(row)
    work.session.flush()
    _record(work, row, "approved" if action == "approve" else "refused")
    return row


def withdraw(work: Work, list_id: int) -> PersonList:
    """Take back one's own request before the file is made.

    Raises:
        NotFoundError: no list of the actor has this number.
        WrongStateError, TooLateError: it cannot be taken back any more.
    """
    row = locked(work.session, list_id)
    if row.requested_by != work.actor.id:
        raise unknown()
    step(work, row, "withdraw")
    work.session.flush()
    _record(work, row, "withdrawn")
    return row


def locked(session: Session, list_id: int) -> PersonList:
    """Return a list, locked.

    Raises:
        NotFoundError: no list has this number.
    """
    row = session.scalar(
        select(PersonList)
        .where(PersonList.id == list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise unknown()
    return row


def unknown() -> NotFoundError:
    """Return the refusal of a number that is none, or somebody else's."""
    return NotFoundError(_s("この番号の一覧は見つかりませんでした。"))


def step(work: Work, row: PersonList, action: str) -> None:
    """Take a step that is only possible in time, whether or not the job has ended it already.

    Raises:
        WrongStateError: the state has no such step.
        TooLateError: the time of the state is over.
    """
    after = PERSON_LIST.next(row.state, action)
    if work.now >= row.due_at:
        raise TooLateError(_s("期限が過ぎました。必要なら、もう一度申請してください。"))
    row.state = after


def _record(work: Work, row: PersonList, what: str) -> None:
    until = row.until.isoformat()
    record(work, f"person_list.{what}", SUBJECT, row.id, kind=row.kind, until=until)
