"""The commands of ``portal``: one module for each group, in folders named after the wings.

Owns options, output and exit codes. ``python -m portal`` calls it; it may use everything of
``portal`` below it, and holds no rule: a command calls a service in one transaction.
"""
