"""A lesson: a presenter, students, questions, views to follow, and what they waited; then things break on purpose."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

from core.sweep import SCALES
from tests.bench.crowd import milliseconds
from tests.bench.site import Site
from tests.bench.student import Place, Student

ANSWER_WITHIN_S = 2.0
OWN_CHANGES_S, THINK_S = 20.0, 2.0
VIEW_EVERY_S = 4.0
SETTLED_S = 0.25  # a presenter's view is sent on once it has not changed for so long
ONE_IN = 8  # students change their mind once
OPTIONS = ["naive", "unshifted", "shifted", "none"]
VIEWS: list[Place] = [("", "?scale=300"), ("", "?scale=88"), ("softmax", "?scale=120"), ("softmax", "?scale=250")]
VIEWS += [("softmax", "?scale=90.5"), ("nll", "?scale=120"), ("nll", "?scale=7.5"), ("", "?scale=661")]
AFTER_THE_LOSS: Place = ("logsumexp", "?scale=200")
BACK_WITHIN_S = 10.0


class Lesson:
    """One class on a site. `figures` and `faults` grow while it goes on; a fault is a sentence."""

    def __init__(self, site: Site, students: int) -> None:
        self.site = site
        self.students = [Student(site.address) for _ in range(students)]
        self.presenter = Student(site.address)
        self.figures: dict[str, Any] = {"students": students}
        self.faults: list[str] = []
        self.errors: list[str] = []
        self._histogram: list[tuple[float, int, int]] = []  # when, of which question, how many answered
        self._drawn = random.Random(0)  # noqa: S311 - the same class in every run
        self._number = 0

    async def held(self, breaking: bool) -> None:
        """The whole lesson. breaking: a replica is killed, the database restarted"""
        async with AsyncExitStack() as stack:
            await self._begin(stack)
            await self._question("calm", ANSWER_WITHIN_S)
            await self._own_changes()
            await self._follow(VIEWS)
            if breaking:
                await self._question("replica killed", 8.0, self._kill_a_replica)
                await self._everybody_is_back()
                await self._question("database restarted", 6.0, self._restart_database)
        self._look_for_faults()

    async def _begin(self, stack: AsyncExitStack) -> None:
        begun = time.perf_counter()
        listening = self.presenter.member
        listening._on_room = self._on_presenters_room
        await self.presenter.arrive()
        self._in_background(stack, listening.stay())
        self._in_background(stack, self.presenter.browse())
        await listening.until(lambda room: room["role"] == "presenter")
        await asyncio.gather(*(it.arrive() for it in self.students))
        for student in self.students:
            self._in_background(stack, student.member.stay(listening.code))
            self._in_background(stack, student.browse())
        await listening.until(lambda room: room["members"] >= len(self.students))
        await self._until(lambda: all(it.visitor and it.member.room for it in self.students), 120)
        self.figures["all_there_s"] = round(time.perf_counter() - begun, 2)
        self.figures["on_replica"] = dict(Counter(it.replica for it in self.students))
        await asyncio.sleep(3)

    def _on_presenters_room(self, room: dict[str, Any]) -> None:
        self._histogram.append((time.perf_counter(), room["number"], room["answered"]))

    async def _question(
        self, name: str, within_s: float, meanwhile: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Everybody answers once within so many seconds, some twice; then the presenter tells."""
        self._number = number = self._number + 1
        chair = self.presenter.member
        await chair.until(lambda room: room["number"] == number, "ask", asked=f"Which fails? ({name})", options=OPTIONS)
        await self._until(lambda: all(it.member.room.get("number") == number for it in self.students), 30)
        await chair.until(lambda room: room["stage"] == "shown", "show")
        sent: list[float] = []
        waited: list[float] = []

        async def answer(student: Student) -> None:
            await asyncio.sleep(self._drawn.uniform(0, within_s))
            given = self._drawn.choice(OPTIONS)
            sent.append(begun := time.perf_counter())
            await student.member.answer(number, given)
            waited.append(time.perf_counter() - begun)
            if self._drawn.randrange(ONE_IN) == 0:
                await student.member.answer(number, OPTIONS[OPTIONS.index(given) - 1])

        breaking = asyncio.create_task(self._after(within_s / 3, meanwhile)) if meanwhile else None
        try:
            async with asyncio.timeout(90):
                await asyncio.gather(*(answer(it) for it in self.students))
        except TimeoutError:
            missing = sum(number not in it.member.counted for it in self.students)
            self.faults.append(f"{name}: {missing} students were never told that their answer is counted")
        if breaking:
            await breaking
        await asyncio.sleep(1.5)
        await self._compare(name, number)
        seen = [
            next((at for at, of, many in self._histogram if of == number and many > i), None) for i in range(len(sent))
        ]
        arrived = [at - begun for at, begun in zip(seen, sorted(sent), strict=True) if at is not None]
        self.figures[f"answer to histogram, {name}"] = milliseconds(arrived)
        self.figures[f"answer to counted, {name}"] = milliseconds(waited)
        await chair.until(lambda room: room["stage"] == "told", "tell", right=OPTIONS[0])

    async def _compare(self, name: str, number: int) -> None:
        """The histogram the presenter sees, against what each student was told."""
        told = Counter(it.member.counted[number][0] for it in self.students if number in it.member.counted)
        room = self.presenter.member.room
        shown = {option: many for option, many in room["counts"] if many}
        if room["number"] != number or shown != dict(told) or room["answered"] != told.total():
            self.faults.append(f"{name}: students were told {dict(told)}, the presenter sees {shown}")

    async def _own_changes(self) -> None:
        """Everybody tries scales of their own while the class is open."""
        until = time.perf_counter() + OWN_CHANGES_S

        async def try_out(student: Student) -> None:
            await asyncio.sleep(self._drawn.uniform(0, THINK_S))
            while time.perf_counter() < until:
                await student.change(self._drawn.choice(SCALES))
                await asyncio.sleep(self._drawn.uniform(0.5, 1.5) * THINK_S)

        await asyncio.gather(*(try_out(it) for it in self.students))
        self.figures["page change"] = milliseconds([it for student in self.students for it in student.own_changes])

    async def _follow(self, views: list[Place]) -> None:
        """The presenter leads; how long until a student's page has arrived there, whole."""
        same_page: list[float] = []
        other_page: list[float] = []
        page = ""
        await self.presenter.member.say("follow", on=True)
        for place in views:
            taken = await self._led_to(place)
            (same_page if place[0] == page else other_page).extend(taken)
            page = place[0]
        self.figures["follow, same page"] = milliseconds(same_page)
        self.figures["follow, another page"] = milliseconds(other_page)
        self.figures["follow"] = milliseconds(same_page + other_page)

    async def _led_to(self, place: Place) -> list[float]:
        """How long each student took to follow, from the moment the presenter's browser tells the class."""
        page, query = place
        for student in [self.presenter, *self.students]:
            student.shown.pop(place, None)
        self.presenter.go(page, query)
        await self._until(lambda: place in self.presenter.shown, 30)
        await asyncio.sleep(SETTLED_S)
        led = time.perf_counter()
        await self.presenter.member.say("view", page=page, query=query)
        if not await self._until(lambda: all(place in it.shown for it in self.students), 30):
            missing = sum(place not in it.shown for it in self.students)
            self.faults.append(f"{missing} students did not follow to /{page}{query} within 30 s")
        await asyncio.sleep(max(0.0, led + VIEW_EVERY_S - time.perf_counter()))
        return [it.shown[place] - led for it in self.students if place in it.shown]

    async def _kill_a_replica(self) -> None:
        """The presenter's, in the middle of answering; it starts again some seconds later."""
        name = self.presenter.replica
        hurt = [it for it in self.students if it.replica == name]
        killed = time.perf_counter()
        await asyncio.to_thread(self.site.replicas[name].kill)
        await self._until(lambda: all(it.backs and it.member.joins[-1] > killed for it in hurt), 60)
        back = [max(it.backs[-1][1], it.member.joins[-1]) - killed for it in hurt if it.backs]
        self.figures["students on the killed replica"] = len(hurt)
        self.figures["back after the kill"] = milliseconds(back) | {"max": round(1000 * max(back, default=0))}
        if len(back) < len(hurt) or max(back, default=0) > BACK_WITHIN_S:
            self.faults.append(f"{len(hurt) - sum(it <= BACK_WITHIN_S for it in back)} students were not back in 10 s")
        await asyncio.to_thread(self.site.replicas[name].start)

    async def _everybody_is_back(self) -> None:
        """Also those who moved follow the presenter again."""
        self.figures["follow, after the kill"] = milliseconds(await self._led_to(AFTER_THE_LOSS))

    async def _restart_database(self) -> None:
        assert self.site.database
        begun = time.perf_counter()
        await asyncio.to_thread(self.site.database.restart)
        self.figures["database away"] = {"max": round(1000 * (time.perf_counter() - begun))}

    def _look_for_faults(self) -> None:
        """What no student may have seen."""
        people = [self.presenter, *self.students]
        self.faults += [f"a page came back wrong: {it}" for student in people for it in student.wrong[:1]]
        self.faults += [f"refused: {it}" for it in sorted({it for p in people for it in p.member.refused})]
        self.faults += [f"an error: {it}" for it in sorted(set(self.errors))]

    def _in_background(self, stack: AsyncExitStack, doing: Any) -> None:
        """Until the lesson is over."""

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        task = asyncio.create_task(doing)
        task.add_done_callback(self._note)
        stack.push_async_callback(end)

    def _note(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            self.errors.append(f"{type(error).__name__}: {error}")

    async def _after(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(seconds)
        await act()

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether it held within so many seconds."""
        deadline = time.perf_counter() + seconds
        while not holds():
            if time.perf_counter() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True
