"""Manage the storage of returned mail: boxes, handing items to the ward, and destruction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import record
from portal.domain.foundation.clock import day_end, day_start, jst_date
from portal.domain.foundation.errors import ConflictError, NotAllowedError, NotFoundError
from portal.domain.foundation.texts import _s, label_of
from portal.domain.foundation.work import Work
from portal.domain.letters.letters.models import Letter
from portal.domain.letters.shipments.mail import ItemKind
from portal.domain.letters.shipments.models import Shipment
from portal.domain.mailroom.returned_mail.actions import PEOPLE_ACT, NextAction
from portal.domain.mailroom.returned_mail.models import ReturnedItem
from portal.domain.mailroom.returned_mail.states import RETURNED_ITEM, ItemState
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.states import CredentialState
from portal.domain.people.households.models import Household

PAGE = 20


class StoredItem(Struct, frozen=True):
    """One item in storage; ``number`` is its letter or tracking number, nothing personal.

    ``id_state`` is the state of the ID in a letter now, "" for a parcel. ``delivered_on`` is the
    day (JST) on which the post says that it was delivered, although it is here.
    """

    item: ReturnedItem
    kind: str
    number: str
    attempt: int
    id_state: str
    delivered_on: date | None

    @property
    def id_is_stopped(self) -> bool:
        """Whether nobody can sign in with the ID in it."""
        return self.id_state == CredentialState.SUSPENDED

    @property
    def id_is_used(self) -> bool:
        """Whether somebody signs in with the ID in it."""
        return self.id_state == CredentialState.ACTIVE

    @property
    def is_letter(self) -> bool:
        """Whether the item is a letter, and no parcel."""
        return self.kind == ItemKind.LETTER

    @property
    def action_name(self) -> str:
        """The sentence about its next step, for staff."""
        return label_of(NextAction, self.item.action)

    @property
    def needs_people(self) -> bool:
        """Whether people must act before anything is sent again."""
        return self.item.action in PEOPLE_ACT


def in_storage(
    session: Session, *, include_protected: bool, box: str = "", after: int = 0, limit: int = PAGE
) -> Sequence[StoredItem]:
    """Return items in storage, of one box or of all, in the order in which they were received.

    ``limit`` 0 returns all of them by box, for a printed list.
    """
    statement = (
        _stored()
        .where(
            ReturnedItem.state == ItemState.KEPT,
            ReturnedItem.id > after,
            _visible(include_protected),
        )
        .order_by(ReturnedItem.box, ReturnedItem.id)
    )
    if box:
        statement = statement.where(ReturnedItem.box == box)
    if limit:
        statement = statement.order_by(None).order_by(ReturnedItem.id).limit(limit)
    return [_item(row) for row in session.execute(statement)]


def of_day(
    session: Session, day: date, *, include_protected: bool
) -> tuple[int, Sequence[StoredItem]]:
    """Return how many items were received on a day (JST), and the last twenty, newest first."""
    mine = (ReturnedItem.created_at >= day_start(day), ReturnedItem.created_at < day_end(day))
    count = session.scalar(select(func.count()).select_from(ReturnedItem).where(*mine)) or 0
    rows = session.execute(
        _stored()
        .where(*mine, _visible(include_protected))
        .order_by(ReturnedItem.id.desc())
        .limit(PAGE)
    )
    return int(count), [_item(row) for row in rows]


def _stored() -> Select[*tuple[Any, ...]]:
    """Return the statement for items with what stands on them and in the post's records."""
    return (
        select(
            ReturnedItem,
            Shipment.kind,
            Shipment.attempt,
            Shipment.tracking_no,
            Shipment.delivered_on,
            Letter.number,
            Credential.state.label("id_state"),
        )
        .join(Shipment, Shipment.id == ReturnedItem.shipment_id)
        .outerjoin(Letter, Letter.id == Shipment.letter_id)
        .outerjoin(Credential, Credential.id == Letter.credential_id)
    )


def _item(row: Row[Any]) -> StoredItem:
    return StoredItem(
        row.ReturnedItem,
        row.kind,
        row.number or row.tracking_no or "",
        row.attempt,
        row.id_state or "",
        row.delivered_on,
    )


def boxes(session: Session, *, include_protected: bool) -> Mapping[str, int]:
    """Return how many items are in each box."""
    rows = session.execute(
        select(ReturnedItem.box, func.count())
        .where(ReturnedItem.state == ItemState.KEPT, _visible(include_protected))
        .group_by(ReturnedItem.box)
        .order_by(ReturnedItem.box)
    )
    return {box: int(count) for box, count in rows}


