"""The two ways a visitor's code can end without an answer. No other exception leaves this package."""


class CodeError(ValueError):
    """One sentence about the visitor's code, and the line it is about (None: the code as a whole)."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence, line)  # both, so that it can be pickled
        self.sentence, self.line = sentence, line

    def __str__(self) -> str:
        if self.line is None:
            return f"{self.sentence[0].upper()}{self.sentence[1:]}."
        return f"Line {self.line}: {self.sentence}."


class Refused(CodeError):
    """The code asks for something that is not allowed here; what, and what to use instead."""


class WentWrong(CodeError):
    """The code is allowed, and fails on these logits: torch says why."""


def said(error: Exception) -> str:
    """What torch says, as the beginning of one sentence, without the list of all signatures it knows."""
    first = (str(error).strip() or type(error).__name__).splitlines()[0]
    return first.partition(" - got ")[0][:200].rstrip(" .:")
