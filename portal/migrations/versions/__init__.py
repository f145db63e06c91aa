"""The migrations, one file each, and the modules that the longest of them is made of."""
