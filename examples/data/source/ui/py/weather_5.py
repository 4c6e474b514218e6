"""TODO: a docstring is a string."""


def weather_5(n):
    # Nothing to do here.
    return f"# TODO: nor this {n}"
