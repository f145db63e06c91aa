"""Every save of a script is a new version; an old one comes back as a new one.

Two editors lose nothing.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from portal.domain.contacts.scripts import queries, services
from portal.domain.contacts.scripts.defaults import LANGUAGES, Draft, default_scripts
from portal.domain.contacts.scripts.models import ScriptVersion
from portal.domain.foundation.actors import Actor, Organization, Role
from portal.domain.foundation.audit.models import AuditEvent
from portal.domain.foundation.errors import ConflictError, InputError, NotFoundError
from portal.platform.database import Database
from tests.support.staff import hire
from tests.support.work import work_in

NOW = datetime(2023, 8, 1, 3, 0, tzinfo=UTC)
KEY = "answer.delivery.absent"


@pytest.fixture
def editor(database: Database) -> Actor:
    return Actor(
        Role.SUPERVISOR, hire(database, NOW, Role.SUPERVISOR, "lead").id, Organization.CONTRACTOR
    )


def draft(ja: str = "郵便局にお聞きください。") -> Draft:
    return Draft("不在票", "", dict.fromkeys(LANGUAGES, "") | {"ja": ja})


def saved(database: Database, editor: Actor, base: int, ja: str, key: str = KEY) -> int:
    with database.write() as session:
        return services.save(
            work_in(session, editor, NOW), services.SeenVersion(key, base), draft(ja)
        ).number


def test_what_was_never_edited_is_the_text_of_the_software(database: Database) -> None:
    with database.read() as session:
        assert queries.scripts(session) == list(default_scripts().values())
        assert queries.script(session, KEY).number == 0
        assert [one.number for one in queries.history(session, KEY)] == [0]


def test_a_save_is_a_new_version_with_its_author_and_time(
    database: Database, editor: Actor
) -> None:
    assert [saved(database, editor, base, f"文{base}") for base in range(3)] == [1, 2, 3]
    with database.read() as session:
        found = queries.script(session, KEY)
        assert (found.draft.texts["ja"], found.author_id, found.at, found.part, found.category) == (
            "文2",
            editor.id,
            NOW,
            "answer",
            "delivery",
        )
        assert [one.number for one in queries.history(session, KEY)] == [3, 2, 1, 0]
        assert queries.version(session, KEY, 1).draft.texts["ja"] == "文0"
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "script.saved")
        ).all()
        assert [event.detail["number"] for event in events] == [1, 2, 3]


def test_saving_the_same_words_makes_no_new_version(database: Database, editor: Actor) -> None:
    assert saved(database, editor, 0, "同じ文") == saved(database, editor, 1, " 同じ文\r\n") == 1


def test_who_edited_an_older_version_is_told_and_nothing_is_lost(
    database: Database, editor: Actor
) -> None:
    saved(database, editor, 0, "先の人の文")
    with pytest.raises(ConflictError) as refused:
        saved(database, editor, 0, "あとの人の文")
    assert refused.value.code == services.NEWER
    with database.read() as session:
        assert queries.script(session, KEY).draft.texts["ja"] == "先の人の文"
    assert saved(database, editor, 1, "二人の文") == 2


def test_of_two_who_save_at_the_same_moment_one_is_told(database: Database, editor: Actor) -> None:
    line = Barrier(2)

    def save(word: str) -> str:
        line.wait()
        try:
            saved(database, editor, 0, word)
        except ConflictError as error:
            return error.code
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(save, ("甲", "乙")))
    assert answers == ["newer", "saved"]
    with database.read() as session:
        assert len(session.scalars(select(ScriptVersion)).all()) == 1


def test_an_old_version_comes_back_as_a_new_one_equal_to_it(
    database: Database, editor: Actor
) -> None:
    for base, ja in enumerate(("甲", "乙")):
        saved(database, editor, base, ja)
    with database.write() as session:
        back = services.restore(
            work_in(session, editor, NOW + timedelta(hours=1)), services.SeenVersion(KEY, 2), 1
        )
    assert (back.number, back.restored_from) == (3, 1)
    with database.read() as session:
        assert queries.script(session, KEY).draft == queries.version(session, KEY, 1).draft
        assert len(queries.history(session, KEY)) == 4
    with database.write() as session:
        first = services.restore(work_in(session, editor, NOW), services.SeenVersion(KEY, 3), 0)
    assert first.draft == default_scripts()[KEY].draft


@pytest.mark.parametrize(
    ("number", "base", "error"),
    [(1, 1, ConflictError), (2, 2, ConflictError), (9, 2, NotFoundError), (-1, 2, NotFoundError)],
)
def test_restoring_is_refused(
    database: Database, editor: Actor, number: int, base: int, error: type[Exception]
) -> None:
    for number_before, ja in enumerate(("甲", "乙")):
        saved(database, editor, number_before, ja)
    with database.write() as session, pytest.raises(error):
        services.restore(work_in(session, editor, NOW), services.SeenVersion(KEY, base), number)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (replace(draft(), title=" "), "title"),
        (replace(draft(), title="あ" * 61), "title"),
        (replace(draft(), title_en="a" * 61), "title_en"),
        (draft(" "), "text_ja"),
        (replace(draft(), texts={"ja": "文", "ko": "%(password)s"}), "text_ko"),
        (replace(draft(), texts={"ja": "文", "en": "a" * 3001}), "text_en"),
    ],
)
def test_a_draft_with_faults_is_not_saved(
    database: Database, editor: Actor, wrong: Draft, field: str
) -> None:
    with database.write() as session, pytest.raises(InputError) as refused:
        services.save(work_in(session, editor, NOW), services.SeenVersion(KEY, 0), wrong)
    assert refused.value.code == field


def test_nobody_edits_a_script_that_is_not_there(database: Database, editor: Actor) -> None:
    with database.write() as session, pytest.raises(NotFoundError):
        services.save(
            work_in(session, editor, NOW), services.SeenVersion("answer.nothing", 0), draft()
        )
    with database.read() as session, pytest.raises(NotFoundError):
        queries.script(session, "answer.nothing")


def test_supervisors_add_scripts_of_their_own_and_hide_any(
    database: Database, editor: Actor
) -> None:
    with database.write() as session:
        own = services.add(
            work_in(session, editor, NOW), services.Section("answer", "coupon"), draft("新しい答え")
        )
        services.save(
            work_in(session, editor, NOW),
            services.SeenVersion(KEY, 0),
            replace(draft(), hidden=True),
        )
    with database.read() as session:
        seen = queries.scripts(session)
        assert own.key in [one.key for one in seen]
        assert KEY not in [one.key for one in seen]
        assert KEY in [one.key for one in queries.scripts(session, include_hidden=True)]
        assert [one.part for one in seen] == sorted(
            (one.part for one in seen),
            key=["greeting", "verification", "answer", "closing", "help"].index,
        )


@pytest.mark.parametrize(
    ("part", "category"), [("song", ""), ("answer", ""), ("greeting", "coupon")]
)
def test_a_script_of_no_place_is_not_added(
    database: Database, editor: Actor, part: str, category: str
) -> None:
    with database.write() as session, pytest.raises(InputError):
        services.add(work_in(session, editor, NOW), services.Section(part, category), draft())


Find = Callable[[str], dict[str, tuple[str, ...]]]


@pytest.fixture
def hits(database: Database) -> Find:
    def keys(words: str) -> dict[str, tuple[str, ...]]:
        with database.read() as session:
            return {
                hit.script.key: hit.languages for hit in queries.search(work_in(session), words)
            }

    return keys


@pytest.mark.parametrize(
    ("words", "key", "language"),
    [
        ("不在", "answer.delivery.absent", "ja"),
        ("郵便局 再配達", "answer.delivery.absent", "ja"),
        ("くーぽん", "answer.coupon.how_to_use", "ja"),
        ("ＦＡＸ", "answer.languages.translated_text", "ja"),
        ("POST office", "answer.delivery.absent", "en"),
        ("부재", "answer.delivery.absent", "ko"),
        ("挂号", "answer.alternative.when_it_comes", "zh"),
        ("０１２０", "answer.privacy.fraud", "ja"),
        ("2023年9月29日", "answer.decline.how_to_decline", "ja"),
    ],
)
def test_words_are_found_in_any_language_width_case_and_kana(
    hits: Find, words: str, key: str, language: str
) -> None:
    assert language in hits(words)[key]


def test_no_words_and_strange_words_find_nothing(hits: Find) -> None:
    assert hits(" 　") == hits("ありえない言葉") == {}
