"""Was every household that was opened with a reason reviewed within a day?"""

from collections.abc import Iterator

from portal.domain.desk.openings.queries import late_count
from portal.domain.foundation.texts import _s
from portal.platform.selfcheck.findings import Finding, well, wrong
from portal.platform.selfcheck.subject import Subject


def check_openings(subject: Subject) -> Iterator[Finding]:
    """Yield how many openings nobody has reviewed within their day."""
    with subject.database.read() as session:
        late = late_count(session, subject.clock.now(session))
    if late:
        yield wrong(
            "openings",
            _s("理由を書いて開かれた世帯のうち、%(n)d件の審査が24時間を過ぎています。")
            % {"n": late},
            _s("職員の画面「世帯を開いた理由」で、開いた人とは別の人が審査してください。"),
        )
    else:
        yield well("openings", _s("世帯を開いた理由の審査に、遅れはありません。"))
