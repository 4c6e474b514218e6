"""TODO: a docstring is a string."""


def ferns_4(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
