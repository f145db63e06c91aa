"""What people typed stays text, in every language and with every way to write it into a text."""

import pytest

from portal.domain.foundation.languages import LANGUAGES, Language
from portal.domain.foundation.texts import use_locale
from portal.platform.rendering.assets import Assets
from portal.platform.rendering.templating import make_environment

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
