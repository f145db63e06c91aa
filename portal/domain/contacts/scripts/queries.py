"""Queries of scripts: the current ones, their versions, and a search in their texts."""

import unicodedata

import jaconv
from msgspec import Struct
from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from portal.domain.contacts.scripts.defaults import LANGUAGES, PARTS, Draft, Script, default_scripts
from portal.domain.contacts.scripts.lines import filled
from portal.domain.contacts.scripts.models import ScriptHead, ScriptVersion
from portal.domain.contacts.scripts.values import values_of
from portal.domain.foundation.clock import jst_date
from portal.domain.foundation.errors import NotFoundError
from portal.domain.foundation.texts import _s, plain
from portal.domain.foundation.work import Work

PAGE = 20

# built once: every page of a call shows them
_CURRENT = (
    select(ScriptHead, ScriptVersion)
    .join(
        ScriptVersion,
        and_(ScriptVersion.key == ScriptHead.key, ScriptVersion.number == ScriptHead.number),
    )
    .order_by(ScriptVersion.id)
)


def scripts(
    session: Session, *, include_hidden: bool = False, by_name: bool = True
) -> list[Script]:
    """Return every current script in the order of a call, added ones after those of their part.

    Without ``by_name`` the greetings that name the ward or its call center are left out.
    """
    rows = session.execute(_CURRENT).all()
    found = dict(default_scripts()) | {head.key: _script(head, version) for head, version in rows}
    shown = [
        script
        for script in found.values()
        if (include_hidden or not script.draft.hidden) and (by_name or not script.greets_by_name)
    ]
    return sorted(shown, key=lambda script: PARTS.index(script.part))


def script(session: Session, key: str) -> Script:
    """Return one current script.

    Raises:
        NotFoundError: there is no such script.
    """
    head = session.get(ScriptHead, key)
    return version(session, key, head.number if head is not None else 0)


def version(session: Session, key: str, number: int) -> Script:
    """Return one version of a script; 0 is the text that came with the software.

    Raises:
        NotFoundError: there is no such script or version.
    """
    head = session.get(ScriptHead, key)
    if number == 0 and key in default_scripts():
        return default_scripts()[key]
    row = session.scalar(
        select(ScriptVersion).where(ScriptVersion.key == key, ScriptVersion.number == number)
    )
    if head is None or row is None:
        raise NotFoundError(_s("このスクリプトは見つかりませんでした。"))
    return _script(head, row)


def history(session: Session, key: str, *, before: int | None = None) -> list[Script]:
    """Return a page of the versions of a script older than ``before`` and one more, newest first.

    The text of the software comes last.
    """
    statement = _versions(key).limit(PAGE + 1)
    if before is not None:
        statement = statement.where(ScriptVersion.number < before)
    found = _opened(session, key, statement)
    if key in default_scripts() and len(found) <= PAGE and before != 0:
        found.append(default_scripts()[key])
    return found


def every_version(session: Session, key: str) -> list[Script]:
    """Return all versions of a script, newest first; the text of the software comes last."""
    shipped = [default_scripts()[key]] if key in default_scripts() else []
    return _opened(session, key, _versions(key)) + shipped


def _versions(key: str) -> Select[ScriptVersion]:
    return (
        select(ScriptVersion).where(ScriptVersion.key == key).order_by(ScriptVersion.number.desc())
    )


def _opened(session: Session, key: str, statement: Select[ScriptVersion]) -> list[Script]:
    head = session.get(ScriptHead, key)
    return [_script(head, row) for row in session.scalars(statement)] if head is not None else []


def search(
    work: Work, words: str, *, include_hidden: bool = False, by_name: bool = True
) -> list["Hit"]:
    """Return those of the scripts (``scripts``) with all of the words in title or texts.

    Width, case and kana do not matter; days and numbers are found as agents read them.
    """
    wanted = folded(words).split()
    if not wanted:
        return []
    hits, values = [], values_of(work.program, jst_date(work.now))
    for one in scripts(work.session, include_hidden=include_hidden, by_name=by_name):
        title = folded(f"{one.draft.title} {one.draft.title_en}")
        languages = [
            code
            for code, locale in LANGUAGES.items()
            if _has(title + folded(filled(one.draft.texts.get(code, ""), values, locale)), wanted)
        ]
        if languages:
            hits.append(Hit(one, tuple(languages)))
    return hits


class Hit(Struct, frozen=True):
    """A script that matches a search, with the languages in which it does."""

    script: Script
    languages: tuple[str, ...]


def folded(text: str) -> str:
    """Return a text as it is compared: without readings, one width, one case, one kana."""
    return str(jaconv.hira2kata(unicodedata.normalize("NFKC", plain(text)).casefold()))


def _has(text: str, wanted: list[str]) -> bool:
    return all(word in text for word in wanted)


def _script(head: ScriptHead, row: ScriptVersion) -> Script:
    draft = Draft(row.title, row.title_en, dict(row.texts), row.hidden)
    return Script(
        head.key,
        head.part,
        head.category,
        row.number,
        draft,
        row.author_id,
        row.at,
        row.restored_from,
    )
