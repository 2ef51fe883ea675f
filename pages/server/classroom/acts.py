"""What each message does. Whether it may be done the store decides; the browser is told what came of it."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from anyio import CapacityLimiter, sleep, to_thread

from core import rooms
from core.failures import DataFileError
from core.rooms import Question, Refused, Truth
from pages.parts.contents import READING_ORDER
from pages.server.classroom import limits, messages, wire
from pages.server.classroom.hub import Hub, Seat, trouble
from pages.server.classroom.limits import Budget, OfAnAddress
from pages.server.classroom.outbox import NOT_ALLOWED, TRY_AGAIN_LATER
from pages.server.classroom.store import Down, Store

TOO_MANY_STRANGERS = (
    "Very many browsers come from your network at once, or somebody there guesses codes: wait a little."
)
TOO_MANY_ROOMS = "Your network has opened ten rooms within an hour: use one of those, or wait."
TRY_AGAIN_S = 2.0
NOT_IN_A_ROOM = "You are in no room: join one first."
NOT_ITS_PRESENTER = "This browser does not present that room: join it with its code alone."

_PAGES = {chapter.url for chapter in READING_ORDER}

# Torch answers one presenter after the other; others of the store's threads stay free for the class.
_telling = CapacityLimiter(1)


class WrongCode(Refused):
    """Refused, and a guess that counts."""


@dataclass(frozen=True)
class Classroom:
    """What all sockets of this process share."""

    store: Store
    hub: Hub
    limits: OfAnAddress = field(default_factory=OfAnAddress)


async def perform(classroom: Classroom, seat: Seat, message: messages.Message) -> None:
    """Does it, and says so to the browser: that it is done, why it is refused, or that the database is down."""
    try:
        await _ACTS[type(message)](classroom, seat, message)
    except Refused as refused:
        seat.outbox.say(wire.refused(refused))
    except DataFileError as failure:  # torch cannot say what is right without the digits
        seat.outbox.say(wire.refused(Refused(str(failure))))
    except Down as down:
        presents = bool(seat.secret or isinstance(message, messages.Open) or getattr(message, "secret", ""))
        seat.outbox.say(trouble(down, presents))
        classroom.hub.changed()


async def _ping(_classroom: Classroom, seat: Seat, _message: messages.Ping) -> None:
    seat.outbox.say(wire.message("pong"))


async def _open(classroom: Classroom, seat: Seat, message: messages.Open) -> None:
    budget = classroom.limits.opened_rooms
    if not budget.left(seat.address):
        raise Refused(TOO_MANY_ROOMS, budget.wait_s(seat.address))
    budget.spend(seat.address)
    try:
        opened = await classroom.store(rooms.open_room, time.time())
    except BaseException:
        budget.give_back(seat.address)
        raise
    seat.outbox.say(wire.message("opened", room=opened.code, secret=opened.secret))
    classroom.hub.join(seat, opened.code, message.member, opened.secret, None)


async def _join(classroom: Classroom, seat: Seat, message: messages.Join) -> None:
    """Who was in the room before comes in whatever others of the same network do; a stranger in his turn."""
    if not await classroom.store(_is_known, message):
        await _turn(classroom.limits.strangers, seat.address)
    try:
        code, mine = await classroom.store(_come_in, message, time.time())
    except WrongCode:
        seat.wrong_codes += 1
        if seat.wrong_codes >= limits.WRONG_CODES:
            seat.outbox.end(NOT_ALLOWED)
        raise
    if classroom.hub.has_place(seat, message.member):
        classroom.hub.join(seat, code, message.member, message.secret, mine)
    else:  # without a word: a browser that is refused leaves its room, one whose line is lost tries again
        seat.outbox.end(TRY_AGAIN_LATER)


async def _turn(budget: Budget, address: str) -> None:
    """Waits for the turn of one more stranger from there. Until then nobody hears whether his code is right."""
    wait_s = budget.wait_s(address)
    if wait_s > limits.LONGEST_TURN_S:
        await sleep(limits.LONGEST_TURN_S)
        raise Refused(TOO_MANY_STRANGERS, TRY_AGAIN_S)
    budget.spend(address)
    await sleep(wait_s)


def _is_known(store: rooms.Rooms, message: messages.Join) -> bool:
    """Whether it has what nobody guesses: a token that is in that room, or its secret."""
    try:
        if message.secret:
            return rooms.is_presenter(store, message.room, message.secret)
        return rooms.is_member(store, message.room, message.member)
    except Refused:  # no code at all
        return False


def _come_in(store: rooms.Rooms, message: messages.Join, now: float) -> tuple[str, tuple[int, str] | None]:
    """The room's code, and what this browser answered there to which question."""
    try:
        room = rooms.snapshot(store, message.room)
    except Refused as refused:
        raise WrongCode(str(refused)) from None
    if not message.secret:
        rooms.join(store, room.code, message.member, now)
    elif not rooms.is_presenter(store, room.code, message.secret):
        raise WrongCode(NOT_ITS_PRESENTER)
    mine = rooms.mine(store, room.code, message.member)
    return room.code, None if mine is None else (room.number, mine)


