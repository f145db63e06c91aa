"""Japanese headings break between phrases, and nothing else changes in them."""

import re

import pytest

from portal.domain.foundation.texts import use_locale
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.phrases import MARK, phrases
from portal.platform.rendering.templating import make_environment

BREAKS = {
    "入力を確かめてください": "入力を|確かめてください",
    "もう一度、確認の番号を入力してください": "もう一度、|確認の番号を|入力してください",
    "控えのコードを作りなおしますか": "控えの|コードを|作りなおしますか",
    "手紙が届かないとき": "手紙が|届かない|とき",
    "%(name)sさんのクーポン": "%(name)sさんの|クーポン",
    "{番号|ばんごう}が分からないとき": "{番号|ばんごう}が|分からない|とき",
    "子育てクーポンコールセンター": "子育て|クーポン|コールセンター",
    "みなも区子育て応援": "みなも区子育て|応援",
    "つながりにくくなっています": "つながりにくく|なっています",
    "サインアウトしました": "サインアウト|しました",
    "設定": "設定",
    "": "",
}


@pytest.mark.parametrize(("text", "broken"), BREAKS.items())
def test_a_heading_breaks_between_phrases(text: str, broken: str) -> None:
    assert phrases(text).replace(MARK, "|") == broken


@pytest.mark.parametrize("locale", ["ja@easy", "zh_Hans", "zh_Hant", "ko", "en"])
def test_other_languages_break_as_they_do(locale: str) -> None:
    with use_locale(locale):
        assert phrases("手紙が届かないとき") == "手紙が届かないとき"


@pytest.mark.parametrize(
    ("template", "drawn"),
    [
        ("<h1>{{ _('手紙が届かないとき') }}</h1>", "<h1>手紙が<wbr>届かない<wbr>とき</h1>"),
        (
            "<h2{% if name %} id='a'{% endif %}>{{ _('手紙が届かない') }}</h2>",
            "手紙が<wbr>届かない",
        ),
        ("<h2 id='a'>{{ _('設定') }}</h2>{{ _('手紙が届かないとき') }}", "手紙が届かないとき"),
        ("<h1>{{ _('%(name)sさんのクーポン', name=name) }}</h1>", "<h1>電話の番号さんの<wbr>クー"),
        ("<header>{{ _('手紙が届かないとき') }}</header>", "<header>手紙が届かないとき"),
    ],
)
def test_only_headings_have_marks_and_no_name_is_taken_apart(template: str, drawn: str) -> None:
    environment = make_environment(Assets(), staff=False)
    assert drawn in environment.from_string(template).render(name="電話の番号")


def test_with_readings_a_phrase_stays_whole_where_a_browser_would_break_it() -> None:
    environment = make_environment(Assets(), staff=False)
    with use_locale("ja@furigana"):
        drawn = environment.from_string("<h1>{{ _('もう一度、お待ちください') }}</h1>").render()
    assert re.search(r'<span class="day">もう<ruby>一度.*?、</span>', drawn), drawn
    with use_locale("ja@furigana"):
        drawn = environment.from_string("<h1>{{ _('手紙が届かないとき') }}</h1>").render()
    assert 'class="day"' not in drawn


def test_staff_pages_have_no_marks() -> None:
    environment = make_environment(Assets(), staff=True)
    assert "<wbr>" not in environment.from_string("<h1>{{ _('届かないとき') }}</h1>").render()
