"""TODO: a docstring is a string."""


def seedlings_2(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
