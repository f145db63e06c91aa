"""The call desk.

Finding a household, answering what a caller asks, and acting for the household on its word.
"""
