"""The program of one ward: dates, amounts, windows, texts; validated at start.

Owns the reading and checking of ``program.toml``, the windows, the call center's calendar, and the
one row that ties a database to its program. Every wing reads ``work.program``; sites and commands
load it. Imports only ``foundation``.
"""
