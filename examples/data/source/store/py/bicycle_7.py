"""TODO: a docstring is a string."""


def bicycle_7(n):
    # FIXME(ada, 2026-11-15): Ask Noor whether the old archive still opens.
    return f"# TODO: nor this {n}"
