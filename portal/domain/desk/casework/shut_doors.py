"""Why a household cannot sign in, since when, and who opens it again how.

What is shown decides nothing: ``signin.evidence``, ``casework.loss_reports``, ``casework.frozen``
and the call desk's ``unlock`` do.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.desk.casework.locks import Locks, locks_on
from portal.domain.foundation.texts import Labeled, Sentence, _s
from portal.domain.foundation.work import Work
from portal.domain.mailroom.incidents.kinds import StopReason
from portal.domain.mailroom.printing.recalls import recall_list
from portal.domain.mailroom.returned_mail import receiving
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import LIVING, CredentialState, Door
from portal.domain.people.households.models import Household
from portal.domain.people.signin.shut_since import door_shut_since, stopped_since
from portal.domain.people.tasks.kinds import TaskKind
from portal.domain.people.tasks.models import Task
from portal.domain.people.tasks.states import TaskState


class Shut(Labeled):
    """Why sign-in is shut, as staff read it; ``opening`` says how it opens and who may do it."""

    WITHHELD = "withheld", lambda: _s("支援措置の対象のため、サインインできません。")
    REPORTED = "reported", lambda: _s("紛失の届け出があり、アカウントを止めています。")
    RETURNED = "returned", lambda: _s("手紙が戻ったため、そのIDとパスワードを止めています。")
    PULLED = "pulled", lambda: _s("引き抜きが間に合わなかった手紙のため、止めています。")
    INCIDENT = "incident", lambda: _s("事故の対応のため、止めています。")
    SUSPENDED = "suspended", lambda: _s("アカウントを止めています。")
    FROZEN = "frozen", lambda: _s("世帯主の生年月日が5回違ったため、凍結しています。")
    TRIES = "tries", lambda: _s("間違いが続いたため、この手紙のIDか受け取り方を止めています。")
    LETTER_LOST = (
        "letter_lost",
        lambda: _s("手紙をなくした届け出があり、はじめての端末ではサインインできません。"),
    )
    PHONE_LOST = (
        "phone_lost",
        lambda: _s("電話をなくした届け出があり、はじめての端末ではサインインできません。"),
    )
    BOTH_LOST = (
        "both_lost",
        lambda: _s("手紙と電話をなくした届け出があり、はじめての端末ではサインインできません。"),
    )
    WAITING = "waiting", lambda: _s("続けて間違えたため、待ち時間です。")

    @property
    def opening(self) -> str:
        """How it opens again and who may do it, in the staff's language."""
        return _OPENING[self]()


def _by_letter() -> str:
    return _s(
        "電話や窓口では解けません。新しい手紙が届くと、その新しいIDで使えます。"
        "新しい手紙は、事務か区の担当が用件の画面で決めます。"
    )


