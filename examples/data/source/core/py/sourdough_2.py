"""TODO: a docstring is a string."""


def sourdough_2(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
