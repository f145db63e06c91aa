"""A report that the letter is lost, by a code by SMS or mail, or by the app (``loss``)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.domain.foundation.errors import InputError, ThrottledError
from portal.domain.foundation.texts import _
from portal.domain.foundation.work import Work
from portal.domain.people.authn import codes, throttles
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.hold import in_force
from portal.domain.people.authn.models import OtpAuthenticator
from portal.domain.people.authn.networks import network_keys
from portal.domain.people.authn.typed_code import CodeAnswer, CodeEntry, read_code
from portal.domain.people.credentials.formats import read_login_id
from portal.domain.people.credentials.models import Credential
from portal.domain.people.credentials.services import login_digest
from portal.domain.people.households.models import Household
from portal.domain.people.notices.messages import CodeToSend, Origin, code_message
from portal.domain.people.notices.phones import parse_email, parse_mobile
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.signin import sms_budget
from portal.domain.people.signin.attempt import is_served, login_id_text
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import note_refused, shut
from portal.domain.people.signin.waits import from_text

MOST = 5
"""So many accounts may share a telephone number or a mail address."""
_CONTEXT = "loss_report"
TICKET_LIFE = codes.CODE_LIFE + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who sends the form: the network address, and the site that a message names."""

    address: str = field(repr=False)
    origin: Origin


def send_code(work: Work, typed: str, reporter: Reporter) -> str:
    """Send a code to a telephone number or a mail address, if an account has it in force.

    Returns what the browser carries to the page for the code, whether or not one was sent.

    Raises:
        InputError: it is neither a mobile number nor a mail address.
        ThrottledError: too many codes to this address, forms of this network, or SMS in all.
    """
    kind, address = _read_address(typed)
    digest = work.vault.blind("address", address)
    _count_form(work, throttles.LOSS_CODES.of(digest.hex()), reporter.address)
    if kind is CodeChannel.SMS and (wait := sms_budget.braked_until(work, known_device=False)):
        raise _must_wait(work, wait)
    for source in _sources(work, kind, digest)[:1]:
        _send(work, source, address, reporter.origin)
    until = (work.now + TICKET_LIFE).timestamp()
    content = {"kind": kind.value, "address": digest.hex(), "until": until}
    return carry(work.vault, content, _CONTEXT)


def _send(work: Work, source: OtpAuthenticator, address: str, origin: Origin) -> None:
    row, code = codes.new_code(work, source, CodePurpose.REPORT_LOSS)
    credential = work.session.get_one(Credential, source.credential_id)
    to_send = CodeToSend(CodePurpose.REPORT_LOSS, code)
    out = Outgoing(
        kind=source.kind,
        purpose=f"code.{CodePurpose.REPORT_LOSS}",
        address=address,
        message=code_message(source.kind, to_send, origin),
        dedupe_key=f"code:{row.id}",
        household_id=credential.household_id,
        expires_at=row.expires_at,
    )
    enqueue(work, out)
    if source.kind == CodeChannel.SMS:
        sms_budget.note_sms(work)


def _read_address(typed: str) -> tuple[CodeChannel, str]:
    if "@" in typed or "＠" in typed:
        return CodeChannel.EMAIL, parse_email(typed)
    return CodeChannel.SMS, parse_mobile(typed)


def _count_form(work: Work, bucket: throttles.Bucket, address: str) -> None:
    near, _wide = network_keys(work.vault, address)
    for one in (bucket, throttles.FORMS_OF_NETWORK.of(near)):
        verdict = throttles.count_try(work.session, one, work.now)
        if not verdict.allowed:
            raise ThrottledError(
                _(
                    "届け出が続いたため、いまはここから届け出られません。"
                    "コールセンターにお電話ください。"
                ),
                retry_at=verdict.retry_at,
            )


def _sources(work: Work, kind: CodeChannel, digest: bytes) -> Sequence[OtpAuthenticator]:
    """Return the sources in force with an address, of households that may use the site."""
    rows = work.session.execute(
        select(OtpAuthenticator, Household)
        .join(Credential, Credential.id == OtpAuthenticator.credential_id)
        .join(Household, Household.id == Credential.household_id)
        .where(
            OtpAuthenticator.address_digest == digest,
            OtpAuthenticator.kind == kind,
            in_force(OtpAuthenticator, work.now),
        )
        .order_by(OtpAuthenticator.id)
        .limit(MOST)
    )
    return [source for source, household in rows if is_served(household)]


def is_waiting(work: Work, ticket: str) -> bool:
    """Return whether a browser carries a report that waits for its code."""
    return _opened(work, ticket) is not None


def _opened(work: Work, ticket: str) -> tuple[CodeChannel, bytes] | None:
    content = carried(work.vault, ticket, _CONTEXT)
    if content is None or content["until"] < work.now.timestamp():
        return None
    return CodeChannel(content["kind"]), bytes.fromhex(content["address"])


def by_code(work: Work, ticket: str, typed: str) -> None:
    """Report the letter lost, with the code that was sent; a wrong one does nothing.

    Every account with this address is shut: whoever has the phone cannot name one.
    """
    found = _opened(work, ticket)
    sources = _sources(work, *found) if found is not None else ()
    entry = CodeEntry(CodePurpose.REPORT_LOSS, typed)
    locked = [codes.lock(work.session, source.id) for source in sources]
    if not any(one and codes.check_sent(work, one, entry) is CodeAnswer.RIGHT for one in locked):
        note_refused(work, None, "wrong")
        return
    for source in sources:
        shown = frozenset({Item(source.kind)})
        shut(work, source.credential_id, shown, Right.REPORT_LETTER)


def by_app(work: Work, login: str, typed: str, reporter: Reporter) -> None:
    """Report the letter lost, with the ID and the app's code; a wrong one does nothing.

    Wrong codes are counted for the ID, not for the source: strangers must not be able to close it.

    Raises:
        InputError: the ID has a wrong length or check digit.
        ThrottledError: too many such reports of this ID, or forms of this network.
    """
    login_id = read_login_id(login)
    if login_id is None:
        raise InputError(login_id_text(), code="login_id")
    digest = login_digest(work.vault, login_id)
    _count_form(work, throttles.LOSS_BY_APP.of(digest.hex()), reporter.address)
    app = work.session.scalar(
        select(OtpAuthenticator)
        .join(Credential, Credential.id == OtpAuthenticator.credential_id)
        .where(
            Credential.login_digest == digest,
            OtpAuthenticator.kind == CodeChannel.TOTP,
            in_force(OtpAuthenticator, work.now),
        )
    )
    found = codes.lock(work.session, app.id) if app is not None else None
    digits = read_code(typed).digits
    if found is None or codes.check_app(work, found, digits) is not CodeAnswer.RIGHT:
        note_refused(work, None, "wrong")
        return
    shut(work, found.credential_id, frozenset({Item.APP}), Right.REPORT_LETTER)


def _must_wait(work: Work, until: datetime) -> ThrottledError:
    return ThrottledError(
        _("番号は、%(time)sから送れます。お急ぎのときは、コールセンターにお電話ください。")
        % {"time": from_text(until, work.now)},
        retry_at=until,
    )
