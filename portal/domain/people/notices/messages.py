"""Texts of SMS and email: they name the action and hold no personal data and no links.

Each says that staff never ask for the code.
"""

from dataclasses import dataclass, field
from datetime import date

from portal.domain.foundation.program.day_text import format_day
from portal.domain.foundation.texts import _, plain
from portal.domain.people.authn.channels import CodeChannel, CodePurpose
from portal.domain.people.authn.codes import CODE_LIFE
from portal.domain.people.notices.events import AccountEvent, ProgressEvent


@dataclass(frozen=True, slots=True)
class Message:
    """Subject (email only) and text, in the language that was current when it was made."""

    subject: str | None = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Origin:
    """The sender of a code: the host name of an SMS, and the program's name for an email."""

    host: str
    name: str = ""


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
    title = plain(code.purpose.label)
    if kind == CodeChannel.SMS:
        text = plain(_("%(title)s %(code)s 職員は番号を聞きません。")) % {
            "title": title,
            "code": code.digits,
        }
        return Message(None, f"{text}\n@{origin.host.partition(':')[0]} #{code.digits}")
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
    return Message(title, _letter(parts, origin.name))


def notice_message(kind: str, event: AccountEvent, *, sender: str = "") -> Message:
    """Return the message that informs the owner of an account of an event."""
    title, what = plain(event.label), plain(event.sentence())
    advice = plain(_("心当たりがないときは、コールセンターに電話してください。"))
    if kind == CodeChannel.SMS:
        return Message(None, f"{what}\n{advice}")
    where = plain(_("電話番号は、区から届いたお手紙にあります。"))
    return Message(title, _letter([what, f"{advice}{where}"], sender))


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
    kind: str, event: str, *, due: date | None = None, sender: str = ""
) -> Message:
    """Return the message about a ``ProgressEvent``: what happened, and where to look.

    Raises:
        ValueError: there is no such event.
    """
    title, what = (plain(text) for text in progress_texts(event, due))
    where = plain(_("くわしくは、サインインして、ごらんください。"))
    if kind == CodeChannel.SMS:
        return Message(None, f"{what}\n{where}")
    advice = plain(_("心当たりがないときは、コールセンターに電話してください。"))
    number = plain(_("電話番号は、区から届いたお手紙にあります。"))
    return Message(title, _letter([what, where, f"{advice}{number}"], sender))


def _letter(parts: list[str], sender: str) -> str:
    closing = plain(_("このメールには返信できません。"))
    return "\n\n".join([*parts, closing, *([sender] if sender else [])]) + "\n"
