"""TODO: a docstring is a string."""


def seedlings_6(n):
    # TODO(ada): Bring back the ladder.
    return f"# TODO: nor this {n}"
