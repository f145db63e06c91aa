import re

import pytest

from portal.domain.foundation.languages import LANGUAGES, SOURCE_LOCALE, Language
from portal.platform.http.locale import choose
from tests.support.sources import ROOT


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_a_language_has_its_catalog(language: Language) -> None:
    catalog = ROOT / "locales" / language.locale / "LC_MESSAGES" / "messages.po"
    assert language.locale == SOURCE_LOCALE or catalog.exists()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_a_language_has_faces_of_its_own_on_screens(language: Language) -> None:
    """Han glyphs differ by language; without a rule Chinese and Korean come out Japanese."""
    styles = "".join(path.read_text("utf-8") for path in (ROOT / "static/css").rglob("*.css"))
    assert language.html_lang == "ja" or re.search(
        rf":lang\({language.html_lang}\)\s*\{{[^}}]*font-family", styles
    )


@pytest.mark.parametrize(
    ("accepted", "locale"),
    [
        ("zh-TW,zh;q=0.9", "zh_Hant"),
        ("zh-Hant-HK", "zh_Hant"),
        ("zh-HK", "zh_Hant"),
        ("zh-CN,en;q=0.5", "zh_Hans"),
        ("zh", "zh_Hans"),
        ("ko-KR", "ko"),
        ("en-GB;q=0.8,ja;q=0.9", "ja"),
        ("fr,en-US;q=0.5", "en"),
        ("fr", "ja"),
    ],
)
def test_a_browser_is_answered_in_its_language(accepted: str, locale: str) -> None:
    assert choose(None, accepted) == locale
