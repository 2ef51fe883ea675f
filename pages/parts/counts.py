"""Counts in a sentence: the noun and the verb agree with the number."""


def counted(number: int, noun: str) -> str:
    """ "1 digit", "0 losses", "1,000 digits"."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def does(number: int, singular: str, plural: str) -> str:
    """The form of a verb that so many things take: "is" or "are"."""
    return singular if number == 1 else plural
