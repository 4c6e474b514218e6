"""TODO: a docstring is a string."""


def lenses_1(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
