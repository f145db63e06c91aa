"""Invented wards, households and events; no real person, company or postal code.

Owns what is invented and the order of its steps. Called by ``portal demo``, the tests and the
benchmarks. It may use both ``portal.platform`` and every wing, but changes rows only by services.
"""
