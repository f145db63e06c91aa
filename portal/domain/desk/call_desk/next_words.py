"""What to ask next if a search found nothing or too much, as sentences in the caller's language."""

from portal.domain.desk.call_desk.answer_words import Answer, in_both_languages
from portal.domain.desk.call_desk.search import Asked, Hits
from portal.domain.foundation.texts import _


def to_ask(asked: Asked, hits: Hits, locale: str) -> list[Answer]:
    """Return what to say after a search, in Japanese and in ``locale``; nothing for one hit.

    The same search gets the same advice whether nothing matches or only a household that callers
    may not know of.
    """
    if len(hits.households) == 1:
        return []
    return in_both_languages(lambda: _sentences(asked, found=bool(hits.households)), locale)


def _sentences(asked: Asked, *, found: bool) -> list[tuple[str, str]]:
    questions = [
        ("number", _("お手元の手紙に印刷された、手紙番号かIDを教えてください。")),
        ("tracking", _("不在連絡票があれば、お問い合わせ番号を教えてください。")),
        ("name", _("世帯主の方のお名前を、カタカナで教えてください。")),
        ("birth", _("世帯主の方か、お子さんの生年月日を教えてください。")),
        ("postal", _("ご住所の郵便番号を教えてください。")),
    ]
    used = {*asked.used, *(("tracking",) if asked.number else ())}
    left = [
        (name, text)
        for name, text in questions
        if name not in used or (name == "name" and not found)
    ]
    if found:
        return left
    end = _(
        "お話の内容では、見つけられませんでした。手紙か不在連絡票をご用意のうえ、"
        "もう一度お電話いただくか、区の窓口にご相談ください。"
    )
    return [*left, ("end", end)]
