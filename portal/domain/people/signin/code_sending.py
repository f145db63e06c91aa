"""Send one-time codes by SMS or email, within limits per account and address."""

from datetime import datetime, timedelta

from msgspec import Struct

from portal.domain.foundation.errors import ThrottledError
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, throttles
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.credentials.models import Credential
from portal.domain.people.notices.messages import CodeToSend, Origin, code_message
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.signin import sms_budget
from portal.domain.people.signin.second_factor import Factors
from portal.domain.people.signin.waits import not_sent_text

SENDING = (throttles.SEND_GAP, throttles.SEND_HOUR, throttles.SEND_DAY)


class Asked(Struct, frozen=True):
    """Who asks for a code: the site that its message names, and whether the browser is known.

    A browser is known for the ID that it once signed in with.
    """

    origin: Origin
    known_device: bool


def send_code(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose, asked: Asked
) -> None:
    """Make a code and put its message into the outbox.

    A worker sends it after the page was answered: at once, or a minute after a code for another
    purpose, so that nobody types one where the other is asked for.

    Raises:
        ThrottledError: a code for this purpose went out within sixty seconds, too many messages in
            this hour or day, or the site's budget of SMS is spent and the browser is not known.
    """
    address = codes.secret_of(work.vault, authenticator)
    _refuse_by_budget(work, authenticator, purpose, asked)
    sent_at = _turn(work, authenticator, purpose)
    row, code = codes.new_code(work, authenticator, purpose, sent_at=sent_at)
    credential = work.session.get_one(Credential, authenticator.credential_id)
    out = Outgoing(
        kind=authenticator.kind,
        purpose=f"code.{purpose}",
        address=address,
        message=code_message(authenticator.kind, CodeToSend(purpose, code), asked.origin),
        dedupe_key=f"code:{row.id}",
        household_id=credential.household_id,
        expires_at=row.expires_at,
        send_from=sent_at,
    )
    enqueue(work, out)
    if authenticator.kind == CodeChannel.SMS:
        sms_budget.note_sms(work)


def _turn(work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose) -> datetime | None:
    """Count a code to send, and return when its message may go out; None for at once."""
    later: datetime | None = None
    for limit in SENDING:
        for key in _counted_for(authenticator):
            verdict = throttles.count_try(work.session, limit.of(key), work.now)
            if verdict.allowed or limit not in _refusing(purpose):
                continue
            wait = _full_until(work, authenticator, purpose) or verdict.retry_at or work.now
            if limit is not throttles.SEND_GAP or not _may_follow(
                work, authenticator, purpose, wait
            ):
                raise _must_wait(work, authenticator, purpose, wait)
            later = max(later or wait, wait)
    if later is not None:
        _take_minute(work, authenticator, purpose, later)
    return later


def _may_follow(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose, wait: datetime
) -> bool:
    """Return whether a code can wait for its minute: the first of its purpose, and soon."""
    soon = wait - work.now <= timedelta(seconds=throttles.SEND_GAP.seconds)
    return soon and codes.good_until(work, authenticator, purpose) is None


def _take_minute(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose, later: datetime
) -> None:
    """Count the minute in which a code goes out later; two at once do not get the same."""
    for key in _counted_for(authenticator):
        gap = throttles.SEND_GAP.of(key)
        if not throttles.count_try(work.session, gap, later).allowed:
            raise _must_wait(work, authenticator, purpose, later)


def _refuse_by_budget(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose, asked: Asked
) -> None:
    wait = _braked_until(work, authenticator, asked)
    if wait is not None:
        raise _must_wait(work, authenticator, purpose, wait)


def _must_wait(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose, wait: datetime
) -> ThrottledError:
    usable = codes.good_until(work, authenticator, purpose)
    return ThrottledError(not_sent_text(usable, wait, work.now), retry_at=wait)


def send_first_code(work: Work, factors: Factors, asked: Asked) -> OtpAuthenticator | None:
    """Send a sign-in code after the password; return the channel, or None if none was sent."""
    found = factors.confirmed
    if not found or found[0].kind == CodeChannel.TOTP:
        return None
    try:
        send_code(work, found[0], CodePurpose.SIGN_IN, asked)
    except ThrottledError:
        return None  # the page says which code can be used, and from when another can be sent
    return found[0]


def send_wait(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose, asked: Asked
) -> datetime | None:
    """Return from when another code can be sent to a source; None if now, or if it is an app."""
    if authenticator.kind == CodeChannel.TOTP:
        return None
    waits = (
        _braked_until(work, authenticator, asked),
        _full_until(work, authenticator, purpose),
    )
    return max((wait for wait in waits if wait is not None), default=None)


def _braked_until(work: Work, authenticator: OtpAuthenticator, asked: Asked) -> datetime | None:
    if authenticator.kind != CodeChannel.SMS:
        return None
    return sms_budget.braked_until(work, known_device=asked.known_device)


def _full_until(
    work: Work, authenticator: OtpAuthenticator, purpose: CodePurpose
) -> datetime | None:
    keys = _counted_for(authenticator)
    buckets = [limit.of(key) for limit in _refusing(purpose) for key in keys]
    return throttles.full_until(work.session, buckets, work.now)


def _refusing(purpose: CodePurpose) -> tuple[throttles.Limit, ...]:
    """Return the limits that refuse another code.

    Whoever mistyped an address need not wait to send to the right one.
    """
    return tuple(
        limit
        for limit in SENDING
        if not (limit is throttles.SEND_GAP and purpose == CodePurpose.ENROLL)
    )


def _counted_for(authenticator: OtpAuthenticator) -> tuple[str, str]:
    """Return the keys that a sent code counts for: its account and its address."""
    return f"a{authenticator.credential_id}", (authenticator.address_digest or b"").hex()
