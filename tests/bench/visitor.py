"""A visitor without a browser: Streamlit's own protocol over a real websocket."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

_DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


class Visitor:
    """One open page: it knows the page's controls, changes the scale, and waits until the page is complete."""

    def __init__(self, socket: ClientConnection, page: str) -> None:
        self._socket = socket
        self._page = page
        self._widgets: dict[str, WidgetState] = {}
        self._scale_id = ""
        self._page_hash = ""
        self.messages = 0
        self.bytes = 0

    async def open(self, query: str = "") -> float:
        """Asks for the page; seconds until all of it has arrived."""
        return await self._run(query)

    async def set_scale(self, scale: float) -> float:
        """Types a scale; seconds until all of the page has arrived."""
        self._widgets[self._scale_id] = WidgetState(id=self._scale_id, double_value=scale)
        return await self._run(f"scale={scale:g}")

    async def _run(self, query: str) -> float:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = query
        state.page_script_hash = self._page_hash
        state.page_name = "" if self._page_hash else self._page
        state.widget_states.widgets.extend(self._widgets.values())
        state.context_info.timezone = "UTC"
        begun = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        await self._until_finished()
        return time.perf_counter() - begun

    async def _until_finished(self) -> None:
        async for data in self._socket:
            self.messages += 1
            self.bytes += len(data)
            message = ForwardMsg.FromString(data)
            self._learn(message)
            if message.WhichOneof("type") == "script_finished" and message.script_finished in _DONE:
                return
        raise ConnectionError("the server closed the connection before the page was complete")

    def _learn(self, message: ForwardMsg) -> None:
        """The ids under which the server knows the page and its scale."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise RuntimeError(f"the page shows an error: {element.exception.message}")
            if element.WhichOneof("type") == "number_input" and element.number_input.label == "Scale":
                self._scale_id = element.number_input.id


@asynccontextmanager
async def visiting(address: str, page: str = "") -> AsyncIterator[Visitor]:
    """A visitor at the server of this address, with the socket open and nothing asked yet."""
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(url, subprotocols=["streamlit"], max_size=None, origin=address, open_timeout=60) as socket:
        yield Visitor(socket, page)
