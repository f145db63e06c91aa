"""Can this deployment send messages: are settings and consents whole, was each way tried?"""

from collections.abc import Iterator

from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError
from portal.domain.foundation.texts import _s
from portal.domain.foundation.wareki import format_wareki
from portal.domain.people.notices.sms_check import sms_findings
from portal.domain.people.notices.trials import tried_live
from portal.platform.selfcheck.findings import Finding, doubtful, well, wrong
from portal.platform.selfcheck.subject import Subject
from portal.platform.senders import KINDS, check_senders, make_senders
from portal.platform.senders.sending import Sender

_COMMANDS = {"sms": "portal sms test", "email": "portal mail test"}


def check_consents(subject: Subject) -> Iterator[Finding]:
    """Yield whether SMS and mail may and can be sent: settings, libraries, the ward's consents."""
    try:
        check_senders(subject.settings)
    except InputError as error:
        advice = _s("設定と、事業の設定 [[outside]] を直してください。")
        yield wrong("consents", error.message, advice)


def check_messages(subject: Subject) -> Iterator[Finding]:
    """Yield whether every SMS fits one message, and when each way was last tried by hand."""
    for finding in sms_findings(subject.program, subject.settings.public_url):
        yield wrong(finding.code, finding.sentence, "")
    try:
        senders = make_senders(subject.settings)
    except InputError:
        return  # the check before says so
    for kind in KINDS:
        sender = senders.get(kind)
        if sender is not None and not sender.keeps_body:
            yield _tried(subject, kind, sender)


def _tried(subject: Subject, kind: str, sender: Sender) -> Finding:
    with subject.database.read() as session:
        when = tried_live(session, kind, str(sender.way))
    if when is None:
        return doubtful(
            f"{kind}_not_tried",
            _s("%(way)s は、まだ実際に試していません。") % {"way": sender.way},
            _s("「%(command)s」で、手元に送って確かめてください。") % {"command": _COMMANDS[kind]},
        )
    return well(
        f"{kind}_tried",
        _s("%(way)s は、%(day)sに実際に送れました。")
        % {"way": sender.way, "day": format_wareki(jst_date(when))},
    )
