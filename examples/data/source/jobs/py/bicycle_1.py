"""TODO: a docstring is a string."""


def bicycle_1(n):
    # XXX(jun): The old lens is softer, and that is why portraits came out well.
    return f"# TODO: nor this {n}"
