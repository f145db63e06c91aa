"""What goes by mail, a letter or a parcel.

Posted, waiting at the post office, delivered, back, or lost.
"""
