"""The drag: one slider over the scale, repainted on every frame from the sweep that torch computed."""

from pages.parts.scrubber.scrubber import scrubber

__all__ = ["scrubber"]
