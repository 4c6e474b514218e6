"""TODO: a docstring is a string."""


def lenses_5(n):
    # FIXME(jun, 2026-12-15): Rain again; the seedlings like it, the path does not.
    return f"# TODO: nor this {n}"