async def _answer(classroom: Classroom, seat: Seat, message: messages.Answer) -> None:
    room = _room(seat)
    kept = await classroom.store(rooms.answer, room, seat.member, message.number, message.given)
    seat.outbox.say(wire.message("counted", number=message.number))
    classroom.hub.counted(seat, message.number, kept)


async def _ask(classroom: Classroom, seat: Seat, message: messages.Ask) -> None:
    if message.key:
        await _check_presenter(classroom, seat)
        question = await to_thread.run_sync(_ready, message.key, limiter=_telling)
    else:
        kind: Any = message.kind or "choice"  # the store knows which kinds there are
        question = Question("", message.asked, kind, message.options)
    await _present(classroom, seat, rooms.ask, question)


async def _tell(classroom: Classroom, seat: Seat, message: messages.Tell) -> None:
    await _check_presenter(classroom, seat)
    room = await classroom.store(rooms.snapshot, _room(seat))
    key = room.question.key if room.question else ""
    truth = await to_thread.run_sync(_truth, key, limiter=_telling) if key else Truth(message.right)
    await _present(classroom, seat, rooms.tell, truth)


async def _show(classroom: Classroom, seat: Seat, _message: messages.Show) -> None:
    await _present(classroom, seat, rooms.show_answers)


async def _let(classroom: Classroom, seat: Seat, message: messages.Let) -> None:
    room = await classroom.store(rooms.snapshot, _room(seat))
    await _present(classroom, seat, rooms.let_through, room.number, message.id, message.allowed)


async def _follow(classroom: Classroom, seat: Seat, message: messages.Follow) -> None:
    await _present(classroom, seat, rooms.follow, message.on)


async def _view(classroom: Classroom, seat: Seat, message: messages.ShowView) -> None:
    if message.page not in _PAGES:
        raise Refused("There is no such page.")
    await _present(classroom, seat, rooms.show_view, message.page, message.query)


async def _lock(classroom: Classroom, seat: Seat, message: messages.Lock) -> None:
    await _present(classroom, seat, rooms.lock, message.on)


async def _close(classroom: Classroom, seat: Seat, _message: messages.Close) -> None:
    await _present(classroom, seat, rooms.close)


async def _leave(classroom: Classroom, seat: Seat, _message: messages.Leave) -> None:
    classroom.hub.leave(seat)


_ACTS: dict[type[messages.Message], Callable[[Classroom, Seat, Any], Awaitable[None]]] = {
    messages.Ping: _ping,
    messages.Open: _open,
    messages.Join: _join,
    messages.Answer: _answer,
    messages.Ask: _ask,
    messages.Show: _show,
    messages.Tell: _tell,
    messages.Let: _let,
    messages.Follow: _follow,
    messages.ShowView: _view,
    messages.Lock: _lock,
    messages.Close: _close,
    messages.Leave: _leave,
}


async def _present(classroom: Classroom, seat: Seat, act: Callable[..., Any], *args: object) -> None:
    """An act of the presenter, with the secret that came with the seat: the store refuses any other."""
    await classroom.store(act, _room(seat), seat.secret, *args)
    classroom.hub.changed()


async def _check_presenter(classroom: Classroom, seat: Seat) -> None:
    """Before torch is asked on somebody's behalf."""
    if not await classroom.store(rooms.is_presenter, _room(seat), seat.secret):
        raise Refused("Only the presenter of this room can do that.")


def _room(seat: Seat) -> str:
    if seat.room is None:
        raise Refused(NOT_IN_A_ROOM)
    return seat.room.code


def _ready(key: str) -> Question:
    """A ready question. Its text is computed: not on the event loop."""
    from pages.parts.predictions import ready  # loads torch, for which nobody who only joins should wait

    if key not in ready.READY:
        raise Refused("There is no such ready question.")
    posed = ready.posed(key)
    return Question(key, posed.asked, posed.kind, posed.options, f"{posed.page}{posed.query}")


def _truth(key: str) -> Truth:
    """What is right, by torch."""
    from pages.parts.predictions import ready

    truth = ready.truth(key)
    return Truth(truth.right, truth.because)
