"""Messages that wait for a browser go out in one round of the event loop."""

import asyncio
from types import SimpleNamespace

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import runtime
from streamlit.runtime.runtime import Runtime, RuntimeState

from pages.server.together import send_together

MESSAGES = 25


def rounds() -> list[int]:
    """In which round of the loop each of the messages goes out that one run of a page leaves behind."""
    sent: list[int] = []
    round_now = [0]

    async def count() -> None:
        while True:
            round_now[0] += 1
            await asyncio.sleep(0)

    async def flush() -> None:
        counting = asyncio.create_task(count())
        must_stop = asyncio.Event()
        session = SimpleNamespace(
            id="one",
            flush_browser_queue=lambda: [ForwardMsg() for _ in range(MESSAGES)],
            on_flushed_messages_sent=must_stop.set,
        )
        loop = Runtime.__new__(Runtime)
        loop._state = RuntimeState.ONE_OR_MORE_SESSIONS_CONNECTED
        loop._session_mgr = SimpleNamespace(list_active_sessions=lambda: [SimpleNamespace(session=session)])
        loop._send_message = lambda *_: sent.append(round_now[0])
        loop._async_objs = SimpleNamespace(must_stop=must_stop, need_send_data=asyncio.Event(), has_connection=None)
        loop._async_objs.started = asyncio.get_running_loop().create_future()
        loop._async_objs.stopped = asyncio.get_running_loop().create_future()
        loop._session_mgr.list_sessions = list
        loop._set_state = lambda _: None
        await loop._loop_coroutine()
        counting.cancel()

    asyncio.run(flush())
    return sent


def test_a_runs_messages_go_out_in_one_round(monkeypatch):
    monkeypatch.setattr(runtime, "asyncio", asyncio)
    assert len(set(rounds())) == MESSAGES
    send_together()
    assert len(set(rounds())) == 1
    assert runtime.asyncio.Event is asyncio.Event


def test_a_longer_sleep_stays_what_it_is(monkeypatch):
    monkeypatch.setattr(runtime, "asyncio", asyncio)
    send_together()

    async def longer() -> bool:
        sleeping = asyncio.ensure_future(runtime.asyncio.sleep(0.01))
        await asyncio.sleep(0)
        return sleeping.done()

    assert asyncio.run(longer()) is False
