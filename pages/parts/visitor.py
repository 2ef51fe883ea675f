"""Whom something is computed for: an address that asks for much waits for itself, and not others for it."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from weakref import WeakValueDictionary

import streamlit as st
from anyio import CapacityLimiter
from streamlit.runtime.scriptrunner import get_script_run_ctx

_MOST_KNOWN = 10_000

# Of whoever asked one of our own routes; runs of pages know theirs from Streamlit.
asked_by: ContextVar[str] = ContextVar("asked_by", default="")


class Rounds:
    """Whose turn is when: nobody has a second one before everybody who waits has had a first. Not for two threads."""

    def __init__(self) -> None:
        self._now = 0  # the round that is being served
        self._last: OrderedDict[str, int] = OrderedDict()  # address -> the last round in which it has a place

    def place(self) -> int:
        """The round for whoever asks now."""
        who = address()
        self._last[who] = max(self._now, self._last.pop(who, 0)) + 1
        if len(self._last) > _MOST_KNOWN:
            self._last.popitem(last=False)
        return self._last[who]

    def serve(self, place: int) -> None:
        """One of that round has its turn."""
        self._now = max(self._now, place)


def limiter_each(calls: int) -> Callable[[], CapacityLimiter]:
    """Gives the limiter of whoever asks: so many calls of an address at a time."""
    known: WeakValueDictionary[str, CapacityLimiter] = WeakValueDictionary()
    return lambda: known.setdefault(address(), CapacityLimiter(calls))


def address() -> str:
    """The address for which this thread or task works; empty for what nobody asked for, and on the server's machine."""
    if get_script_run_ctx(suppress_warning=True):
        return address_of(st.context.ip_address)
    return asked_by.get()


def address_of(host: str | None) -> str:
    """Whom a budget is for: an IPv4 address, or the network of an IPv6 one, of which a home has 2^64."""
    try:
        found = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))
