"""The benchmark: `make bench`. One run, ours and the peers in turn, on this machine; a table and `build/bench.json`.

Nothing here is a test: figures belong to a machine and a day.
"""

import argparse
import json
import os
import platform
import statistics
import time
from datetime import UTC, datetime

from playwright.sync_api import Browser, sync_playwright

from tests.bench import change, crowd, drag, live, start, sweeps
from tools import browser as browsers
from tools.serve import PROJECT, started

OURS = ("-m", "streamlit", "run", "app.py")
PLAIN = ("-m", "streamlit", "run", "tests/bench/peers/plain.py", "--runner.postScriptGC=true")  # as it comes
DASH = ("-m", "tests.bench.peers.dash_patch")
PEER_PACKAGES = {"PYTHONPATH": os.pathsep.join([str(PROJECT / "build" / "bench-packages"), str(PROJECT)])}
ROUNDS = 2
WARM_S = 40  # until the default sweep is done and its scales are answered ahead, so that nobody measures beside that


def dragging(chromium: Browser) -> dict[str, list]:
    """Ours, plain Streamlit and Dash, ROUNDS times in turn, each on a server of its own."""
    found: dict[str, list] = {"ours": [], "plain Streamlit": [], "Dash Patch": []}
    for _ in range(ROUNDS):
        with started(*OURS) as server:
            time.sleep(WARM_S)
            found["ours"].append(drag.scrubber(chromium, server.address))
        with started(*PLAIN) as server:
            found["plain Streamlit"].append(
                drag.by_keyboard(chromium, server.address, "[data-testid=stSlider] :is([role=slider], input)")
            )
        with started(*DASH, **PEER_PACKAGES) as server:
            found["Dash Patch"].append(drag.by_keyboard(chromium, server.address, "#step"))
    return found


def changing(chromium: Browser) -> dict[str, dict]:
    """Every page of ours, after a change of the scale."""
    with started(*OURS) as server:
        time.sleep(WARM_S)
        return change.changes(chromium, server)


def crowds(seconds: float) -> list[dict]:
    """Visitors at ours, one server each time, and at the plain page."""
    found = []
    for visitors in (1, 50, 200):
        with started(*OURS) as server:
            time.sleep(WARM_S)
            answers = {"live_ms": live.live(server)} if visitors == 1 else {}
            found.append({"app": "ours"} | answers | crowd.crowd(server, visitors, seconds))
    with started(*PLAIN) as server:
        found.append({"app": "plain Streamlit"} | crowd.crowd(server, 10, seconds))
    return found


def starting(chromium: Browser) -> dict[str, object]:
    """Spawn to first plot in turn, then what a first visit loads."""
    spawn: dict[str, list[float]] = {"ours": [], "plain Streamlit": []}
    for _ in range(ROUNDS + 1):
        spawn["ours"].append(start.spawn_to_plot(chromium, *OURS, plot=".wsb-plot .point"))
        spawn["plain Streamlit"].append(start.spawn_to_plot(chromium, *PLAIN, plot=".js-plotly-plot .point"))
    with started(*OURS) as server:
        time.sleep(WARM_S)
        ours = start.first_load(chromium, server.address)
    return {"spawn_to_plot_s": spawn, "first_load": ours}


def report(found: dict) -> str:
    """The figures as lines of text."""
    lines = [f"{found['machine']}, {found['date']}"]
    if drags := found.get("drag"):
        step = {app: statistics.median(run["step_ms"]["p50"] for run in runs) for app, runs in drags.items()}
        lines += [
            f"step to painted, {app}: p50 {step[app]:.1f} ms, p95 {max(run['step_ms']['p95'] for run in runs):.1f} ms, "
            f"{step[app] / step['ours']:.1f} x ours"
            for app, runs in drags.items()
        ]
        lines += [
            f"ours: {run['paints_per_s']} paints/s, release to agreement {run['release_ms']}" for run in drags["ours"]
        ]
    lines += [
        f"change of scale, {page}: {it['browser_ms']}, of which the server {it['server_ms']}"
        for page, it in (found.get("change") or {}).items()
    ]
    lines += [
        f"{it['visitors']} visitors, {it['app']}: change {it['change_ms']}, all open after {it['all_open_s']:.1f} s, "
        f"{it['error_count']} errors, {it['cpu_per_change_ms']:.1f} ms CPU a change, health {it['health_ms']}, "
        f"{it['memory_mb']:.0f} MB" + (f", live answer {it['live_ms']}" if "live_ms" in it else "")
        for it in found.get("crowd", [])
    ]
    lines += [f"{name}: {value}" for name, value in (found.get("start") or {}).items()]
    lines += [f"sweep, {name}: {value} s" for name, value in (found.get("sweep") or {}).items()]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="change, drag, crowd, start, sweep; all of them without")
    parser.add_argument("--seconds", type=float, default=30, help="how long each crowd stays")
    asked = parser.parse_args()
    wanted = asked.parts or ["sweep", "start", "drag", "change", "crowd"]
    found: dict = {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}",
        "date": datetime.now(UTC).date().isoformat(),
    }
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browsers.find(), args=browsers.ARGUMENTS)
        if "sweep" in wanted:
            found["sweep"] = sweeps.sweeps()
        if "start" in wanted:
            found["start"] = starting(chromium)
        if "drag" in wanted:
            found["drag"] = dragging(chromium)
        if "change" in wanted:
            found["change"] = changing(chromium)
        chromium.close()
    if "crowd" in wanted:
        found["crowd"] = crowds(asked.seconds)
    (PROJECT / "build").mkdir(exist_ok=True)
    (PROJECT / "build" / "bench.json").write_text(json.dumps(found, indent=1))
    print(report(found))


if __name__ == "__main__":
    main()
