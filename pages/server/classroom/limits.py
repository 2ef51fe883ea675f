"""How much one address, browser or socket may ask of the class."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

MOST_SOCKETS, SOCKETS_AN_ADDRESS = 700, 550  # a class of 500 behind one router leaves room for others
SOCKETS_A_MEMBER = 5
WRONG_CODES = 5  # before a socket is closed
LONGEST_TURN_S = 6.0  # a browser believes a line dead that is silent for ten
MALFORMED_MESSAGES = 5  # before a socket is closed
QUIET_S, IDLE_S = 25.0, 90.0  # a browser says something every 20 s; a tab in the background may once a minute
SLOW_S = 10.0  # what a browser does not read within, it reads no more
MESSAGES_A_SECOND, AT_ONCE = 10, 20


class Budget:
    """So much in a period for each key, given back evenly over it.

    keys: how many are remembered; beyond that the one that spent longest ago is forgotten
    """

    def __init__(
        self, amount: float, period_s: float, keys: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._amount = amount
        self._a_second = amount / period_s
        self._keys = keys
        self._clock = clock
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key -> (how much, when)

    def left(self, key: str = "") -> bool:
        """Whether there is something left to spend."""
        return self._now(key) <= self._amount - 1

    def spend(self, key: str = "") -> None:
        """Takes one, also where nothing is left: whoever comes next then waits for longer."""
        self._spent[key] = (self._now(key) + 1, self._clock())
        self._spent.move_to_end(key)
        if len(self._spent) > self._keys:
            self._spent.popitem(last=False)

    def give_back(self, key: str = "") -> None:
        """What was spent for nothing."""
        self._spent[key] = (max(0.0, self._now(key) - 1), self._clock())

    def wait_s(self, key: str = "") -> float:
        """Seconds until there is something left."""
        return max(0.0, math.ceil(1e3 * (self._now(key) - self._amount + 1) / self._a_second) / 1e3)

    def _now(self, key: str) -> float:
        """How much of it is spent now."""
        spent, when = self._spent.get(key, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - when) * self._a_second)


def pace() -> Budget:
    """Of the messages on one socket."""
    return Budget(AT_ONCE, AT_ONCE / MESSAGES_A_SECOND, keys=1)


@dataclass(frozen=True)
class OfAnAddress:
    """What one client address may do. A class behind one router is one address.

    strangers: come with a code to a room in which they have not been: new members, and whoever guesses. A class comes
        at once; from the 601st on ten a second do, each in its turn. 10,000 guesses so take 16 minutes, and find one of
        200 open rooms with a chance of 0.4 %, one particular room with 0.002 %: there are 482 million codes.
    """

    strangers: Budget = field(default_factory=lambda: Budget(600, 60))
    opened_rooms: Budget = field(default_factory=lambda: Budget(10, 3600))
