"""Templates: autoescaped, strict about undefined names, translated, with readings as ruby."""

import re
from collections.abc import Callable, Hashable, MutableMapping
from functools import lru_cache
from types import FunctionType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from portal import __version__
from portal.domain.foundation import texts
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.counters import read_numbers
from portal.domain.foundation.languages import FURIGANA
from portal.domain.foundation.program.day_text import EASY
from portal.domain.foundation.resources import TEMPLATES
from portal.domain.foundation.sentences import blank_between
from portal.domain.foundation.texts import _, _n, _s, _sn
from portal.platform.rendering.assets import INLINE, Assets
from portal.platform.rendering.kept_whole import AMOUNT, DAY, MAY_BE_KEPT
from portal.platform.rendering.phrases import MARK, WBR, PhrasesInHeadings, phrases
from portal.platform.rendering.sentences import BLANK, SentencesTogether
from portal.platform.rendering.template_layout import WithoutLayout

RUBY_HTML = r"<ruby>\1<rp>(<rt>\2<rp>)</ruby>"
EASY_DAY = re.compile(
    r"(?:\d{4}\{年\|ねん\})?(?:\d+\{月\||\{\d+月\|)[^{}|]+\}(?:\d+\{日\||\{\d+日\|)[^{}|]+\}"
)
HONORED = re.compile(rf"[おご]{texts.RUBY.pattern}")
"""A word with お before it: browsers break before a reading, whatever the style says."""
_KANA = r"[ぁ-ヿ]"
_READ = r"\{[^{}|\d]+\|[^{}|]+\}"
TORN = re.compile(rf"(?<!\d)(?:{_KANA}|{_READ})*{_KANA}{_READ}(?:{_KANA}|{_READ})*")
"""A word of やさしい日本語 that has kana before a reading: {申|もう}し{込|こ}み."""
FITS = 8
"""Signs of a word that stay on one line of a narrow phone with letters twice as large."""
AMOUNT_MARK = '<span class="nowrap">'
DAY_MARK = '<span class="day">'
WHOLE = DAY_MARK + r"\g<0></span>"
BEFORE_READING = re.compile(r"^.+<ruby>.*$", re.DOTALL)
"""A phrase of a heading that would break before a reading."""
RUBY_TAGS = re.compile(r"<ruby>(.*?)<rp>\(<rt>.*?<rp>\)</ruby>", re.DOTALL)

MACROS_KEPT = 4_096
TEXTS_KEPT = 20_000
"""Enough for a few thousand texts in a few languages: none is put together twice."""
DAY_TAGS = re.compile(r'<span class="(?:day|nowrap)">(.*?)</span>', re.DOTALL)


def with_readings(html: str) -> str:
    """Turn the readings ``{漢字|かんじ}`` of escaped text into ruby.

    A day with readings stays on one line.
    """
    if "{" not in html:
        return html
    return texts.RUBY.sub(RUBY_HTML, EASY_DAY.sub(WHOLE, read_numbers(html)))


def with_whole_amounts(html: str) -> str:
    """Mark each amount of escaped text, so that it is never parted from its unit."""
    return html if AMOUNT_MARK in html else AMOUNT.sub(rf"{AMOUNT_MARK}\g<0></span>", html)


def with_whole_words(html: str) -> str:
    """Mark what would break before a reading, of text whose readings are not drawn yet.

    It is お with the word after it; in やさしい日本語, where blanks part the words, each word.
    """
    return TORN.sub(_whole_word, html) if texts.appearance() == EASY else _whole_honored(html)


def _whole_word(found: re.Match[str]) -> str:
    if len(texts.plain(found[0])) > FITS:
        return _whole_honored(found[0])
    return f"{AMOUNT_MARK}{found[0]}</span>"


def _whole_honored(html: str) -> str:
    return HONORED.sub(rf"{AMOUNT_MARK}\g<0></span>", html)


def with_whole_days(html: str) -> str:
    """Mark each day of escaped text, so that it is never broken in two lines, however large."""
    return html if DAY_MARK in html else DAY.sub(WHOLE, html)


def ruby(text: object) -> Markup:
    """Escape a text and turn its readings into ruby."""
    if isinstance(text, Markup):
        return Markup(with_readings(str(text)))  # noqa: S704  (already markup)
    return Markup(with_readings(str(escape(str(text)))))  # noqa: S704  (escaped just here)


def resident_ruby(text: object) -> Markup:
    """Do what ``ruby`` does, and keep days and amounts whole: residents read on narrow screens."""
    html = str(escape(text))
    # Most texts have neither, and looking for all forms of both was a third of drawing a page.
    counts, reads = MAY_BE_KEPT.search(html) is not None, "{" in html
    if counts:
        html = with_whole_amounts(html)
    if reads:
        html = with_readings(with_whole_words(html))
    if counts:
        html = with_whole_days(html)
    return Markup(html)  # noqa: S704  (escaped just here)


def by_phrase(text: object) -> Markup:
    """Do what ``resident_ruby`` does for a name or title of the ward, which breaks at phrases."""
    return in_heading(resident_ruby)(phrases(str(text)))


def whole(text: object) -> Markup:
    """Keep a short text on one line: a telephone number, or where a child stands among others."""
    return Markup('<span class="nowrap">%s</span>') % text


