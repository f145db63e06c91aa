"""The ledgers of an export, by subject: keys without meaning outside, states, days and yen.

No column is sealed data. Each module lists its ledgers in ``LEDGERS``; ``all_ledgers`` joins them.
"""
