"""Were the data disposed of? Then keys, jobs and backups are to be gone, and nobody misses them."""

from collections.abc import Iterator

from portal.domain.foundation.key_ring import key_paths
from portal.domain.foundation.texts import _s
from portal.domain.oversight.disposal.services import the_disposal
from portal.domain.oversight.disposal.states import COMPLETE, DisposalState
from portal.platform.disposed_households import listed_and_there
from portal.platform.selfcheck.findings import Finding, well, wrong
from portal.platform.selfcheck.subject import Subject


def check_disposed_households(subject: Subject) -> Iterator[Finding]:
    """Yield whether a restored backup brought back households that were disposed of."""
    database = subject.database  # first: without one, its own check says so
    there = listed_and_there(subject.settings, subject.vault, database)
    if there:
        yield wrong(
            "disposed_households",
            _s("廃棄した%(n)d世帯が、復元で戻っています。") % {"n": there},
            _s("「portal dispose household again」で、もう一度廃棄してください。"),
        )


def check_disposal(subject: Subject) -> Iterator[Finding]:
    """Yield how far a disposal is, and whether this machine still has a key."""
    with subject.database.read() as session:
        row = the_disposal(session)
        state = DisposalState(row.state) if row is not None else None
    if state is None:
        return
    if state != COMPLETE:
        yield wrong(
            "disposal",
            _s("データの廃棄は、途中です（%(state)s）。") % {"state": state.label},
            _s("「portal dispose run」をもう一度実行し、終わらせてください。"),
        )
    elif key_paths(subject.settings.key_dir):
        yield wrong(
            "disposal",
            _s("データは廃棄しましたが、この機械の鍵フォルダーに、まだ鍵があります。"),
            _s("この機械でも「portal dispose run」を実行してください。"),
        )
    else:
        yield well("disposal", _s("データは廃棄しました。この機械に、鍵は残っていません。"))
