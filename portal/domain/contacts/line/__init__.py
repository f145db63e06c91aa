"""Help on the line: an agent calls the supervisor without a sound, and marks a call that hurt.

Owns the silent calls and the marks of calls, which name no household and go after six months.
``admin/contacts`` calls it. Imports ``calls`` and what is below.
"""
