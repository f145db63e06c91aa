"""Wing: What every wing stands on.

Errors, clock, vault, actors, texts, the program, audit, approvals.
"""
