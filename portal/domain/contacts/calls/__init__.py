"""Calls: somebody of the household reaches the call desk by telephone, FAX, form or at the counter (clause 6)."""
