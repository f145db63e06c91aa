"""What the telephone system counted: files by half hour or days typed by hand, and the figures made of them."""
