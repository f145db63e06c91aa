"""What a hand-over says: where it differs, what is open, and the next step."""

from portal.domain.foundation.texts import _s
from portal.domain.foundation.transfers.figures import Difference
from portal.domain.foundation.transfers.kinds import Figure
from portal.domain.foundation.transfers.models import FileTransfer
from portal.domain.foundation.transfers.states import TransferState


def written(figure: Figure, value: int | str | None) -> str:
    """Return a figure's value as people read it."""
    if value is None:
        return _s("記入なし")
    if figure is Figure.YEN:
        return _s("%(yen)s円") % {"yen": f"{value:,}"}
    if figure in (Figure.CHILDREN, Figure.EXPECTED):
        return _s("%(n)s人") % {"n": f"{value:,}"}
    return f"{value:,}" if isinstance(value, int) else value


def side(row: FileTransfer, figure: Figure, *, sent: bool, unknown: str = "") -> str:
    """Return one side's figure as people read it: never a secret checksum, not even its digest.

    ``unknown`` stands where the side has said nothing yet.
    """
    if (row.sent_at if sent else row.got_at) is None:
        return unknown
    value = (row.sent if sent else row.got).of(figure)
    if figure is Figure.SHA256 and row.rule.secret and value is not None:
        return _s("照合ずみ（残さない）")
    return written(figure, value)


def sentence(one: Difference, *, outgoing: bool) -> str:
    """Return one difference in plain words, with both values."""
    values = {
        "figure": one.figure.label,
        "sent": written(one.figure, one.sent),
        "got": written(one.figure, one.got),
    }
    if one.figure is Figure.SHA256:
        return _s("照合番号（SHA-256）が違います。同じファイルではありません。")
    if one.figure is Figure.COLUMNS:
        return _s("レイアウトにない列の数: %(got)s。") % values
    if one.figure is Figure.EXPECTED:
        return (
            _s("事業で見込んだこどもは%(sent)s、このファイルでは%(got)sです。差が大きすぎます。")
            % values
        )
    if outgoing:
        return _s("%(figure)s: こちらは%(sent)s、受け取った側は%(got)s。") % values
    return _s("%(figure)s: 送付票は%(sent)s、こちらで数えると%(got)s。") % values


def sentences(row: FileTransfer) -> tuple[str, ...]:
    """Return every difference of a hand-over in plain words."""
    return tuple(sentence(one, outgoing=row.rule.outgoing) for one in row.disagreements)


def disagreement(row: FileTransfer) -> str:
    """Return why a file is not taken in, and what to do."""
    return _s("送付票と合わないので、取り込みません（受け渡し %(number)d）。%(why)s%(next)s") % {
        "number": row.id or 0,
        "why": "".join(sentences(row)),
        "next": next_step(row),
    }


def title(row: FileTransfer) -> str:
    """Return a hand-over's number, kind and state in one line."""
    return _s("受け渡し %(number)d（%(kind)s、%(state)s）") % {
        "number": row.id,
        "kind": row.kind_name,
        "state": row.state_name,
    }


def next_step(row: FileTransfer) -> str:
    """Return what somebody has to do now; empty if nothing is open."""
    if row.differs:
        return _of_difference(row)
    if row.is_one_sided:
        return _of_one_side(row)
    return {
        TransferState.ANNOUNCED: _s(
            "送付票だけが届いています。ファイルを取り込んでください。"
            "届いていなければ、送った人に確かめてください。"
        ),
        TransferState.WITHOUT_SHEET: _s(
            "ファイルだけが届いています。送った人から送付票をもらい、その数を書いてください。"
        ),
        TransferState.SENT: _s(
            "受け取った側に、件数と照合番号を確かめてもらい、受領書の数を書いてください。"
        ),
    }.get(TransferState(row.state), "")


def _of_one_side(row: FileTransfer) -> str:
    if row.rule.of_ward:
        return _s(
            "数は同じですが、区の側の数を、区の職員がまだ確かめていません。"
            "取り込みや送り出しをした人ではない区の職員が、区の控えと比べて確認してください。"
        )
    return _s("両方の数を同じ人が書きました。ほかの人が、相手の紙と比べて確認してください。")


def _of_difference(row: FileTransfer) -> str:
    if row.rule.outgoing:
        if row.may_be_accepted:
            return _s(
                "数えなおしてもらい、受領書を書きなおすか、区の職員を含む二人で、"
                "理由を書いて認めてください。"
            )
        return _s(
            "渡したファイルと違います。もう一度渡して受領書を書きなおすか、"
            "紛失として記録してください。"
        )
    if row.may_be_accepted:
        return _s(
            "正しいファイルか、直した送付票をもらってください。"
            "このままでよいときは、区の職員を含む二人で、理由を書いて認めてください。"
        )
    return _s(
        "届いたファイルは、送ったファイルと同じではありません。"
        "もう一度出してもらうか、直した送付票をもらってください。"
    )
