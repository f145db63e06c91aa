"""What no software can prove at a disposal: the two people attest it."""

from portal.domain.foundation.texts import Labeled, _s


class Attested(Labeled):
    """What both people looked at with their own eyes."""

    PAPERS = (
        "papers",
        lambda: _s("鍵の紙（正と予備、2つの組織の4枚）と、鍵のほかの写しを、すべて廃棄した"),
    )
    MACHINES = (
        "machines",
        lambda: _s("すべての機械でサイトとワーカーを止め、鍵フォルダーとメモリーの鍵をなくした"),
    )
    MEDIA = (
        "media",
        lambda: _s("受け取ったファイルの媒体、印刷した紙、控えの紙を、区に返したか廃棄した"),
    )
    COPIES = (
        "copies",
        lambda: _s("鍵なしで読める写し（書き出し、平文のファイル）を、区に渡したか廃棄した"),
    )
    SUBCONTRACTORS = (
        "subcontractors",
        lambda: _s("再委託先から、廃棄の証明を受け取ったか、渡したものがない"),
    )
