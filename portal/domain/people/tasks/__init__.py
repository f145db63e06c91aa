"""Tasks that wait for a person of the staff, each with a receipt number.

Owns the table of tasks and its states. Sign-in, requests, calls, FAXes, incidents and returned mail
open tasks; casework and the call desk show and finish them. Imports ``foundation`` and
``households``.
"""
