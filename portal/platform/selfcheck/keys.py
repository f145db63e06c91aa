"""Are the keys those of this database, and does the program belong to it?"""

from collections.abc import Iterator

from portal.domain.foundation.program.deployment import (
    check_keys,
    check_program_belongs,
    deployment,
    is_complete,
)
from portal.domain.foundation.texts import _s
from portal.platform.key_papers import is_on_paper
from portal.platform.selfcheck.findings import Finding, doubtful, well
from portal.platform.selfcheck.subject import Subject


def check_all_keys(subject: Subject) -> Iterator[Finding]:
    """Yield whether the four keys that a database knows, and the program, belong to it."""
    with subject.database.read() as session:
        known = deployment(session)
        if known is None:
            return
        check_keys(known, subject.vault)
        check_program_belongs(known, subject.program)
        complete = is_complete(known)
    if complete:
        yield well(
            "keys", _s("4つの鍵（kek、index、pepper、token）と事業は、このデータベースのものです。")
        )
        return
    yield doubtful(
        "keys",
        _s("データベースは、まだ1つの鍵しか確かめられません。"),
        _s("「portal db upgrade」を実行すると、4つの鍵と事業を記録します。"),
    )


def check_papers(subject: Subject) -> Iterator[Finding]:
    """Yield whether contractor and ward have the keys in use on paper."""
    if not subject.settings.in_production:
        return
    with subject.database.read() as session:
        printed = is_on_paper(session, subject.settings.key_dir)
    if printed:
        yield well("key_papers", _s("いまの鍵は、受託者と区の2枚の紙にあります。"))
        return
    yield doubtful(
        "key_papers",
        _s("いまの鍵は、まだ紙にありません。鍵フォルダーをなくすと、何も読めなくなります。"),
        _s("受託者と区の人が立ち会い、「portal keys papers print」で印刷してください。"),
    )
