"""What people typed stays text, in every language and with every way to write it into a text."""

import pytest

from portal.domain.foundation.languages import LANGUAGES, Language
from portal.domain.foundation.texts import use_locale
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.templating import make_environment, with_whole_amounts

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
    ["（3人分）", "（3{人分|にんぶん}）", "（{1人分|ひとりぶん}）", "30,000円"],
)
def test_what_is_counted_never_leaves_its_number(text: str) -> None:
    html = with_whole_amounts(f"クーポンを表示する{text}。")
    assert html == f'クーポンを表示する<span class="nowrap">{text}</span>。'
    assert with_whole_amounts(html) == html


def test_other_parentheses_break_as_they_do() -> None:
    for text in ("（今日は{午後|ごご}5{時|じ}まで）", "（18ポイントの大きな文字）", "（2）"):
        assert with_whole_amounts(text) == text
