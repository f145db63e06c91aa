"""What people typed stays text, in every language and with every way to write it into a text."""

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from portal.domain.foundation.languages import LANGUAGES, OFFERED, Language
from portal.domain.foundation.program.hours_text import clock_text, closed_days
from portal.domain.foundation.program.loader import load_program
from portal.domain.foundation.texts import use_locale
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.templating import (
    make_environment,
    resident_ruby,
    with_readings,
    with_whole_amounts,
    with_whole_days,
    with_whole_words,
)

NAME = "\"><script>alert('1')</script>&"
TEXT = "&#34;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"
WAYS = (
    '{{ _("%(name)sさんのクーポン", name=name) }}',
    '{{ _("%(name)sさんのクーポン", name=name|japanese) }}',
    '{{ _("%(name)sさんのクーポン", name=name|ruby) }}',
    '{{ _n("%(num)s人の%(name)s", "%(num)s人の%(name)s", 2, name=name) }}',
    '{{ _("%(name)sさんのクーポン", name=name)|plain }}',
    "{{ (name ~ '2023年12月31日')|ruby }}",
    '{{ resident_text("%(name)sさんのクーポン", name=name) }}',
)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("staff", [False, True])
def test_a_name_with_markup_stays_text(language: Language, way: str, *, staff: bool) -> None:
    environment = make_environment(Assets(), staff=staff)
    with use_locale(language.locale):
        drawn = environment.from_string(way).render(name=NAME)
    assert TEXT in drawn
    assert "<script" not in drawn


@pytest.mark.parametrize(
    "text",
    [
        "（含当天）",
        "（含當天）",
        "（3人分）",
        "（3{人分|にんぶん}）",
        "（{1人分|ひとりぶん}）",
        "30,000円",
    ],
)
def test_what_is_counted_never_leaves_its_number(text: str) -> None:
    html = with_whole_amounts(f"クーポンを表示する{text}。")
    assert html == f'クーポンを表示する<span class="nowrap">{text}</span>。'
    assert with_whole_amounts(html) == html


PIECES = st.sampled_from(
    [
        *("2023年5月1日", "5月1日", "May 1, 2023", "5월 1일", "30,000円", "3万円", "（含当天）"),
        *(
            "午後3時",
            "3:30 PM",
            "오후 3시",
            "下午3点",
            "03-1234-5678",
            "（3人分）",
            "0",
            "１",
            "日",
        ),
        *("{会社|かいしゃ}", "5{月|がつ}", "{1日|ついたち}", "お", "ご", "を", "（", "）", "。"),
        *("{", "}", "|", " ", "<&"),
    ]
)


@given(st.lists(PIECES).map("".join), st.sampled_from([one.locale for one in OFFERED]))
def test_a_text_is_drawn_as_if_all_was_looked_for(text: str, locale: str) -> None:
    """What a text surely has not is not looked for; that changes nothing."""
    with use_locale(locale):
        step = with_whole_words(with_whole_amounts(str(escape(text))))
        assert str(resident_ruby(text)) == with_whole_days(with_readings(step))


def test_a_word_and_its_honor_stay_together() -> None:
    html = str(resident_ruby("{会社|かいしゃ}のお{店|みせ}で"))
    assert 'の<span class="nowrap">お<ruby>店' in html
    assert html.count("<span") == 1


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("{申|もう}し{込|こ}みを します", "申し込みを"),
        ("もう{一度|いちど} {送|おく}る", "もう一度"),
        ("{10分|じゅっぷん}の{間|あいだ}に", "の間に"),
        ("{番号|ばんごう}が わかりません", ""),
        ("サインインできる{方法|ほうほう}を", ""),
        ("ほかの お{店|みせ}で", "お店で"),
    ],
)
def test_a_word_of_easy_japanese_does_not_break_before_a_reading(text: str, whole: str) -> None:
    with use_locale("ja@easy"):
        html = str(resident_ruby(text))
    bare = re.sub(r"<rp>.*?</ruby>|<ruby>", "", html)
    assert re.findall('<span class="nowrap">(.*?)</span>', bare) == ([whole] if whole else [])


@pytest.mark.parametrize("locale", ["ja", "ja@furigana", "ja@easy"])
@pytest.mark.parametrize("at", [time(9), time(16, 1), time(22, 59)])
def test_a_time_of_day_stays_on_one_line(locale: str, at: time) -> None:
    with use_locale(locale):
        html = str(resident_ruby(f"操作がないと、{clock_text(at)}にサインアウトします。"))
    assert re.search(r'、<span class="nowrap">[^、。]*午[^、。]*時[^、。]*</span>に', html), html


@pytest.mark.parametrize("locale", ["en", "zh_Hans", "zh_Hant", "ko"])
@pytest.mark.parametrize(
    "at", [time(hour, minute) for hour in range(24) for minute in (0, 5, 42)], ids=str
)
def test_so_does_one_of_another_language(locale: str, at: time) -> None:
    with use_locale(locale):
        said, before, after = clock_text(at), "(2023, ", ") 2023"
        html = str(resident_ruby(before + said + after))
    one_word = said == "noon"
    marked = said if one_word else f'<span class="nowrap">{said}</span>'
    assert html == f"{before}{marked}{after}"


@pytest.mark.parametrize("language", OFFERED, ids=lambda one: one.code)
def test_a_day_without_its_year_stays_on_one_line(language: Language) -> None:
    with use_locale(language.locale):
        said = closed_days(load_program("sample").calendar, date(2023, 7, 3))
        html = str(resident_ruby(said))
    assert html.count('<span class="day">') == 2, said


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("カード。3{万円|まんえん}）", "3{万円|まんえん}"),
        ("도서 카드(3만 엔분)", "3만 엔"),
        ("心当たりがなければ電話を 0120-000-139。", "0120-000-139"),
    ],
)
def test_an_amount_and_a_telephone_number_stay_on_one_line(text: str, whole: str) -> None:
    assert with_whole_amounts(text) == text.replace(whole, f'<span class="nowrap">{whole}</span>')


def test_other_parentheses_break_as_they_do() -> None:
    for text in ("（今日は{夕方|ゆうがた}まで）", "（18ポイントの大きな文字）", "（2）"):
        assert with_whole_amounts(text) == text
