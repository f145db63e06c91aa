"""Furigana: each word of ours has its reading, no name has one that nobody gave."""

import pytest

from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.furigana import WORDS, with_readings, words
from portal.domain.foundation.languages import RESIDENT_LOCALES
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.texts import RUBY, _, current_locale, plain, use_locale
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.templating import make_environment
from tests.support.sources import ROOT

SAID = {
    "電話番号": "{電話|でんわ}{番号|ばんごう}",
    "取り消します": "{取|と}り{消|け}します",
    "もう一度送る": "もう{一度|いちど}{送|おく}る",
    "5回間違えた": "5{回|かい}{間違|まちが}えた",
    "24時間後に": "24{時間後|じかんご}に",
    "%(num)d人分のクーポン": "%(num)d{人分|にんぶん}のクーポン",
    "30,000円": "30,000{円|えん}",
    "お店の人": "お{店|みせ}の{人|ひと}",
    "12店あります": "12{店|てん}あります",
    "あて名の方": "あて{名|な}の{方|かた}",
    "受け取る方法": "{受|う}け{取|と}る{方法|ほうほう}",
    "画面が出ます": "{画面|がめん}が{出|で}ます",
    "用紙を出します": "{用紙|ようし}を{出|だ}します",
    "窓口に来られない": "{窓口|まどぐち}に{来|こ}られない",
    "順番が来たら": "{順番|じゅんばん}が{来|き}たら",
    "みなも区子育て世帯": "みなも{区子育|くこそだ}て{世帯|せたい}",
    "{汐風区|しおかぜく}の電話": "{汐風区|しおかぜく}の{電話|でんわ}",
}


@pytest.mark.parametrize(("text", "read"), SAID.items())
def test_a_text_is_read_as_one_says_it(text: str, read: str) -> None:
    assert with_readings(text) == read


@pytest.mark.parametrize("text", ["金糸雀 翡翠", "山中さん", "中田花子", "鷹番町"])
def test_what_the_list_does_not_know_whole_has_no_reading(text: str) -> None:
    assert with_readings(text) == text


@pytest.mark.parametrize(
    ("number", "read"), [(1, "{1人|ひとり}"), (2, "{2人|ふたり}"), (5, "5{人|にん}")]
)
def test_how_a_counter_is_read_follows_its_number(number: int, read: str) -> None:
    assert read_numbers(with_readings("%(num)d人") % {"num": number}) == read


def test_readings_are_those_of_easy_japanese_where_both_have_the_word() -> None:
    easy = (ROOT / "locales/ja@easy/LC_MESSAGES/messages.po").read_text("utf-8")
    there: dict[str, set[str]] = {}
    for word, reading in RUBY.findall(easy):
        there.setdefault(word, set()).add(f"{{{word}|{reading}}}")
    ours = words(WORDS.read_text("utf-8"))
    both = [word for word in ours if len(word) > 1 and word in there]
    assert len(both) > 150
    assert [word for word in both if ours[word] not in there[word]] == []


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("電話=でんわ\n電話=てれほん", "twice"),
        ("取り消=とけ", "no reading"),
        ("ああ=ああ", "no reading"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused(lines: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        words(lines)


def test_readings_are_no_language_of_records() -> None:
    with use_locale("ja@furigana"):
        assert current_locale() == "ja"
        assert plain(_("電話番号")) == "電話番号"
        assert _("電話番号") != "電話番号"
        with use_locale("ja"):
            assert _("電話番号") == "電話番号"


def test_a_ward_names_its_places_with_its_own_readings() -> None:
    said = dict.fromkeys(RESIDENT_LOCALES, "Shiokaze") | {
        "ja": "汐風区の電話",
        "ja@easy": "{汐風区|しおかぜく}の {電話|でんわ}",
    }
    text = LocalText.from_mapping(said)
    assert str(text) == "汐風区の電話"
    with use_locale("ja@furigana"):
        assert str(text) == "{汐風区|しおかぜく}の{電話|でんわ}"


def test_a_word_of_the_ward_within_a_longer_one_of_ours_is_left_to_that() -> None:
    said = dict.fromkeys(RESIDENT_LOCALES, "insurance") | {
        "ja": "保険料、汐風税の保険",
        "ja@easy": "{保険|ほけん}の お{金|かね}、{汐風税|しおかぜぜい}",
    }
    with use_locale("ja@furigana"):
        shown = str(LocalText.from_mapping(said))
    assert shown == "{保険料|ほけんりょう}、{汐風税|しおかぜぜい}の{保険|ほけん}"


def test_a_name_that_is_put_into_a_text_stays_as_it_is() -> None:
    environment = make_environment(Assets(), staff=False)
    page = environment.from_string('{{ _("%(name)sさんのクーポン", name=name) }}')
    with use_locale("ja@furigana"):
        assert page.render(name="電話 番号") == "電話 番号さんのクーポン"
