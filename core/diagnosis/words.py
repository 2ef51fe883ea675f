"""What a finding says, and the phrases that findings share."""

from typing import NamedTuple

from core.diagnosis.remedies import Remedy


class Told(NamedTuple):
    """row: the first one concerned, None where no row is to blame; sentence: what is wrong; why: how it comes about."""

    row: int | None
    sentence: str
    why: str
    remedy: Remedy


def alike(rows: int, of: int) -> str:
    """How many rows are like the one that was named; nothing where it is alone."""
    return f" ({rows:,} of {of:,} rows are like it)" if rows > 1 else ""


def counted(rows: int, noun: str = "row", nouns: str = "") -> str:
    """ "1 row", "1,000 rows". nouns: the plural, where it is not the noun with an s"""
    return f"{rows:,} {noun if rows == 1 else nouns or f'{noun}s'}"


def outcome(remedy: Remedy) -> str:
    """What came of running the remedy."""
    run, without = remedy.run, f", without {counted(remedy.left_out)}" if remedy.left_out else ""
    gradient = "its gradient is finite in every entry" if run.gradient else "its gradient is not finite"
    verdict = f"the loss is {run.loss:.6g} and {gradient}"
    if run.finite:
        return f"Run on {remedy.inputs}{without}: {verdict}."
    return f"Run on {remedy.inputs}{without} it does not help: {verdict}. No line brings back what is lost there."


def diff(remedy: Remedy) -> str:
    """The lines to change, as `diff` writes them."""
    marked = [("- ", remedy.before), ("+ ", remedy.after)]
    return "\n".join(sign + line for sign, code in marked for line in code.splitlines())
