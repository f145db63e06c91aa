"""Texts of SMS and email: they name the action and hold no personal data and no links.

Each says who sends it, and one with a code that staff never ask for it.
"""

from dataclasses import dataclass, field
from datetime import date

from msgspec import Struct

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import _, plain
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.codes import CODE_LIFE
from portal.domain.people.notices import sms_words
from portal.domain.people.notices.events import AccountEvent, ProgressEvent


@dataclass(frozen=True, slots=True)
class Message:
    """Subject (email only) and text, in the language that was current when it was made."""

    subject: str | None = field(repr=False)
    body: str = field(repr=False)


class Signature(Struct, frozen=True):
    """Who sends a message, in the language current when it is made.

    Attributes:
        short: Begins every SMS.
        full: Stands under an email.
        telephone: Where to call about a message; it is the call center's.
    """

    short: str
    full: str
    telephone: str


def signature_of(program: Program) -> Signature:
    """Return who sends the program's messages, in the current language."""
    names = program.names
    return Signature(plain(str(names.sms)), plain(str(names.program)), program.contact.telephone)


class Origin(Struct, frozen=True):
    """The sender of a code: the host name of the resident site, and who runs it."""

    host: str
    sender: Signature


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """A one-time code and what it is for."""

    purpose: CodePurpose
    digits: str = field(repr=False)


def code_message(kind: str, code: CodeToSend, origin: Origin) -> Message:
    """Return the message that carries a one-time code.

    The last line of an SMS binds the code to the site (``@host #code``), so that a phone fills it
    in nowhere else; an email is signed with the program's name.
    """
    if kind == CodeChannel.SMS:
        text = plain(sms_words.code_line()) % {
            "sender": origin.sender.short,
            "title": plain(sms_words.TITLES[code.purpose]()),
            "code": code.digits,
        }
        return Message(None, f"{text}\n@{origin.host.partition(':')[0]} #{code.digits}")
    title = plain(code.purpose.label)
    minutes = int(CODE_LIFE.total_seconds() // 60)
    parts = [
        plain(_("%(title)s：%(code)s")) % {"title": title, "code": code.digits},
        plain(_("この番号は%(minutes)d分間、1回だけ使えます。サイトの画面に入力してください。"))
        % {"minutes": minutes},
        plain(
            _(
                "職員やコールセンターが、この番号を聞くことはありません。"
                "だれにも教えないでください。心当たりがないときは、"
                "何もしなくてかまいません。"
            )
        ),
    ]
    return Message(title, _letter(parts, origin.sender))


def notice_message(kind: str, event: AccountEvent, sender: Signature) -> Message:
    """Return the message that informs the owner of an account of an event."""
    title, what = plain(event.label), plain(event.sentence())
    if kind == CodeChannel.SMS:
        return _sms(sender, what, sms_words.not_you() % {"telephone": sender.telephone})
    return Message(title, _letter([what, _advice(sender)], sender))


def progress_texts(event: str, due: date | None = None) -> tuple[str, str]:
    """Return title and sentence of a ``ProgressEvent``; ``due`` is a last day (JST).

    In やさしい日本語 they carry readings.

    Raises:
        ValueError: there is no such event.
    """
    known = ProgressEvent.known(event)
    if known is None:
        raise ValueError("unknown event")
    what = known.sentence()
    return known.label, what if due is None else what % {"day": format_day(due)}


def progress_message(
    kind: str, event: str, sender: Signature, *, due: date | None = None
) -> Message:
    """Return the message about a ``ProgressEvent``: what happened, and where to look.

    Raises:
        ValueError: there is no such event.
    """
    if kind == CodeChannel.SMS:
        return _sms(sender, _short_sentence(event, due), sms_words.see_more())
    title, what = (plain(text) for text in progress_texts(event, due))
    where = plain(_("くわしくは、サインインして、ごらんください。"))
    ending = [plain(_("このお知らせは、サインインして「設定」で止められます。"))]
    optional = ending if event == ProgressEvent.DEADLINE_NEAR else []
    return Message(title, _letter([what, where, *optional, _advice(sender)], sender))


def _advice(sender: Signature) -> str:
    """Return whom to call: the number stands in every letter too, so that it can be compared."""
    call = plain(_("心当たりがないときは、コールセンター（%(telephone)s）に電話してください。"))
    where = plain(_("この電話番号は、区から届いたお手紙にもあります。"))
    return call % {"telephone": sender.telephone} + where


def _short_sentence(event: str, due: date | None) -> str:
    known = ProgressEvent.known(event)
    if known is None or known not in sms_words.SHORT or due is None:
        return progress_texts(event, due)[1]
    return sms_words.SHORT[known]() % {"day": format_day(due)}


def _sms(sender: Signature, what: str, advice: str) -> Message:
    return Message(None, f"{sender.short}: {plain(what)}\n{plain(advice)}")


def _letter(parts: list[str], sender: Signature) -> str:
    closing = plain(
        _(
            "このアドレスが、この事業の連絡先に登録されているので、お送りしました。返信はできません。"
        )
    )
    return "\n\n".join([*parts, closing, *([sender.full] if sender.full else [])]) + "\n"
