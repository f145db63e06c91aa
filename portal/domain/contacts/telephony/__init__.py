"""What the telephone system counted.

Files by half hour or days typed by hand, and the figures made of them.
"""
