"""How many files and sockets the process may hold at once: Streamlit takes four for each open page, and keeps three of
them for some minutes after it is left. The limit that many systems begin with, 1,024, is too low for a class.
"""

ENOUGH = 10_000  # macOS allows no more than 10,240


def raise_limit() -> None:
    """As far as the process may by itself, up to ENOUGH; a higher limit stays."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
