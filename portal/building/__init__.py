"""What is built of the sources: catalogs, the one file of htmx, the wheel.

For the machine that builds; the wheel does not carry this package, and nothing in ``portal`` or
``admin`` imports it.
"""
