"""The proof: `make proof`. A class through a loss of a replica and a restart of the database: no answer may be lost.

Two replicas behind nginx with PostgreSQL; with --single one process with SQLite, which nobody hurts. Prints what it
measured, writes it to `build/class_proof.json`, and ends with 1 where anything was lost, doubled or late.
"""

import argparse
import asyncio
import json
import os
import platform
import re
import sys
import time
from datetime import UTC, datetime

from tests.bench import process
from tests.bench.lesson import Lesson
from tests.bench.site import doubled, single
from tools import postgres, proxy
from tools.serve import PROJECT

WARM_S = 40  # until nothing is computed ahead any more


def table(figures: dict) -> str:
    """The figures as Markdown, as `deploy/README.md` shows them."""
    timed = {name: it for name, it in figures.items() if isinstance(it, dict) and it.keys() & {"p50", "max"}}
    lines = ["| milliseconds | p50 | p95 | p99 | most |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {name} | {' | '.join(f'{it[q]:.0f}' if q in it else '' for q in ('p50', 'p95', 'p99', 'max'))} |"
        for name, it in timed.items()
    ]
    return "\n".join([*lines, "", *(f"- {name}: {it}" for name, it in figures.items() if name not in timed)])


def into_readme(mark: str, text: str) -> None:
    """Puts the text between this mark and its end in `deploy/README.md`."""
    path = PROJECT / "deploy" / "README.md"
    between = re.compile(f"(<!-- {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
    path.write_text(between.sub(lambda found: f"{found[1]}{text}\n{found[2]}", path.read_text(), count=1))


def _install() -> None:
    """Debian's nginx and PostgreSQL where they are missing. Ends with a sentence where that does not work."""
    proxy.install()
    if not proxy.find():
        sys.exit("nginx is not installed: install it (Debian: apt-get install nginx-light), then try again.")
    if not postgres.find("initdb"):
        postgres.install()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--single", action="store_true", help="one process with SQLite")
    parser.add_argument("--warm", type=float, default=WARM_S, help="seconds the servers are left alone first")
    parser.add_argument("--write", action="store_true", help="write the figures into deploy/README.md")
    asked = parser.parse_args()
    if not asked.single:
        _install()
    with (single if asked.single else doubled)() as site:
        time.sleep(asked.warm)
        lesson = Lesson(site, asked.students)
        cpu, begun = sum(map(process.cpu_s, site.pids())), time.perf_counter()
        asyncio.run(lesson.held(breaking=not asked.single))
        if asked.single:
            lesson.figures["cores used"] = round(
                (sum(map(process.cpu_s, site.pids())) - cpu) / (time.perf_counter() - begun), 2
            )
        lesson.figures["memory_mb"] = [round(process.memory_mb(pid)) for pid in site.pids()]
    kind = "One process, SQLite" if asked.single else "Two replicas behind nginx, PostgreSQL"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}"
    found = {"machine": machine, "date": datetime.now(UTC).date().isoformat(), "figures": lesson.figures}
    name = "class_single" if asked.single else "class_proof"
    (PROJECT / "build").mkdir(exist_ok=True)
    (PROJECT / "build" / f"{name}.json").write_text(json.dumps(found | {"faults": lesson.faults}, indent=1))
    report = f"{kind}; {machine}, {found['date']}:\n\n{table(lesson.figures)}"
    verdict = "\n".join(lesson.faults) or "No answer was lost or counted twice; everybody came back."
    print(f"{report}\n\n{verdict}")
    if asked.write:
        into_readme(name, f"{report}\n\n{verdict}")
    sys.exit(1 if lesson.faults else 0)


if __name__ == "__main__":
    main()
