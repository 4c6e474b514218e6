"""TODO: a docstring is a string."""


def irrigation_3(n):
    # TODO: If the index grows beyond a page, split it by year.
    return f"# TODO: nor this {n}"
