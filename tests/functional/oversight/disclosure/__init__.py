"""The registers that the contract wants: entries, what is due, and the pages."""
