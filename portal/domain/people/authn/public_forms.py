"""Forms of people who cannot sign in: counted per day, and each carried out once.

Three a day count for what one sender wrote, sixty for a network: behind the one address of a mobile
network or a school stand many families, and on the last day none of them may be shut out (A22).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.domain.foundation.audit.services import earlier_result, first_time, keep_result
from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.texts import _
from portal.domain.foundation.typed import without_separators
from portal.domain.foundation.work import Work
from portal.domain.people.authn import throttles
from portal.domain.people.authn.networks import network_keys

KEY_LENGTH = 48


@dataclass(frozen=True, slots=True)
class PublicForm:
    """A form that somebody sent without signing in.

    Attributes:
        limit: What its sender is counted against (T9 of ``security.md`` §2).
        subject: What the form asks for, so that keys of different forms never collide.
        form_key: The random key of the drawn form.
        address: The sender's network address, stored only as a keyed hash.
        sender: What the sender wrote about themselves, stored only as a keyed hash.
        wish: What else the sender wrote, which makes it another form.
    """

    limit: throttles.Limit
    subject: str
    form_key: str
    address: str = field(repr=False)
    sender: tuple[str, ...] = field(repr=False)
    wish: tuple[str, ...] = field(repr=False, default=())

    @property
    def stored_key(self) -> str:
        """The key under which the form is claimed and its receipt is kept.

        A page that is drawn again has the same form key, so what was written belongs to it; the
        form key, which is not stored, keeps that from being guessed.
        """
        whole = repr((self.form_key, self.sender, self.wish)).encode()
        return f"{self.subject}:{hashlib.sha256(whole).hexdigest()[:KEY_LENGTH]}"


def earlier_receipt(session: Session, form: PublicForm) -> str | None:
    """Return the receipt number of a form that was accepted before."""
    return earlier_result(session, form.stored_key)


def _sender_key(work: Work, form: PublicForm, near: str) -> str:
    written = [without_separators(one).casefold() for one in form.sender]
    return work.vault.blind("form_sender", "\0".join([near, *written])).hex()


def _require_allowed(of_sender: throttles.Verdict, of_network: throttles.Verdict) -> None:
    if not of_sender.allowed:
        raise ThrottledError(
            _(
                "ここから申し込めるのは、1日に3回までです。お急ぎのときは、"
                "コールセンターにお電話ください。"
            ),
            retry_at=of_sender.retry_at,
        )
    if not of_network.allowed:
        raise ThrottledError(
            _(
                "いまお使いのインターネットからの申し込みが多いため、きょうはここから申し込めません。"
                "コールセンターにお電話ください。"
            ),
            retry_at=of_network.retry_at,
        )


def accept_once(work: Work, form: PublicForm, accept: Callable[[], str]) -> str:
    """Count the form, let ``accept`` carry it out and return the receipt number.

    A form accepted by another worker in the meantime returns that receipt and is not counted.

    Raises:
        ThrottledError: the sender or the network has sent its forms of the day.
    """
    near, _wide = network_keys(work.vault, form.address)
    buckets = (form.limit.of(_sender_key(work, form, near)), throttles.FORMS_OF_NETWORK.of(near))
    of_sender, of_network = (throttles.count_try(work.session, one, work.now) for one in buckets)
    # The counters' rows are locked now: an equal form of another worker has committed or waits for
    # us.
    if receipt := earlier_receipt(work.session, form):
        for bucket in buckets:
            throttles.uncount_try(work.session, bucket)
        return receipt
    if not of_sender.allowed:
        throttles.uncount_try(work.session, buckets[1])
    _require_allowed(of_sender, of_network)
    if not first_time(work.session, form.stored_key, work.now) and (
        receipt := earlier_receipt(work.session, form)
    ):
        return receipt  # the same form from another network at the same time
    receipt = accept()
    keep_result(work.session, form.stored_key, receipt)
    return receipt
