"""Who receives by the ward's instruction.

Added recipients, changed recipients, and letters handed over at the counter.
"""