def to_destroy(session: Session, today: date, *, include_protected: bool) -> Sequence[ReturnedItem]:
    """Return the letters whose last day of storage (JST) is over."""
    statement = (
        select(ReturnedItem)
        .join(Shipment, Shipment.id == ReturnedItem.shipment_id)
        .where(
            ReturnedItem.state == ItemState.KEPT,
            ReturnedItem.keep_until < today,
            Shipment.letter_id.is_not(None),
            _visible(include_protected),
        )
        .order_by(ReturnedItem.box, ReturnedItem.id)
    )
    return list(session.scalars(statement))


def hand_to_ward(work: Work, item_id: int, *, include_protected: bool = False) -> ReturnedItem:
    """Record that the item was handed to the ward. Raises NotFoundError and WrongStateError."""
    row = locked(work.session, item_id, include_protected=include_protected)
    return _step(work, row, "hand_to_ward")


def propose_destruction(
    work: Work, item_ids: Collection[int], *, include_protected: bool = False
) -> int:
    """Propose to destroy letters whose storage is over, and return how many; another confirms.

    Raises:
        NotFoundError: one of them does not exist.
        NotAllowedError: the actor is no person with an account.
        ConflictError: one must still be stored, or is a parcel (its content returns to stock).
    """
    if work.actor.id is None:
        raise NotAllowedError(_s("廃棄を提案できるのは、アカウントのある職員だけです。"))
    done = 0
    for item_id in sorted(set(item_ids)):
        row = locked(work.session, item_id, include_protected=include_protected)
        RETURNED_ITEM.next(row.state, "destroy")
        _refuse_too_early(work.session, row, work.now)
        if row.destruction_proposed_by is None:
            row.destruction_proposed_by, row.changed_at = work.actor.id, work.now
            record(
                work,
                "returned_mail.destruction_proposed",
                "returned_item",
                row.id,
                household_id=row.household_id,
            )
            done += 1
    work.session.flush()
    return done


def confirm_destruction(
    work: Work, item_ids: Collection[int], *, include_protected: bool = False
) -> int:
    """Record, as the second person, that letters were destroyed, and return how many.

    Raises:
        NotFoundError: one of them does not exist.
        NotAllowedError: nobody proposed it, or the actor did.
        WrongStateError: one is no longer in storage.
    """
    done = 0
    for item_id in sorted(set(item_ids)):
        row = locked(work.session, item_id, include_protected=include_protected)
        if (
            row.destruction_proposed_by is None
            or row.destruction_proposed_by == work.actor.id
            or work.actor.id is None
        ):
            raise NotAllowedError(_s("廃棄は、提案した人とは別の人が確認します。"))
        _refuse_too_early(work.session, row, work.now)
        row.destroyed_by, row.destroyed_at = work.actor.id, work.now
        _step(work, row, "destroy")
        done += 1
    return done


def withdraw_proposal(work: Work, item_id: int, *, include_protected: bool = False) -> ReturnedItem:
    """Withdraw a proposal to destroy. Raises NotFoundError; ConflictError if there is none."""
    row = locked(work.session, item_id, include_protected=include_protected)
    if row.destruction_proposed_by is None or row.state != ItemState.KEPT:
        raise ConflictError(_s("この郵便の廃棄は、提案されていません。"))
    row.destruction_proposed_by, row.changed_at = None, work.now
    record(
        work,
        "returned_mail.destruction_withdrawn",
        "returned_item",
        row.id,
        household_id=row.household_id,
    )
    work.session.flush()
    return row


def _refuse_too_early(session: Session, row: ReturnedItem, now: datetime) -> None:
    if row.keep_until >= jst_date(now):
        raise ConflictError(
            _s("この郵便は%(day)sまで保管します。まだ廃棄できません。")
            % {"day": row.keep_until.isoformat()},
            code="kept_until",
        )
    if session.get_one(Shipment, row.shipment_id).letter_id is None:
        raise ConflictError(
            _s("小包は廃棄しません。「小包」の画面で在庫に戻してください。"), code="parcel"
        )


def _step(work: Work, row: ReturnedItem, action: str) -> ReturnedItem:
    row.state, row.changed_at = RETURNED_ITEM.next(row.state, action), work.now
    record(
        work,
        f"returned_mail.{action}",
        "returned_item",
        row.id,
        household_id=row.household_id,
        box=row.box,
    )
    work.session.flush()
    return row


def locked(session: Session, item_id: int, *, include_protected: bool) -> ReturnedItem:
    """Return the item, locked to the end of the transaction.

    Raises:
        NotFoundError: there is none, or it is of a protected household and ``include_protected``
            is not set: whoever may not know that learns no more than of an item that never was.
    """
    statement = (
        select(ReturnedItem)
        .where(ReturnedItem.id == item_id, _visible(include_protected))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = session.scalar(statement)
    if row is None:
        raise NotFoundError(_s("この郵便は見つかりませんでした。"))
    return row


def _visible(include_protected: bool) -> ColumnElement[bool]:
    if include_protected:
        return ReturnedItem.id.is_not(None)
    return ReturnedItem.household_id.not_in(
        select(Household.id).where(Household.protected.is_(True))
    )
