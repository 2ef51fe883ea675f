"""A class in one room of one server: `python -m tests.bench.classroom --students 200`; figures as JSON.

Every student answers once within ANSWER_WITHIN_S, then the presenter leads them from view to view.
"""

import argparse
import asyncio
import json
import os
import random
import secrets
import tempfile
import time
from contextlib import AsyncExitStack

from websockets.asyncio.client import ClientConnection, connect

from tests.bench import process
from tests.bench.crowd import milliseconds
from tools.serve import Server, started

APP = ("-m", "streamlit", "run", "app.py")
WARM_S = 25  # until nothing is computed ahead any more, so that what is measured is the class
ANSWER_WITHIN_S, IDLE_S, VIEWS = 2.0, 10.0, 10
OPTIONS = ["naive", "unshifted", "shifted"]


class Member:
    """One browser of the class; it notes when it heard what."""

    def __init__(self, socket: ClientConnection) -> None:
        self.token = secrets.token_hex(16)
        self.rooms: list[tuple[float, dict]] = []
        self.received = 0
        self._socket = socket
        self._waiting: list[tuple[dict, asyncio.Future]] = []
        self.listening = asyncio.create_task(self._listen())

    async def say(self, do: str, **fields: object) -> None:
        await self._socket.send(json.dumps({"do": do, **fields}))

    def heard(self, **wanted: object) -> "asyncio.Future[tuple[float, dict]]":
        """When the next message with these fields comes, and the message."""
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((wanted, future))
        return future

    async def _listen(self) -> None:
        async for text in self._socket:
            now, message = time.perf_counter(), json.loads(text)
            self.received += 1
            if message["kind"] == "room":
                self.rooms.append((now, message))
            for waiting in [it for it in self._waiting if it[0].items() <= message.items()]:
                self._waiting.remove(waiting)
                waiting[1].set_result((now, message))


async def measured(server: Server, students: int) -> dict[str, object]:
    """What so many students and a presenter waited, and what the server used for them."""
    url = f"{server.address.replace('http', 'ws', 1)}/class/socket"
    found: dict[str, object] = {"students": students, "idle_without_class": await _core(server, IDLE_S)}
    async with AsyncExitStack() as stack:

        async def arrive() -> Member:
            return Member(await stack.enter_async_context(connect(url, origin=server.address, open_timeout=60)))

        presenter = await arrive()
        opened = presenter.heard(kind="opened")
        await presenter.say("open", member=presenter.token)
        room = (await opened)[1]["room"]

        begun, cpu = time.perf_counter(), process.cpu_s(server.pid)
        members = await asyncio.gather(*(arrive() for _ in range(students)))
        joined = [member.heard(kind="room") for member in members]
        await asyncio.gather(*(member.say("join", room=room, member=member.token) for member in members))
        await asyncio.gather(*joined)
        found["all_joined_s"] = round(time.perf_counter() - begun, 2)
        found["cpu_per_join_ms"] = round(1000 * (process.cpu_s(server.pid) - cpu) / students, 2)
        found["idle_with_class"] = await _core(server, IDLE_S)

        asked = [member.heard(kind="room", number=1) for member in members]
        await presenter.say("ask", asked="Which fails first?", options=OPTIONS)
        await asyncio.gather(*asked)
        await presenter.say("show")
        await asyncio.sleep(2)
        found |= await _answers(server, presenter, members)
        found |= await _follow(server, presenter, members)
        for member in (presenter, *members):
            member.listening.cancel()
    found["memory_mb"] = round(process.memory_mb(server.pid))
    return found


async def _answers(server: Server, presenter: Member, members: list[Member]) -> dict[str, object]:
    drawn = random.Random(0)  # noqa: S311 - the same class in every run
    sent, acknowledged = [], []
    heard_before = sum(member.received for member in members)

    async def answer(member: Member, after: float, given: str) -> None:
        await asyncio.sleep(after)
        counted = member.heard(kind="counted", number=1)
        sent.append(begun := time.perf_counter())
        await member.say("answer", number=1, given=given)
        acknowledged.append((await counted)[0] - begun)

    cpu, begun = process.cpu_s(server.pid), time.perf_counter()
    everybody = presenter.heard(kind="room", answered=len(members))
    await asyncio.gather(*(answer(it, drawn.uniform(0, ANSWER_WITHIN_S), drawn.choice(OPTIONS)) for it in members))
    await everybody
    took, used = time.perf_counter() - begun, process.cpu_s(server.pid) - cpu
    await asyncio.sleep(1.5)
    # The i-th answer is in the presenter's histogram when that counts at least i of them.
    seen = [next(at for at, room in presenter.rooms if room["answered"] >= i + 1) for i in range(len(sent))]
    return {
        "answer_to_counted_ms": milliseconds(acknowledged),
        "answer_to_histogram_ms": milliseconds([at - begun for at, begun in zip(seen, sorted(sent), strict=True)]),
        "core_while_answering": round(used / took, 3),
        "cpu_per_answer_ms": round(1000 * used / len(members), 2),
        "messages_a_student": round((sum(member.received for member in members) - heard_before) / len(members), 1),
    }


async def _follow(server: Server, presenter: Member, members: list[Member]) -> dict[str, object]:
    waited: list[float] = []
    await presenter.say("follow", on=True)
    cpu, begun = process.cpu_s(server.pid), time.perf_counter()
    for scale in range(2, 2 + VIEWS):
        follow = {"on": True, "page": "softmax", "query": f"?scale={scale}"}
        there = [member.heard(kind="room", follow=follow) for member in members]
        led = time.perf_counter()
        await presenter.say("view", page="softmax", query=f"?scale={scale}")
        waited += [at - led for at, _ in await asyncio.gather(*there)]
        await asyncio.sleep(0.9)
    used, took = process.cpu_s(server.pid) - cpu, time.perf_counter() - begun
    return {"follow_ms": milliseconds(waited), "core_while_following": round(used / took, 3)}


async def _core(server: Server, seconds: float) -> float:
    """The share of a core that the server uses while nobody does anything."""
    cpu = process.cpu_s(server.pid)
    await asyncio.sleep(seconds)
    return round((process.cpu_s(server.pid) - cpu) / seconds, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--warm", type=float, default=WARM_S, help="seconds the server is left alone first")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, started(*APP, CLASS_FOLDER=folder) as server:
        time.sleep(asked.warm)
        found = asyncio.run(measured(server, asked.students))
    print(json.dumps({"cores": os.cpu_count()} | found, indent=1))


if __name__ == "__main__":
    main()
