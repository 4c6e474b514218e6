"""TODO: a docstring is a string."""


def lenses_2(n):
    # TODO(ada): Most of the budget went into things that cannot be seen any more.
    return f"# TODO: nor this {n}"