def plain(text: object) -> Markup:
    """Drop readings, for titles, alternative texts and attributes."""
    bare = DAY_TAGS.sub(r"\1", RUBY_TAGS.sub(r"\1", str(escape(text))))
    return Markup(texts.RUBY.sub(r"\1", bare))  # noqa: S704  (escaped just here)


def japanese(text: object) -> Markup:
    """Mark a name as Japanese, so that pages in other languages pronounce and draw it correctly."""
    return Markup('<span lang="ja">%s</span>') % text


def yen(amount: int) -> str:
    """Format yen as a translated text; the currency patterns of locales differ too much."""
    return _("%(amount)s円") % {"amount": f"{amount:,}"}


def in_heading(
    read: Callable[[object], Markup],
) -> Callable[[object], Markup]:
    """Return what ``read`` returns, and what may break where ``phrases`` left its marks."""

    def drawn(text: object) -> Markup:
        parts = str(read(text)).split(MARK)
        if texts.appearance() == FURIGANA.locale:
            parts = [BEFORE_READING.sub(WHOLE, part) for part in parts]
        return Markup(WBR.join(parts))  # noqa: S704  (escaped by ``read``)

    return drawn


def _texts(
    one: Callable[[str], str],
    many: Callable[[str, str, int], str],
    read: Callable[[object], Markup],
) -> tuple[Callable[..., Markup], Callable[..., Markup]]:
    """Return what templates call ``_`` and ``_n``: translated, with readings, variables escaped.

    A page asks for a hundred texts: each is looked up and drawn once per language, and kept as
    jinja2's own gettext would not.
    """

    @lru_cache(maxsize=TEXTS_KEPT)
    def drawn(_language: str, message: str) -> Markup:
        return read(Markup(one(message)))  # noqa: S704  (catalog text)

    @lru_cache(maxsize=TEXTS_KEPT)
    def whole(language: str, message: str) -> Markup:
        return drawn(language, message) % {}

    def text(message: str, /, **variables: object) -> Markup:
        language = texts.appearance()
        if not variables:
            return whole(language, message)
        if language in {
            EASY,
            FURIGANA.locale,
        }:  # how a counter is read is known once its number is there
            return read(Markup(one(message)) % variables)  # noqa: S704  (catalog text)
        return drawn(language, message) % variables

    def counted(singular: str, plural: str, number: int, /, **variables: object) -> Markup:
        whole_text = Markup(many(singular, plural, number))  # noqa: S704  (catalog text)
        return read(whole_text % ({"num": number} | variables))

    return text, counted


def kept_macro(
    environment: Environment, template: str, name: str, most: int = MACROS_KEPT
) -> Callable[..., Markup]:
    """Return a macro that is rendered once per language and set of arguments.

    It is for what many pages show alike, such as rows of lists. Its result must depend on nothing
    else, and no argument may be personal. At ``most`` so many results are kept.
    """

    @lru_cache(
        maxsize=most, typed=True
    )  # typed: an escaped and a plain string are equal, and drawn differently
    def drawn(_language: str, *arguments: Hashable, **named: Hashable) -> Markup:
        module = environment.get_template(template).module
        return Markup(getattr(module, name)(*arguments, **named))  # noqa: S704  (what a macro drew is escaped)

    def macro(*arguments: Hashable, **named: Hashable) -> Markup:
        return drawn(texts.appearance(), *arguments, **named)

    return macro


class _Names(Context):
    """The names that a template sees; what it calls is called without looking how each time.

    Jinja's own asks of each function, twice, whether it wants the names or the environment: more
    than half of what calling one of ours takes.
    """

    def call(self, called: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """Call what a template calls."""
        if type(called) is not FunctionType or called.__dict__:
            return super().call(called, *arguments, **named)
        named.pop("_block_vars", None)
        named.pop("_loop_vars", None)
        return called(*arguments, **named)


class _Templates(Environment):
    """An environment whose templates have all its names in one dictionary.

    Jinja's own have a chain of two, so that names may still be added later; ours are complete
    before the first template is loaded, and a chain is slow to copy, as each page does.
    """

    context_class = _Names

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the names that a template sees from its first line on."""
        return {**self.globals, **(d or {})}


def make_environment(assets: Assets, *, staff: bool) -> Environment:
    """Return the environment of one site; ``staff`` picks the catalog of its ``_``."""
    environment = _Templates(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[WithoutLayout, SentencesTogether],
    )
    read = ruby if staff else resident_ruby
    one, many = _texts(_s, _sn, read) if staff else _texts(_, _n, read)
    environment.globals.update(_=one, _n=many, asset=assets.url, version=__version__)
    if not staff:
        environment.add_extension(PhrasesInHeadings)
        one, many = _texts(
            lambda text: phrases(_(text)),
            lambda singular, plural, number: phrases(_n(singular, plural, number)),
            in_heading(read),
        )
        script = Markup(assets.script(INLINE))  # noqa: S704  (our own file)
        environment.globals.update(_h=one, _hn=many, inline_script=script)

    @pass_context
    def resident_text(context: Context, message: str, **variables: object) -> Markup:  # noqa: ARG001  (jinja2's signature)
        return Markup(_(message)) % variables  # noqa: S704  (catalog text)

    environment.globals["resident_text"] = resident_text
    environment.globals[BLANK] = blank_between
    environment.filters.update(
        japanese=japanese,
        by_phrase=by_phrase,
        whole=whole,
        ruby=read,
        plain=plain,
        yen=yen,
        jst_date=jst_date,
    )
    return environment
