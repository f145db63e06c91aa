"""A request from somebody who cannot sign in: counted per network, taken once per form, the same receipt for all."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.domain.audit.services import earlier_result, first_time, keep_result
from portal.domain.authn import throttles
from portal.domain.authn.networks import network_keys
from portal.domain.errors import ThrottledError
from portal.domain.signin.account import ask_without_sign_in
from portal.domain.texts import _
from portal.domain.vault import Vault

TROUBLES = ("letter_lost", "letter_missing", "password", "phone", "other")


@dataclass(frozen=True, slots=True)
class CallBack:
    """What the visitor wrote, as typed; ``telephone`` serves the call back and nothing is ever sent to it."""

    trouble: str
    name: str = field(repr=False)
    telephone: str = field(repr=False)
    login_id: str = field(repr=False, default="")


def ask_call_back(
    session: Session, vault: Vault, wish: CallBack, form_key: str, address: str, now: datetime
) -> str:
    """Take a request and return its receipt number; the same form again returns the same number.

    Raises:
        ThrottledError: limit T9, per network and day (``security.md`` §2); a form taken before still gets its number.
    """
    key = f"lost:{form_key[:50]}"
    if receipt := earlier_result(session, key):
        return receipt
    near, _wide = network_keys(vault, address)
    verdict = throttles.take(session, throttles.LOST_FORM, near, now)
    # The counter's row is locked now: an equal form of another worker has committed or waits for us.
    if receipt := earlier_result(session, key):
        throttles.give_back(session, throttles.LOST_FORM, near)
        return receipt
    if not verdict.allowed:
        raise ThrottledError(
            _("ここから申し込めるのは、1日に3回までです。お急ぎのときは、コールセンターにお電話ください。"),
            retry_at=verdict.retry_at,
        )
    if not first_time(session, key, now) and (receipt := earlier_result(session, key)):
        return receipt  # the same form from another network at the same moment
    task = ask_without_sign_in(session, vault, asdict(wish), now)
    keep_result(session, key, task.receipt_no)
    return task.receipt_no
