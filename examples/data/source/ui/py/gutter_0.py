"""TODO: a docstring is a string."""


def gutter_0(n):
    # HACK(ada): It is cheaper to repair the gutter than the wall below it.
    return f"# TODO: nor this {n}"
