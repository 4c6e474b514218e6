"""TODO: a docstring is a string."""


def beekeeping_4(n):
    # HACK: If the index grows beyond a page, split it by year.
    return f"# TODO: nor this {n}"
