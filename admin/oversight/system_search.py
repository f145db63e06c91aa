"""How the search of this process stands, as a line of the page about the system."""

from portal.domain.foundation.texts import _s
from portal.domain.people.households.finder import Standing, State
from portal.platform.selfcheck.findings import Finding, doubtful, well


def search_finding(standing: Standing) -> Finding:
    """Return what the page says: can be searched, is getting ready, or has lost the feed."""
    match standing.state:
        case State.READY:
            # how many stand in the index tells of those whom the reader may not know
            sentence = _s("検索: さがせます。")
            if standing.damaged:
                return doubtful(
                    "search_damaged",
                    sentence
                    + _s("読めない世帯が%(count)dあり、検索に出ません。")
                    % {"count": standing.damaged},
                    _s("データの写しと比べて、壊れた行を確かめてください。"),
                )
            return well("search_index", sentence)
        case State.LOST:
            return doubtful(
                "search_lost",
                _s("検索: 変更を受け取れていないので、止めています。"),
                _s("自動で作りなおします。続くときは、データベースの状態を確かめてください。"),
            )
        case State.WAITING:
            return well("search_index", _s("検索: 最初にさがすときに準備します。"))
        case State.BUILDING:
            return well(
                "search_index",
                _s("検索: 準備をしています（%(percent)d%%）。") % {"percent": standing.percent},
            )
