"""Browsers that signed in to an account before: a signed cookie with a date says so.

What strangers try at an ID costs a known browser nothing (T2 of ``security.md`` §2). So the mark
ends: with its life, with a new password, with a sign-out everywhere, and with its own wrong tries.
"""

import secrets
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select

from portal.domain.foundation.base import table_of
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.models import ThrottleBucket
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest

LIFE = timedelta(days=180)
"""How long a browser is known after it signed in last."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT = timedelta(microseconds=1)
_ACCOUNTS, _BUCKETS = table_of(Credential), table_of(ThrottleBucket)
# built once, on the plain tables: each step of a browser's sign-in runs it
_ACCOUNT = (
    select(_ACCOUNTS.c.devices_forgotten_at, _BUCKETS.c.total)
    .outerjoin(_BUCKETS, _BUCKETS.c.key == bindparam("bucket"))
    .where(_ACCOUNTS.c.login_digest == bindparam("digest"))
)


def device_token(work: Work, login_id: str, name: str = "") -> str:
    """Return a cookie that marks a browser as known from now on for one ID, and for no other.

    ``name`` is that of a browser that is known already, so that its wrong tries stay its own.
    """
    name = name or secrets.token_hex(8)
    made = (work.now - _EPOCH) // _UNIT
    return f"{name}.{made}.{work.vault.sign('device', _signed(name, made, login_id))}"


def _signed(name: str, made: int, login_id: str) -> str:
    return f"{name}.{made}.{login_id}"


def known_device(work: Work, login_id: str, token: str | None) -> str | None:
    """Return the name of the browser if its cookie was made for this ID and still counts.

    Only for such a cookie anything is looked up: the time says nothing about an ID.
    """
    name, made = _read(work, login_id, token)
    if not name or work.now >= made + LIFE:
        return None
    digest = login_digest(work.vault, login_id)
    own = throttles.KNOWN_DEVICE.of(name)
    asked = {"digest": digest, "bucket": own.stored_key}
    work.session.flush()  # what this transaction forgot counts too
    account = work.session.execute(_ACCOUNT, asked).one_or_none()
    if account is None or (account[0] is not None and made < account[0]):
        return None
    closed = own.limit.is_closed_by(account[1] or 0)
    return None if closed else name


def _read(work: Work, login_id: str, token: str | None) -> tuple[str, datetime]:
    """Return the name of a browser and when it signed in (UTC); no name if we did not sign it."""
    name, _dot, rest = (token or "").partition(".")
    written, _dot, signature = rest.partition(".")
    made = int(written) if written.isascii() and written.isdigit() and len(written) < 20 else 0
    if not work.vault.has_signed("device", _signed(name, made, login_id), signature):
        return "", _EPOCH
    return name, _EPOCH + made * _UNIT


def renew_device(work: Work, login_id: str, name: str | None) -> str:
    """Return the cookie of a browser that signed in with both factors; its tries count anew.

    ``name`` is that of a known one (``known_device``).
    """
    if name is not None:
        throttles.clear(work.session, throttles.KNOWN_DEVICE.of(name))
    return device_token(work, login_id, name or "")


def forget_devices(work: Work, credential: Credential) -> None:
    """Let every browser that signed in to a locked account before now be an unknown one."""
    credential.devices_forgotten_at = work.now
