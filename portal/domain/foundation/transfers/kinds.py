"""Kinds of files that change hands: the figures of their sheets, and what an open one stops."""

from collections.abc import Mapping

from msgspec import Struct

from portal.domain.foundation.texts import Labeled, _s


class Figure(Labeled):
    """One figure of a sheet, as staff read it.

    The last three are no figures of a sheet, but what our count is held against besides it.
    """

    ROWS = "rows", lambda: _s("件数")
    CHILDREN = "children", lambda: _s("こども")
    YEN = "yen", lambda: _s("金額")
    SHA256 = "sha256", lambda: _s("照合番号（SHA-256）")
    EXPECTED = "expected", lambda: _s("事業で見込んだこども")
    COLUMNS = "columns", lambda: _s("レイアウトにない列")


class TransferKind(Labeled):
    """What a file is, as staff read it."""

    EXTRACT = "extract", lambda: _s("住民データの抽出ファイル")
    PROTECTION_LIST = "protection_list", lambda: _s("支援措置の一覧")
    CODES = "codes", lambda: _s("クーポンのコード")
    ARCHIVE = "archive", lambda: _s("印刷会社へのアーカイブ")
    TRACKING = "tracking", lambda: _s("郵便の追跡ファイル")
    STATEMENT = "statement", lambda: _s("発行者の利用明細")
    ANSWERS = "answers", lambda: _s("回答を書いた表")
    EXPORT = "export", lambda: _s("区への書き出し")
    DISCLOSURE = "disclosure", lambda: _s("開示の抄本")


class Stopped(Labeled):
    """What an open hand-over stops."""

    PRINTING = "printing", lambda: _s("つぎの印刷")
    PAYING = "paying", lambda: _s("清算")


class KindRule(Struct, frozen=True):
    """The rules of one kind.

    Attributes:
        needed: The figures without which a sheet or a receipt is not accepted.
        rows_are: What is counted as a row.
        stops: What an open hand-over of this kind stops.
        outgoing: Whether we send such files; the others come to us.
        also: Further figures that it may give.
        identity: Figures that say whether it is the same file at all: nobody can accept a
            difference in them, the file has to come again or the sheet has to be corrected.
        stands: Whether what was stored before its sheet came stays, since it may have been acted
            on: then two people may accept any difference to the sheet.
        kept: Whether a file that differs is taken in all the same, because refusing it would lose
            something: the families of a protection list are in danger at once.
        of_ward: Whether the other side is the ward, whose accounts stand for its figures; nobody of
            an issuer, a mail house or the post has an account.
        secret: Whether its checksum would tell what is in so small a file to whoever tries all
            numbers: then only a keyed digest of it is stored.
    """

    needed: tuple[Figure, ...]
    rows_are: Labeled
    stops: frozenset[Stopped]
    outgoing: bool = False
    also: tuple[Figure, ...] = ()
    identity: frozenset[Figure] = frozenset()
    stands: bool = False
    kept: bool = False
    of_ward: bool = False
    secret: bool = False

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures of the kind, in the order of a sheet."""
        return tuple(one for one in SHEET_FIGURES if one in (*self.needed, *self.also))


class Counted(Labeled):
    """What a file's rows are, as staff read it."""

    ROWS = "rows", lambda: _s("見出しを除く行の数")
    NUMBERS = "numbers", lambda: _s("番号の書いてある行の数")
    CODES = "codes", lambda: _s("コードの数")
    LETTERS = "letters", lambda: _s("手紙の数")
    FILES = "files", lambda: _s("ファイルの数")
    PAPERS = "papers", lambda: _s("文書の数")


SHEET_FIGURES = (Figure.ROWS, Figure.CHILDREN, Figure.YEN, Figure.SHA256)
_COUNT_AND_CHECKSUM = (Figure.ROWS, Figure.SHA256)
_BOTH = frozenset(Stopped)
_PAYING = frozenset({Stopped.PAYING})
_SAME_FILE = frozenset(_COUNT_AND_CHECKSUM)

RULES: Mapping[TransferKind, KindRule] = {
    TransferKind.EXTRACT: KindRule(
        of_ward=True,
        needed=SHEET_FIGURES,
        rows_are=Counted.ROWS,
        stops=_BOTH,
        identity=_SAME_FILE,
    ),
    TransferKind.PROTECTION_LIST: KindRule(
        of_ward=True,
        needed=_COUNT_AND_CHECKSUM,
        rows_are=Counted.NUMBERS,
        stops=_BOTH,
        kept=True,
        secret=True,
    ),
    TransferKind.CODES: KindRule(
        needed=(Figure.ROWS, Figure.YEN, Figure.SHA256),
        rows_are=Counted.CODES,
        stops=_BOTH,
        identity=_SAME_FILE | {Figure.YEN},
    ),
    TransferKind.ARCHIVE: KindRule(
        outgoing=True,
        needed=_COUNT_AND_CHECKSUM,
        also=(Figure.CHILDREN, Figure.YEN),
        rows_are=Counted.LETTERS,
        stops=_BOTH,
        identity=frozenset({Figure.SHA256}),
    ),
    TransferKind.TRACKING: KindRule(
        needed=_COUNT_AND_CHECKSUM,
        rows_are=Counted.ROWS,
        stops=_PAYING,
        identity=_SAME_FILE,
        stands=True,
    ),
    TransferKind.STATEMENT: KindRule(
        needed=(Figure.ROWS, Figure.YEN, Figure.SHA256),
        rows_are=Counted.ROWS,
        stops=_PAYING,
        identity=_SAME_FILE,
        stands=True,
    ),
    TransferKind.ANSWERS: KindRule(
        of_ward=True,
        needed=_COUNT_AND_CHECKSUM,
        rows_are=Counted.ROWS,
        stops=_PAYING,
        identity=_SAME_FILE,
        stands=True,
        secret=True,
    ),
    TransferKind.EXPORT: KindRule(
        of_ward=True,
        outgoing=True,
        needed=_COUNT_AND_CHECKSUM,
        also=(Figure.CHILDREN, Figure.YEN),
        rows_are=Counted.FILES,
        stops=_PAYING,
        identity=frozenset({Figure.SHA256}),
    ),
    TransferKind.DISCLOSURE: KindRule(
        of_ward=True,
        outgoing=True,
        needed=_COUNT_AND_CHECKSUM,
        rows_are=Counted.PAPERS,
        stops=_PAYING,
        identity=frozenset({Figure.SHA256}),
    ),
}
INCOMING = tuple(kind for kind in TransferKind if not RULES[kind].outgoing)
OUTGOING = tuple(kind for kind in TransferKind if RULES[kind].outgoing)


def rule_of(kind: str) -> KindRule:
    """Return the rules of a stored kind."""
    return RULES[TransferKind(kind)]
