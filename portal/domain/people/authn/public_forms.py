"""Forms of people who cannot sign in: counted per network and day, and each carried out once."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.networks import network_keys

KEY_LENGTH = 50


@dataclass(frozen=True, slots=True)
class PublicForm:
    """A form that somebody sent without signing in.

    Attributes:
        limit: What its network is counted against (T9 of ``security.md`` §2).
        subject: What the form asks for, so that keys of different forms never collide.
        form_key: The random key of the drawn form.
        address: The sender's network address, stored only as a keyed hash.
    """

    limit: throttles.Limit
    subject: str
    form_key: str
    address: str = field(repr=False)

    @property
    def stored_key(self) -> str:
        """The key under which the form is claimed and its receipt is kept."""
        return f"{self.subject}:{self.form_key[:KEY_LENGTH]}"


def earlier_receipt(session: Session, form: PublicForm) -> str | None:
    """Return the receipt number of a form that was accepted before."""
    return earlier_result(session, form.stored_key)


def accept_once(work: Work, form: PublicForm, accept: Callable[[], str]) -> str:
    """Count the form, let ``accept`` carry it out and return the receipt number.

    A form accepted by another worker in the meantime returns that receipt and is not counted.

    Raises:
        ThrottledError: the network has sent its forms of the day.
    """
    near, _wide = network_keys(work.vault, form.address)
    bucket = form.limit.of(near)
    verdict = throttles.count_try(work.session, bucket, work.now)
    # The counter's row is locked now: an equal form of another worker has committed or waits for
    # us.
    if receipt := earlier_receipt(work.session, form):
        throttles.uncount_try(work.session, bucket)
        return receipt
    if not verdict.allowed:
        raise ThrottledError(
            _(
                "ここから申し込めるのは、1日に3回までです。お急ぎのときは、"
                "コールセンターにお電話ください。"
            ),
            retry_at=verdict.retry_at,
        )
    if not first_time(work.session, form.stored_key, work.now) and (
        receipt := earlier_receipt(work.session, form)
    ):
        return receipt  # the same form from another network at the same time
    receipt = accept()
    keep_result(work.session, form.stored_key, receipt)
    return receipt
