"""Scripts as agents see them: in the call's language, with the Japanese text beside it.

The program's days and numbers are filled in.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from msgspec import Struct

from admin.page import Page
from portal.domain.contacts.calls.kinds import CallLanguage
from portal.domain.contacts.scripts.defaults import (
    LANGUAGES,
    PARTS,
    Script,
    ScriptLanguage,
    ScriptPart,
)
from portal.domain.contacts.scripts.lines import Line, LineKind, filled, read_lines
from portal.domain.contacts.scripts.values import values_of
from portal.domain.desk.casework.call_notes import may_greet_by_name
from portal.domain.foundation.languages import SOURCE_LOCALE
from portal.domain.foundation.program.local_text import LocalText
from portal.domain.foundation.program.schema import Program
from portal.domain.foundation.texts import current_locale
from portal.platform.http.locale import html_lang

SPEAK = "speak"
"""The query parameter for the language of scripts; ``lang`` is the page's own."""


class Run(Struct, frozen=True):
    """Consecutive lines of one kind."""

    kind: LineKind
    lines: Sequence[Line]

    @property
    def is_never(self) -> bool:
        """Whether the lines must not be spoken."""
        return self.kind is LineKind.NEVER

    @property
    def is_note(self) -> bool:
        """Whether the lines are for the agent."""
        return self.kind is LineKind.NOTE


class Spoken(Struct, frozen=True):
    """A text in one language, as runs of lines of one kind; empty if nobody has written it yet."""

    code: str
    html_lang: str
    runs: Sequence[Run]


class ScriptView(Struct, frozen=True):
    """A script for an agent; ``beside`` is the Japanese text, None if Japanese is spoken."""

    key: str
    part: str
    category: str
    title: str
    number: int
    hidden: bool
    spoken: Spoken
    beside: Spoken | None


def chosen_language(page: Page, otherwise: str = "ja") -> str:
    """Return the language of scripts in the address, else the given one (such as a call's).

    Callers of any other language are spoken to in easy Japanese.
    """
    wanted = page.query.get(SPEAK, otherwise)
    if wanted in LANGUAGES:
        return wanted
    return ScriptLanguage.EASY if wanted == CallLanguage.OTHER else ScriptLanguage.JA


def view(program: Program, script: Script, code: str, day: date) -> ScriptView:
    """Return one script as an agent sees it in a language, with the hours of a day (JST)."""
    draft = script.draft
    values = values_of(program, day)
    texts = {one: _spoken(values, draft.texts.get(one, ""), one) for one in {code, "ja"}}
    return ScriptView(
        script.key,
        script.part,
        script.category,
        draft.title_in(current_locale()),
        script.number,
        draft.hidden,
        texts[code],
        texts["ja"] if code != "ja" else None,
    )


def _spoken(values: Mapping[str, LocalText], text: str, code: str) -> Spoken:
    locale = LANGUAGES.get(code, SOURCE_LOCALE)
    lines = read_lines(filled(text, values, locale))
    runs = [Run(kind, list(found)) for kind, found in groupby(lines, key=lambda line: line.kind)]
    return Spoken(code, html_lang(locale), runs)


def greets_by_name(page: Page) -> bool:
    """Return whether the person may be offered greetings that name the ward.

    They may not during a call to a household that asked callers not to name it.
    """
    return page.who.call is None or may_greet_by_name(page.work, page.who.call)


class ScriptGroup(Struct, frozen=True):
    """The scripts of a part of a call; those of answers have a category."""

    part: str
    category: str
    scripts: Sequence[Script]

    @property
    def is_first(self) -> bool:
        """Whether a call begins with these scripts."""
        return self.part == ScriptPart.GREETING


def groups(scripts: Iterable[Script]) -> list[ScriptGroup]:
    """Return scripts in groups, in the order of a call; answers by category."""
    found: dict[tuple[str, str], list[Script]] = {}
    for script in scripts:
        found.setdefault((script.part, script.category), []).append(script)
    ordered = sorted(found.items(), key=lambda group: PARTS.index(group[0][0]))
    return [ScriptGroup(part, category, members) for (part, category), members in ordered]
