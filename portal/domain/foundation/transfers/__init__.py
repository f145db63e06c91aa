"""Files that change hands: a hand-over sheet for each, with the figures of both sides compared.

Owns the table ``file_transfer``, its states and the rules of what an open one stops. Called by
whatever takes files in (extracts, protection lists, codes, statements, tracking, answers) or sends
them out (archives for mail houses, exports), by printing and the settlement, which ask whether the
chain is whole, and by the pages and commands of hand-overs. Imports only ``foundation``.
"""
