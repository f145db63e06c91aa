"""Proof of who is there: password hashes, one-time codes, sessions, known devices, throttles."""
