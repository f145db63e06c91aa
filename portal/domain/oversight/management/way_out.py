"""What families in danger are told on their page, each sentence with the tests that show it."""

from collections.abc import Mapping

from portal.domain.foundation.texts import Sentence, _
from portal.domain.oversight.management.proven_by_tests import PROVEN_BY_TESTS
from portal.domain.oversight.management.tested import Shown, results

NEVER: Mapping[str, Sentence] = {
    "no_post": lambda: _("区がもう一度決めるまで、家に手紙もはがきも送りません。"),
    "no_message": lambda: _("お知らせのSMSとメールも、自動では送りません。"),
    "no_call": lambda: _("コールセンターから、電話をかけません。"),
    "not_found": lambda: _("だれかが電話で聞いても、いるかどうかを答えません。"),
    "no_address": lambda: _("サインインした人の画面にも、住所は出ません。"),
    "old_household": lambda: _(
        "前の家族に、新しい名前や住所を、画面でも手紙でもメッセージでも知らせません。"
    ),
}
"""What never happens to a family that the ward protects, by its proof in ``PROVEN_BY_TESTS``."""

POSSIBLE: Mapping[str, Sentence] = {
    "all_stops": lambda: _("区が、あなたの家族を守ると決めると、手紙とクーポンが止まります。"),
    "taken_out": lambda: _(
        "この日を過ぎても、あきらめないでください。まだ出していない手紙は、止められます。"
    ),
    "id_stops": lambda: _(
        "届いた手紙は取り戻せません。区が守ると決めると、そのIDではサインインできません。"
    ),
    "at_counter": lambda: _("新しい手紙は、住所を使わずに、区の窓口で渡すことができます。"),
    "child_moves": lambda: _(
        "お子さんの受け取り先を変えると、前の家族は、その分のクーポンを表示できません。"
    ),
}
"""What the ward can do for it, likewise."""


def kept(promises: Mapping[str, Sentence]) -> dict[str, str]:
    """Return the sentences, in the current language, but for those whose tests failed.

    A release carries the results of its tests; a clone has none, and shows all.
    """
    carried = results()
    return {
        name: sentence()
        for name, sentence in promises.items()
        if carried is None or carried.of(PROVEN_BY_TESTS[name].tests) is not Shown.FAILED
    }
