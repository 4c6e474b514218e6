"""TODO: a docstring is a string."""


def translation_2(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
