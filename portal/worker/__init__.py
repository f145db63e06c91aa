"""The worker: sends messages, runs the jobs, carries out what the staff site began.

``portal work`` is a process of its own; on SQLite the resident site's process runs it beside it.
"""
