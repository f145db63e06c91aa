"""Sentences follow one another as each language writes them, however a template is laid out."""

import pytest

from portal.domain.foundation.texts import use_locale
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.templating import make_environment

TWO = '<p>\n  {{ _("すぐに止められます。") }}\n  <a href="/">{{ _("すぐに止める") }}</a>\n</p>'
HEAD = '<h1>{{ _("すぐに止められます。") }} {{ _("すぐに止める") }}</h1>'


def _drawn(source: str, locale: str, *, staff: bool = False) -> str:
    environment = make_environment(Assets(), staff=staff)
    with use_locale(locale):
        return environment.from_string(source).render(words="送りました。", yes=True)


@pytest.mark.parametrize("source", [TWO, HEAD])
@pytest.mark.parametrize("locale", ["ja", "ja@furigana", "ja@easy", "zh_Hans", "zh_Hant"])
def test_no_blank_follows_a_sentence_that_ends_with_a_full_stop_as_wide_as_a_sign(
    source: str, locale: str
) -> None:
    drawn = _drawn(source, locale)
    assert "。" in drawn
    assert "。 " not in drawn


@pytest.mark.parametrize("source", [TWO, HEAD])
@pytest.mark.parametrize("locale", ["en", "ko"])
def test_a_blank_parts_sentences_of_languages_that_write_one(source: str, locale: str) -> None:
    assert ". <" in _drawn(TWO, locale)
    assert ". " in _drawn(source, locale)


def test_staff_read_japanese_without_a_blank_too() -> None:
    both = '{{ _("つながりません。") }}\n{{ _("つながりません。") }}'
    assert "。つ" in _drawn(both, "ja", staff=True)


@pytest.mark.parametrize(
    ("source", "drawn"),
    [
        ('{{ _("設定") }} {{ words }}', "設定 送りました。"),
        (
            '{{ _("すぐに止められます。") }}\n{% if yes %}\n{{ words }}{% endif %}',
            "す。送りました。",
        ),
        ('{{ _("すぐに止められます。") }}: {{ words }}', "す。: 送りました。"),
        ("{{ words }}{{ gap() }}{{ words }}", "送りました。送りました。"),
        ('{{ words }} {{ _("設定") }}', "送りました。 設定"),
    ],
)
def test_other_blanks_stay_as_the_template_has_them(source: str, drawn: str) -> None:
    assert _drawn(source, "ja").endswith(drawn)
