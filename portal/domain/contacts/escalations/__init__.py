"""What a call leaves open.

Questions passed to the ward with its answers as evidence, and calls to call back.
"""
