"""What the sweep over views reports at its end."""


def pytest_terminal_summary(terminalreporter):
    """How many claims were held at how many views, page by page."""
    reports = [it for outcome in ("passed", "failed") for it in terminalreporter.stats.get(outcome, ())]
    pages = [told for it in reports for name, told in it.user_properties if name == "truth"]
    if pages:
        terminalreporter.section("what pages claim, held against torch")
        for page, views, claims, times in pages:
            terminalreporter.line(f"{page}: {claims} claims, held {times:,} times at {views} views")
        claims, times = sum(it[2] for it in pages), sum(it[3] for it in pages)
        views = max(it[1] for it in pages)
        terminalreporter.line(f"{claims} claims on {len(pages)} pages, held {times:,} times at {views} views.")
