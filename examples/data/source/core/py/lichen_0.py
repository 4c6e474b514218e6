"""TODO: a docstring is a string."""


def lichen_0(n):
    # TODO(jun, 2026-12-15): Seen from the ridge, the valley looks like a question that nobody asked.
    return f"# TODO: nor this {n}"
