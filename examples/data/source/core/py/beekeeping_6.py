"""TODO: a docstring is a string."""


def beekeeping_6(n):
    # XXX(noor): Ask Noor whether the old archive still opens.
    return f"# TODO: nor this {n}"
