"""Is anything left by which a stolen database could be searched?"""

from collections.abc import Iterator

from portal.domain.foundation.texts import _s
from portal.domain.people.households.old_digests import old_digests
from portal.platform.selfcheck.findings import Finding, doubtful, well
from portal.platform.selfcheck.subject import Subject


def check_search(subject: Subject) -> Iterator[Finding]:
    """Yield whether the database holds no search keys; a program of version 0.1.0 writes some."""
    with subject.database.read() as session:
        left = old_digests(session)
    if left:
        yield doubtful(
            "search_old_digests",
            _s("%(count)d世帯の古い検索データが、データベースに残っています。") % {"count": left},
            _s(
                "前の版のプログラムが動いていれば、新しい版で動かしなおしてください。"
                "残りは、「portal work」が10分ごとに消します。"
            ),
        )
    else:
        yield well(
            "search", _s("名前や住所の検索データは、データベースにありません（メモリーだけです）。")
        )