_OPENING: Mapping[Shut, Sentence] = {
    Shut.WITHHELD: lambda: _s(
        "区の担当だけが扱います。クーポンは、区の手順で渡します。"
        "支援措置の一覧から外れると、サインインできるようになります。"
    ),
    Shut.REPORTED: _by_letter,
    Shut.RETURNED: lambda: _s(
        "区が住所を確かめます。確かめた住所に新しい手紙を送ると、その新しいIDで使えます。"
    ),
    Shut.PULLED: _by_letter,
    Shut.INCIDENT: _by_letter,
    Shut.SUSPENDED: _by_letter,
    Shut.FROZEN: lambda: _s(
        "本人と確かめられたら、電話の受付の「サインインを再開する」か、"
        "事務か区の担当が用件の画面で解きます。"
    ),
    Shut.TRIES: _by_letter,
    Shut.LETTER_LOST: lambda: _s(
        "オペレーターが、登録された番号にかけ直して確かめると、電話の受付の「サインインを再開する」で"
        "解けます。窓口では、本人確認書類を見て、用件の画面で解きます。手紙の番号では解けません。"
        "手紙が見つからないときは、新しい手紙を出します。"
    ),
    Shut.PHONE_LOST: lambda: _s(
        "オペレーターが、手紙の番号で確かめると、電話の受付の「サインインを再開する」で解けます。"
        "窓口では、本人確認書類を見て、用件の画面で解きます。"
        "登録された番号へのかけ直しでは解けません。"
    ),
    Shut.BOTH_LOST: lambda: _s(
        "電話では解けません。窓口で本人確認書類を見て、用件の画面で解くか、新しい手紙を出します。"
    ),
    Shut.WAITING: lambda: _s(
        "その時刻になると、また試せます。急ぐときは、本人と確かめたオペレーターが、"
        "電話の受付の「サインインを再開する」で解けます。"
    ),
}
_REASONS: Mapping[str, Shut] = {
    TaskKind.REPORT_LOST: Shut.REPORTED,
    receiving.SUSPENDED_FOR: Shut.RETURNED,
    recall_list.SUSPENDED_FOR: Shut.PULLED,
    StopReason.INCIDENT: Shut.INCIDENT,
}
_DOORS: Mapping[str, Shut] = {
    Door.LETTER_LOST: Shut.LETTER_LOST,
    Door.PHONE_LOST: Shut.PHONE_LOST,
    Door.BOTH_LOST: Shut.BOTH_LOST,
}
_TASKS: Mapping[Shut, TaskKind] = {
    Shut.REPORTED: TaskKind.REPORT_LOST,
    Shut.RETURNED: TaskKind.ADDRESS_CHECK,
    Shut.FROZEN: TaskKind.BIRTH_FROZEN,
    Shut.TRIES: TaskKind.CODE_CLOSED,
    Shut.LETTER_LOST: TaskKind.LOSS_REPORTED,
    Shut.PHONE_LOST: TaskKind.LOSS_REPORTED,
    Shut.BOTH_LOST: TaskKind.LOSS_REPORTED,
}
"""The kind of the task with the next step; it may be finished already."""


class ShutDoor(Struct, frozen=True):
    """One reason why a household cannot sign in.

    Attributes:
        why: The reason, with how it opens.
        since: The instant (UTC) of the step that shut it, if a step did.
        until: The instant (UTC) at which it ends by itself, if it does.
        task_id: The open task where the next step is taken.
    """

    why: Shut
    since: datetime | None = None
    until: datetime | None = None
    task_id: int | None = None


def shut_doors(
    work: Work, household: Household, credential: Credential | None
) -> Sequence[ShutDoor]:
    """Return everything that keeps a household out of its account now, the heaviest first.

    For readers who may know the household; ``credential`` is its latest.
    """
    found = [ShutDoor(Shut.WITHHELD)] if household.withheld else []
    if credential is not None and credential.state in LIVING:
        locks = locks_on(work.session, credential, work.now)
        if locks.any:
            found += _of_account(work.session, credential, locks)
    return found


def _of_account(session: Session, credential: Credential, locks: Locks) -> Iterator[ShutDoor]:
    tasks = _open_tasks(session, credential.household_id)
    stopped = stopped_since(session, credential)
    at = stopped.at if stopped is not None else None
    if locks.suspended:
        suspended = credential.state == CredentialState.SUSPENDED
        reason = stopped.reason if stopped is not None and suspended else TaskKind.REPORT_LOST
        why = _REASONS.get(reason, Shut.SUSPENDED)
        yield _shut(why, tasks, since=at if suspended else None)
    if locks.birth_frozen:
        yield _shut(Shut.FROZEN, tasks, since=at)
    if locks.closed:
        yield _shut(Shut.TRIES, tasks)
    if credential.door in _DOORS:
        door = door_shut_since(session, credential)
        yield _shut(_DOORS[credential.door], tasks, since=door.at if door is not None else None)
    waits = [until for until in (locks.password_until, locks.code_until) if until is not None]
    if waits and not locks.closed:
        yield ShutDoor(Shut.WAITING, until=max(waits))


def _shut(why: Shut, tasks: Mapping[str, Task], *, since: datetime | None = None) -> ShutDoor:
    kind = _TASKS.get(why)
    task = tasks.get(kind) if kind is not None else None
    if since is None and task is not None:
        since = task.created_at
    return ShutDoor(why, since=since, task_id=task.id if task is not None else None)


def _open_tasks(session: Session, household_id: int) -> dict[str, Task]:
    statement = (
        select(Task)
        .where(
            Task.household_id == household_id,
            Task.state == TaskState.OPEN,
            Task.kind.in_(set(_TASKS.values())),
        )
        .order_by(Task.id.desc())
    )
    # the oldest of a kind comes last and stays
    return {task.kind: task for task in session.scalars(statement)}
