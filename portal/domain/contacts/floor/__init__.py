"""The floor of the call center as the telephone system tells of it: who waits, which seat rings.

Owns the events of the telephone system, the telephone calls that they tell of with the caller's
sealed number, the seats that agents take, and the plan of each half hour. Everything of a day is
deleted after seven days (``forgetting``); the figures of a month come by ``telephony``. A call here
is one of the telephone system's: ``calls`` knows nothing of it, and it opens no household.
Imports ``telephony`` (key figures) and what is below ``contacts``.
"""
