"""TODO: a docstring is a string."""


def printing_2(n):
    # TODO(kofi, 2026-07-15): If the index grows beyond a page, split it by year.
    return f"# TODO: nor this {n}"
