"""What Break it says."""

from tests.truth.claims import scrubber

CLAIMS = (*scrubber.CLAIMS,)
