"""Which language a page speaks: the cookie's, else the browser's, else Japanese."""

from functools import lru_cache

from babel import negotiate_locale

from portal.domain.foundation.texts import RESIDENT_LOCALES, SOURCE_LOCALE

COOKIE = "lang"
CODES = {
    "ja": "ja",
    "easy": "ja@easy",
    "en": "en",
    "zh-Hans": "zh_Hans",
    "zh-Hant": "zh_Hant",
    "ko": "ko",
}
"""Codes as they stand in cookies, addresses and ``lang`` attributes, with our locale ids."""
NAMES = {
    "ja": "日本語",
    "easy": "やさしい日本語",
    "en": "English",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "ko": "한국어",
}
CODE_OF = {locale: code for code, locale in CODES.items()}
ALIASES = {
    "zh": "zh_Hans",
    "zh_cn": "zh_Hans",
    "zh_sg": "zh_Hans",
    "zh_tw": "zh_Hant",
    "zh_hk": "zh_Hant",
    "zh_mo": "zh_Hant",
}


def html_lang(locale: str) -> str:
    """Return the value of the ``lang`` attribute."""
    return "ja" if locale == "ja@easy" else locale.replace("_", "-")


@lru_cache(maxsize=1_024)
def choose(
    cookie: str | None, accept_language: str, offered: tuple[str, ...] = RESIDENT_LOCALES
) -> str:
    """Return the locale id for a request."""
    chosen = CODES.get(cookie or "")
    if chosen in offered:
        return chosen or SOURCE_LOCALE
    weighted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _sep, parameter = part.strip().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            weighted.append((-weight, position, tag.replace("-", "_")))
    wanted = [ALIASES.get(tag.lower(), tag) for _weight, _position, tag in sorted(weighted)]
    wanted = ["zh_Hant" if w.lower().startswith("zh_hant") else w for w in wanted]
    wanted = ["zh_Hans" if w.lower().startswith("zh_hans") else w for w in wanted]
    return negotiate_locale(wanted, offered) or SOURCE_LOCALE
