"""TODO: a docstring is a string."""


def seedlings_5(n):
    # TODO: Write the test first, then the excuse.
    return f"# TODO: nor this {n}"
