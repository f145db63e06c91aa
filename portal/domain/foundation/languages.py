"""The one list of languages: a new one is a line here, its catalog, and the ward's own texts.

Owns what every part of the system must know of a language. Sites, letters, catalogs and the
reading of programs take it from here. Imports only what Python has, since the catalogs of the
wheel are compiled where no package of the program is installed; so its records are dataclasses.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typesetting:
    """How Typst sets a language: Han glyphs differ by language, so each has its region and face."""

    lang: str
    region: str
    script: str
    font: str = "Noto Sans CJK JP"


@dataclass(frozen=True, slots=True)
class Language:
    """A language that residents can choose.

    Attributes:
        locale: Our locale id: names the catalog's folder and the ward's text.
        code: How cookies and addresses name it; stored by browsers, so never changed.
        name: Its name in the language itself.
        html_lang: The value of the ``lang`` attribute (BCP 47).
        accepts: Browsers' tags (lower case, ``_``) that mean it, with all that begin like them.
        typesetting: How letters set it.
        for_staff: Whether the staff site and the command line have it, too.
    """

    locale: str
    code: str
    name: str
    html_lang: str
    accepts: tuple[str, ...]
    typesetting: Typesetting
    for_staff: bool = False


JAPANESE = Typesetting("ja", "jp", "kana")
LANGUAGES: tuple[Language, ...] = (
    Language("ja", "ja", "日本語", "ja", ("ja",), JAPANESE, for_staff=True),
    Language("ja@easy", "easy", "やさしい日本語", "ja", (), JAPANESE),
    Language(
        "en",
        "en",
        "English",
        "en",
        ("en",),
        Typesetting("en", "us", "latn"),
        for_staff=True,
    ),
    Language(
        "zh_Hans",
        "zh-Hans",
        "简体中文",
        "zh-Hans",
        ("zh", "zh_hans"),
        Typesetting("zh", "cn", "hani", "Noto Sans CJK SC"),
    ),
    Language(
        "zh_Hant",
        "zh-Hant",
        "繁體中文",
        "zh-Hant",
        ("zh_hant", "zh_tw", "zh_hk", "zh_mo"),
        Typesetting("zh", "tw", "hani", "Noto Sans CJK TC"),
    ),
    Language(
        "ko",
        "ko",
        "한국어",
        "ko",
        ("ko",),
        Typesetting("ko", "kr", "hang", "Noto Sans CJK KR"),
    ),
)
"""In the order in which residents are offered them; the first one is the source of all texts."""

FURIGANA = Language("ja@furigana", "furigana", "日本語（ふりがな）", "ja", (), JAPANESE)
"""Japanese with a reading over each word: residents switch it on where languages are chosen.

It has no texts of its own, and is no language of letters, messages and records.
"""
OFFERED: tuple[Language, ...] = (LANGUAGES[0], FURIGANA, *LANGUAGES[1:])
"""What residents choose from on the site."""

SOURCE_LOCALE = LANGUAGES[0].locale
RESIDENT_LOCALES = tuple(language.locale for language in LANGUAGES)
STAFF_LOCALES = tuple(language.locale for language in LANGUAGES if language.for_staff)
BY_LOCALE: Mapping[str, Language] = {language.locale: language for language in OFFERED}
