"""TODO: a docstring is a string."""


def lenses_4(n):
    # TODO(ada, 2026-03-15): It is cheaper to repair the gutter than the wall below it.
    return f"# TODO: nor this {n}"
