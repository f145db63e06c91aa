"""Editing scripts: every save is a new version with its author and time."""

import secrets

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from portal.domain.contacts.scripts import queries
from portal.domain.contacts.scripts.defaults import (
    LANGUAGES,
    PARTS,
    Draft,
    Script,
    ScriptPart,
    default_scripts,
)
from portal.domain.contacts.scripts.lines import placeholders
from portal.domain.contacts.scripts.models import ScriptHead, ScriptVersion
from portal.domain.contacts.scripts.values import NAMES
from portal.domain.foundation.audit.services import record
from portal.domain.foundation.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
)
from portal.domain.foundation.texts import _s
from portal.domain.foundation.work import Work

TITLE_MAX, TEXT_MAX = 60, 3_000
NEWER = "newer"


def faults_of(draft: Draft) -> dict[str, str]:
    """Return a sentence for each invalid field: ``title``, ``title_en``, ``text_<code>``."""
    faults: dict[str, str] = {}
    if not draft.title.strip():
        faults["title"] = _s("題名を入力してください。")
    for name, title in (("title", draft.title), ("title_en", draft.title_en)):
        if len(title) > TITLE_MAX:
            faults[name] = _s("題名は、%(most)d文字までで書いてください。") % {"most": TITLE_MAX}
    if not draft.texts.get("ja", "").strip():
        faults["text_ja"] = _s(
            "日本語の文を入力してください。ほかの言語がないときに、かわりに出ます。"
        )
    for code in LANGUAGES:
        text = draft.texts.get(code, "")
        if len(text) > TEXT_MAX:
            faults[f"text_{code}"] = _s("文は、%(most)d文字までで書いてください。") % {
                "most": TEXT_MAX
            }
        elif unknown := sorted(placeholders(text) - set(NAMES)):
            faults[f"text_{code}"] = _s("%%(%(name)s)s という差し込みはありません。") % {
                "name": unknown[0]
            }
    return faults


class SeenVersion(Struct, frozen=True):
    """A script and the number of its newest version, as somebody saw it before changing it."""

    key: str
    number: int


def save(work: Work, seen: SeenVersion, draft: Draft) -> Script:
    """Save a new version of a script that was edited from the version that was seen.

    An equal text makes no new version.

    Raises:
        NotFoundError: there is no such script.
        InputError: the draft has faults (``faults_of``).
        ConflictError: somebody saved a newer version meanwhile (code ``newer``); nothing is saved.
    """
    _refuse_faults(draft)
    head = _locked(work.session, seen.key)
    now_there = queries.version(work.session, seen.key, head.number)
    if head.number != seen.number:
        raise ConflictError(
            _s(
                "編集しているあいだに、ほかの人が新しい版を保存しました。"
                "下の2つの文を見比べて、もう一度保存してください。"
            ),
            code=NEWER,
        )
    clean = _clean(draft)
    if clean == now_there.draft:
        return now_there
    return _append(work, head, clean, None)


class Section(Struct, frozen=True):
    """Where a script belongs: a part of a call and, for an answer, its category, as typed."""

    part: str
    category: str = ""


def add(work: Work, section: Section, draft: Draft) -> Script:
    """Add a script of the supervisors' own.

    Raises:
        InputError: no such part, an answer without category, or the draft has faults.
    """
    if section.part not in PARTS:
        raise InputError(_s("どの場面で使うかを選んでください。"), code="part")
    if (section.part == ScriptPart.ANSWER) != bool(section.category):
        raise InputError(
            _s("答えには、分類を選んでください。ほかの場面では、選ばないでください。"),
            code="category",
        )
    _refuse_faults(draft)
    head = ScriptHead(
        key=f"own-{secrets.token_hex(4)}",
        part=section.part,
        category=section.category,
        number=0,
    )
    work.session.add(head)
    work.session.flush()
    return _append(work, head, _clean(draft), None)


def restore(work: Work, seen: SeenVersion, number: int) -> Script:
    """Restore the version ``number`` of a script as a new version.

    Raises:
        NotFoundError: there is no such script or version.
        ConflictError: somebody saved a newer version meanwhile (code ``newer``), or it is the
            newest one already.
    """
    head = _locked(work.session, seen.key)
    old = queries.version(work.session, seen.key, number)
    if head.number != seen.number:
        raise ConflictError(
            _s("ほかの人が新しい版を保存しました。履歴を見て、もう一度選んでください。"), code=NEWER
        )
    if number == head.number:
        raise ConflictError(_s("これが、いまの版です。"), code="current")
    return _append(work, head, old.draft, number)


def _refuse_faults(draft: Draft) -> None:
    for field, sentence in faults_of(draft).items():
        raise InputError(sentence, code=field)


def _clean(draft: Draft) -> Draft:
    texts = {code: draft.texts.get(code, "").replace("\r\n", "\n").strip() for code in LANGUAGES}
    return Draft(draft.title.strip(), draft.title_en.strip(), texts, draft.hidden)


def _locked(session: Session, key: str) -> ScriptHead:
    """Return the script's row, locked; create the row of a text that nobody has edited yet."""
    if (known := default_scripts().get(key)) is not None:
        insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        new = insert(ScriptHead).values(key=key, part=known.part, category=known.category, number=0)
        session.execute(new.on_conflict_do_nothing())
    head = session.scalar(
        select(ScriptHead)
        .where(ScriptHead.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if head is None:
        raise NotFoundError(_s("このスクリプトは見つかりませんでした。"))
    return head


def _append(work: Work, head: ScriptHead, draft: Draft, restored_from: int | None) -> Script:
    if work.actor.id is None:
        raise NotAllowedError(_s("保存できるのは、アカウントのある職員だけです。"))
    head.number += 1
    work.session.add(
        ScriptVersion(
            key=head.key,
            number=head.number,
            title=draft.title,
            title_en=draft.title_en,
            texts=dict(draft.texts),
            hidden=draft.hidden,
            author_id=work.actor.id,
            at=work.now,
            restored_from=restored_from,
        )
    )
    work.session.flush()
    action = "script.saved" if restored_from is None else "script.restored"
    record(work, action, "script", None, key=head.key, number=head.number, of=restored_from)
    return queries.version(work.session, head.key, head.number)
