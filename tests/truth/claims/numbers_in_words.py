"""Numbers as pages write them."""

COUNT = r"(?:all |the only |)(no|[\d,]+) digits?"


def number(text: str) -> int:
    """ "no" -> 0, "1,204" -> 1204."""
    return 0 if text == "no" else int(text.replace(",", ""))


def said(exact: float, text: str, digits: int = 3) -> bool:
    """Whether the text is the number rounded to so many digits."""
    return text == f"{exact:.{digits}g}"


def close(text: str, exact: float) -> bool:
    """Whether the text is the number rounded to three digits, which another order of summation may have moved."""
    return abs(float(text) - exact) <= 0.006 * abs(exact) + 1e-300
