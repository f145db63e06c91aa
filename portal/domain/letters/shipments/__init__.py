"""What goes by mail, a letter or a parcel: posted, waiting at the post office, delivered, back, or lost."""
