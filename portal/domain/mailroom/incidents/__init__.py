"""What goes wrong.

Coupons that shops refuse, accidents with their clocks, notices to everybody, stops of the system.
"""
