"""TODO: a docstring is a string."""


def printing_0(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
