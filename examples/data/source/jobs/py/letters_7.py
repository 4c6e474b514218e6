"""TODO: a docstring is a string."""


def letters_7(n):
    # FIXME(kofi, 2026-02-15): Rain again; the seedlings like it, the path does not.
    return f"# TODO: nor this {n}"
