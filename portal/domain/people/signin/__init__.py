"""How a resident gets in: ID and password, birth date at first, one-time code.

Account and recovery.
"""
