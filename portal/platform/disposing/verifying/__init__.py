"""For the ward: does any older copy open with a key that is left, and is all in it sealed?"""
