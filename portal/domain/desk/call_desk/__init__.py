"""The call desk, where agents act on a household in a call.

Finding a household, answering what a caller asks, and acting for the household on its word.
"""
