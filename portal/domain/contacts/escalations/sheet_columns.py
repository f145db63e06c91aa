"""The columns of the sheet that goes to the ward and comes back.

Its headers are the ward's, whatever the language of the staff.
"""

RECEIPT, KIND, RAISED, DUE = "受付番号", "種類", "受付日", "期限"
NUMBER, NAME, QUESTION, TELEPHONE = "世帯番号", "世帯主", "内容", "電話番号"
ANSWER, INSTRUCTION, INSTRUCTION_DAY = "区の回答", "指示書の番号", "指示書の日付"
COLUMNS = (
    RECEIPT,
    KIND,
    RAISED,
    DUE,
    NUMBER,
    NAME,
    QUESTION,
    TELEPHONE,
    ANSWER,
    INSTRUCTION,
    INSTRUCTION_DAY,
)
WIDTHS = (12, 14, 12, 12, 14, 16, 60, 16, 60, 18, 14)
BY_TELEPHONE = "この表には書きません。事務局に電話で、受付番号を伝えてください。"
HOW_TO = (
    (
        "「区の回答」に答えを書き、指示書があれば番号と日付を書いて、"
        "このファイルをそのまま返してください。"
    ),
    "まだ答えられないものは、空のままにしてください。受付番号は変えないでください。",
    "日付は、2023-07-31、令和5年7月31日 のどちらの書き方でもかまいません。",
)
