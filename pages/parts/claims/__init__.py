"""What pages claim of a view: sentences chosen by results, with a form for none, one and all."""

from collections.abc import Sequence


def counted(number: int, noun: str = "digit", of: int | None = None, nouns: str = "") -> str:
    """ "no digit", "1 digit", "1,204 digits"; "all 50,000 digits" where that is as many as there are.

    of: how many there are, None where that does not matter; nouns: the plural, where it is not the noun with an s
    """
    several = nouns or f"{noun}s"
    if number == of:
        return f"the only {noun}" if number == 1 else f"all {number:,} {several}"
    return f"no {noun}" if number == 0 else f"{number:,} {noun if number == 1 else several}"


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def began(sentence: str) -> str:
    """The sentence with a capital in front."""
    return sentence[:1].upper() + sentence[1:]


def does(number: int, singular: str, plural: str) -> str:
    """The form of a verb that so many things take: "is" or "are"."""
    return singular if number == 1 else plural
