"""The commands of `portal`; each module holds one group of them."""
