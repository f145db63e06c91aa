"""Redelivery: what did not arrive is sent again, to the registered address, as often as the program says."""
