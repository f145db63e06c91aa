"""A vault, a fixed hour and messages for the outbox tests."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from portal.domain.foundation.vault import Vault
from portal.domain.people.notices.messages import Message
from portal.domain.people.notices.models import OutboxMessage
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.platform.database import Database
from tests.support.work import work_in

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
VAULT = Vault(b"k" * 32, b"i" * 32, b"p" * 32, b"t" * 32)
PHONE = "+819012345678"


def put(
    database: Database,
    key: str = "code:1",
    *,
    kind: str = "sms",
    body: str = "番号 123456",
    minutes: int = 10,
    now: datetime = NOW,
    household_id: int | None = 7,
    address: str | None = None,
) -> OutboxMessage:
    with database.write() as session:
        return enqueue(
            work_in(session, now=now, vault=VAULT),
            Outgoing(
                kind=kind,
                purpose="code.sign_in",
                address=address or (PHONE if kind == "sms" else "hanako@example.jp"),
                message=Message(None if kind == "sms" else "サインインの番号", body),
                dedupe_key=key,
                household_id=household_id,
                expires_at=now + timedelta(minutes=minutes),
            ),
        )


def row_of(database: Database, key: str = "code:1") -> OutboxMessage:
    with database.read() as session:
        row = session.scalars(select(OutboxMessage).where(OutboxMessage.dedupe_key == key)).one()
        session.expunge(row)  # the end of a reading transaction expires what it gave
        return row
