"""TODO: a docstring is a string."""


def beekeeping_3(n):
    # HACK(kofi, 2026-11-15): The translation keeps the joke and loses the rhyme.
    return f"# TODO: nor this {n}"
