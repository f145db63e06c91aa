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
from portal.domain.people.notices.messages import CodeToSend, Origin, code_message, signature_of
from portal.domain.people.notices.phones import parse_email, parse_mobile
from portal.domain.people.notices.services import Outgoing, enqueue
from portal.domain.people.signin import sms_budget
from portal.domain.people.signin.attempt import is_served, login_id_text
from portal.domain.people.signin.carried import carried, carry
from portal.domain.people.signin.evidence import Item, Right
from portal.domain.people.signin.loss import note_refused, shut
from portal.domain.people.signin.loss_waiting import Report, Step, let_wait
from portal.domain.people.signin.waits import from_text

MOST = 5
"""So many accounts may share a telephone number or a mail address."""
_CONTEXT = "loss_report"
TICKET_LIFE = codes.CODE_LIFE + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who sends the form: the network address, and the host name that a message names."""

    address: str = field(repr=False)
    host: str


def send_code(work: Work, typed: str, reporter: Reporter) -> str:
    """Have a code sent to a telephone number or a mail address, if an account has it in force.

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
    let_wait(work, Report(Step.SEND, kind=kind.value, address=address, host=reporter.host))
    until = (work.now + TICKET_LIFE).timestamp()
    content = {"kind": kind.value, "address": digest.hex(), "until": until}
    return carry(work.vault, content, _CONTEXT)


def carry_out_sending(work: Work, report: Report) -> None:
    """Send the code of a report, if an account has the number or the address in force."""
    digest = work.vault.blind("address", report.address)
    for source in _sources(work, CodeChannel(report.kind), digest)[:1]:
        _send(work, source, report)


def _send(work: Work, source: OtpAuthenticator, report: Report) -> None:
    row, code = codes.new_code(work, source, CodePurpose.REPORT_LOSS)
    credential = work.session.get_one(Credential, source.credential_id)
    to_send = CodeToSend(CodePurpose.REPORT_LOSS, code)
    origin = Origin(report.host, signature_of(work.program))
    out = Outgoing(
        kind=source.kind,
        purpose=f"code.{CodePurpose.REPORT_LOSS}",
        address=report.address,
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
    """Report the letter lost, with the code that was sent."""
    kind, digest = _opened(work, ticket) or (CodeChannel.SMS, b"")
    digits = read_code(typed).digits
    let_wait(work, Report(Step.CODE, kind=kind.value, address=digest.hex(), code=digits))


def judge_code(work: Work, report: Report) -> None:
    """Shut every account of a number or an address if the code is right; note a wrong one.

    Whoever has the phone cannot name one of the accounts.
    """
    digest = bytes.fromhex(report.address)
    found = _sources(work, CodeChannel(report.kind), digest) if digest else ()
    accounts = sorted({source.credential_id for source in found})
    # all of an account's sources before its row, and the accounts in their order
    locked = [one for key in accounts for one in codes.lock_all(work.session, key)]
    keys = {source.id for source in found}
    sources = [one for one in locked if one.id in keys]
    then, entry = work.at(report.at), CodeEntry(CodePurpose.REPORT_LOSS, report.code)
    if not any(codes.check_sent(then, one, entry) is CodeAnswer.RIGHT for one in sources):
        note_refused(work, None, "wrong")
        return
    for source in sources:
        shown = frozenset({Item(source.kind)})
        shut(work, source.credential_id, shown, Right.REPORT_LETTER)


def by_app(work: Work, login: str, typed: str, reporter: Reporter) -> None:
    """Report the letter lost, with the ID and the app's code.

    Wrong codes are counted for the ID, not for the source: strangers must not be able to close it.

    Raises:
        InputError: the ID has a wrong length or check digit.
        ThrottledError: too many such reports of this ID, or forms of this network.
    """
    login_id = read_login_id(login)
    if login_id is None:
        raise InputError(login_id_text(login), code="login_id")
    digest = login_digest(work.vault, login_id)
    _count_form(work, throttles.LOSS_BY_APP.of(digest.hex()), reporter.address)
    let_wait(work, Report(Step.APP, login=digest.hex(), code=read_code(typed).digits))


def judge_app(work: Work, report: Report) -> None:
    """Shut the account of an ID if the app's code is right; note a wrong one."""
    found = work.session.execute(
        select(OtpAuthenticator.id, OtpAuthenticator.credential_id)
        .join(Credential, Credential.id == OtpAuthenticator.credential_id)
        .where(
            Credential.login_digest == bytes.fromhex(report.login),
            OtpAuthenticator.kind == CodeChannel.TOTP,
            in_force(OtpAuthenticator, report.at),
        )
    ).one_or_none()
    sources = codes.lock_all(work.session, found.credential_id) if found is not None else []
    app = next((one for one in sources if found is not None and one.id == found.id), None)
    then = work.at(report.at)
    if app is None or codes.check_app(then, app, report.code) is not CodeAnswer.RIGHT:
        note_refused(work, None, "wrong")
        return
    shut(work, app.credential_id, frozenset({Item.APP}), Right.REPORT_LETTER)


def _must_wait(work: Work, until: datetime) -> ThrottledError:
    return ThrottledError(
        _("番号は、%(time)sから送れます。お急ぎのときは、コールセンターにお電話ください。")
        % {"time": from_text(until, work.now)},
        retry_at=until,
    )
