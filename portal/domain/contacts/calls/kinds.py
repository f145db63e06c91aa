"""The vocabulary that describes a call: channel, direction, language, caller, category, result.

Categories are those of ``domain.md`` §5.4, from the questions that such programs really get; the
monthly report counts by them (clause 6(7)①). Every code word has its label beside it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from portal.domain.foundation.texts import Labeled, _s


class CallChannel(Labeled):
    """The channel of the contact; ``form`` is a paper form on an agent's tray."""

    PHONE = "phone", lambda: _s("電話")
    FAX = "fax", lambda: _s("FAX")
    COUNTER = "counter", lambda: _s("窓口")
    FORM = "form", lambda: _s("紙の申込書")


class Direction(Labeled):
    """The direction of a contact."""

    INBOUND = "inbound", lambda: _s("受けた")
    OUTBOUND = "outbound", lambda: _s("こちらからかけた")


class CallLanguage(Labeled):
    """The languages of the specification (clause 6(3)), and any other through an interpreter."""

    JA = "ja", lambda: _s("日本語")
    EN = "en", lambda: _s("英語")
    ZH = "zh", lambda: _s("中国語")
    KO = "ko", lambda: _s("韓国語")
    OTHER = "other", lambda: _s("ほかの言語")


SPOKEN: Mapping[str, str] = MappingProxyType({"en": "en", "zh": "zh_Hans", "ko": "ko"})
"""The locale in which a caller is addressed, by language.

A caller of any other language is addressed in Japanese, if needed through an interpreter.
"""


def language_of_locale(locale: str | None) -> CallLanguage:
    """Return the call language for a reader of the site in ``locale``; Japanese if unknown."""
    language = (locale or "").partition("_")[0]
    return CallLanguage(language) if language in SPOKEN else CallLanguage.JA


class Relation(Labeled):
    """The relation that the caller claims; recorded, never believed: the level decides."""

    HOUSEHOLDER = "householder", lambda: _s("世帯主")
    OTHER_PARENT = "other_parent", lambda: _s("もう一人の親")
    CHILD = "child", lambda: _s("こども")
    OTHER = "other", lambda: _s("そのほかの人")


class Result(Labeled):
    """The outcome of a call."""

    DONE = "done", lambda: _s("完了")
    CALL_BACK = "call_back", lambda: _s("折り返す")
    PASSED = "passed", lambda: _s("区に引き継いだ")
    PENDING = "pending", lambda: _s("あとで対応する")
