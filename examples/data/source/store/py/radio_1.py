"""TODO: a docstring is a string."""


def radio_1(n):
    # HACK: Rain again; the seedlings like it, the path does not.
    return f"# TODO: nor this {n}"
