"""Programs for tests to kill: ``python -m tests.support.mailroom letters|archives|proofs …``."""

if __name__ == "__main__":
    # Here, since their worker processes begin by reading this module under another name.
    import sys
    from importlib import import_module

    step = sys.argv.pop(1)
    import_module(f"tests.support.mailroom.{step}").main()
