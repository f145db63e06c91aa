"""General texts of replies; they say nothing about a household, so anybody may receive them."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.scripts import queries as scripts
from portal.domain.contacts.scripts.defaults import Script, ScriptPart
from portal.domain.contacts.scripts.lines import LineKind, filled, read_lines
from portal.domain.contacts.scripts.values import values_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import InputError, NotFoundError
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.sentences import together
from portal.domain.foundation.texts import Labeled, _, _s, current_locale, use_locale
from portal.domain.foundation.work import Work


class OwnText(Labeled):
    """Texts of our own, named for the agent; the scripts' standard answers are offered beside."""

    RECEIVED = "received", lambda: _s("FAXを受け取った。あとで答える")
    ACCEPTED = "accepted", lambda: _s("申し込みを受け付けた")
    WHO = "who", lambda: _s("だれかを確かめたい。必要なことを書いて、もう一度送ってもらう")
    UNREADABLE = "unreadable", lambda: _s("読めないところがある。もう一度送ってもらう")
    TELEPHONE = "telephone", lambda: _s("電話でも話せることを伝える")


SCRIPT = "script:"
LOCALES: Mapping[str, str] = {
    CallLanguage.JA: "ja",
    CallLanguage.EN: "en",
    CallLanguage.ZH: "zh_Hans",
    CallLanguage.KO: "ko",
    CallLanguage.OTHER: "en",
}
"""The language of a reply, beside Japanese."""


class Wording(Struct, frozen=True):
    """One choice: its code, and its label and text in the language of the agent's pages."""

    code: str
    name: str
    text: str


def locales_of(language: str) -> tuple[str, ...]:
    """Return the locales of a reply: the sender's, and Japanese for the office."""
    return tuple(dict.fromkeys((LOCALES[language], SOURCE_LOCALE)))


def choices(work: Work) -> list[Wording]:
    """Return all general texts: our own, then the standard answers of the scripts."""
    locale, values = current_locale(), values_of(work.program, jst_date(work.now))
    own = [Wording(one.value, one.label, together(_own(one))) for one in OwnText]
    answers = [
        Wording(
            SCRIPT + one.key,
            one.draft.title_in(locale),
            together(_said(one, locale, values)),
        )
        for one in scripts.scripts(work.session)
        if one.part == ScriptPart.ANSWER
    ]
    return own + answers


def lines_of(work: Work, codes: Sequence[str], locale: str) -> list[str]:
    """Return the lines of the chosen texts in one language.

    Raises:
        InputError: a code is unknown (code ``wording``).
    """
    found: list[str] = []
    for code in codes:
        if (own := OwnText.known(code)) is not None:
            with use_locale(locale):
                found += _own(own)
            continue
        try:
            one = (
                scripts.script(work.session, code.removeprefix(SCRIPT))
                if code.startswith(SCRIPT)
                else None
            )
        except NotFoundError:
            one = None
        if one is None or one.part != ScriptPart.ANSWER or one.draft.hidden:
            raise InputError(_s("返信の文を、一覧から選んでください。"), code="wording")
        found += _said(one, locale, values_of(work.program, jst_date(work.now)))
    return found


def numbers_of(receipts: Sequence[str], locale: str) -> list[str]:
    """Return a line for each receipt number, in one language."""
    with use_locale(locale):
        return [_("申し込みの受付番号: %(number)s") % {"number": number} for number in receipts]


def _said(one: Script, locale: str, values: Mapping[str, LocalText]) -> list[str]:
    """Return the spoken lines of a script in one language, or in Japanese if it lacks that one."""
    texts = one.draft.texts
    code = {"ja@easy": "easy", "zh_Hans": "zh"}.get(locale, locale)
    spoken = texts.get(code) or ""
    text = filled(spoken or texts["ja"], values, locale if spoken else SOURCE_LOCALE)
    return [line.text for line in read_lines(text) if line.kind is LineKind.SAY]


def _own(text: OwnText) -> list[str]:
    """Return the lines of a text of our own in the current language."""
    return {
        OwnText.RECEIVED: [
            _("FAXを受け取りました。ありがとうございます。"),
            _("いま、確かめています。答えは、あとでFAXか手紙で送ります。"),
        ],
        OwnText.ACCEPTED: [
            _("FAXで送られた申し込みを、受け付けました。"),
            _("このあとのことは、登録された住所への手紙か、登録された連絡先で知らせます。"),
        ],
        OwnText.WHO: [
            _("世帯のことをFAXで答える前に、だれからのFAXかを確かめます。"),
            _(
                "「FAX問合せ票」に、世帯主の氏名と生年月日、こどもの生年月日、郵便番号、"
                "手紙の番号を書いて、もう一度送ってください。わからないところは、"
                "書かなくてもかまいません。"
            ),
            _("パスワードと、クーポンのコードは、書かないでください。"),
        ],
        OwnText.UNREADABLE: [
            _("送られたFAXに、読めないところがありました。すみませんが、もう一度送ってください。")
        ],
        OwnText.TELEPHONE: [
            _("電話でも話せます。電話が使いにくい方は、このままFAXで送ってください。")
        ],
    }[text]
