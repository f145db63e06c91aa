"""Contradictions in a program: functions named ``check_…`` report each in one sentence."""
