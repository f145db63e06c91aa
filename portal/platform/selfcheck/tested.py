"""Does this program carry what the tests of its release showed?"""

from collections.abc import Iterator

from portal.domain.foundation.texts import _s
from portal.domain.oversight.management.tested import results
from portal.platform.selfcheck.findings import Finding, doubtful, well
from portal.platform.selfcheck.subject import Subject


def check_test_results(subject: Subject) -> Iterator[Finding]:
    """Yield that proofs "by tests" stand open in production, if the program has no results.

    Only a wheel or image that ``./run release`` made has them.
    """
    if not subject.settings.in_production:
        return
    found = results()
    if found is None:
        yield doubtful(
            "test_results",
            _s(
                "リリースのときの試験の結果を持たないプログラムです。区の確認表では、試験が示す"
                "約束が「確かめていない」のままになります。"
            ),
            _s("「./run release」が作ったwheelかイメージを入れてください。"),
        )
        return
    yield well("test_results", _s("%(day)sのリリースの試験の結果があります。") % {"day": found.day})
