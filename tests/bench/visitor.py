"""A visitor without a browser: Streamlit's own protocol over a real websocket."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

_DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


class Visitor:
    """One open page: it knows the control of the scale, changes it, and waits until the page is complete.

    label: of that control, a number input or a slider over fixed options
    """

    def __init__(self, socket: ClientConnection, page: str, label: str) -> None:
        self.socket = socket
        self._page = page
        self._label = label
        self._widgets: dict[str, WidgetState] = {}
        self._scale_id = ""
        self._page_hash = ""
        self._page_hashes: dict[str, str] = {}
        self._options: dict[float, str] = {}
        self.scale = float("nan")  # that the page shows

    async def open(self, query: str = "") -> float:
        """Asks for the page; seconds until all of it has arrived."""
        return await self._run(query)

    async def set_scale(self, scale: float) -> float:
        """Types a scale; seconds until all of the page has arrived."""
        state = WidgetState(id=self._scale_id)
        if self._options:
            state.string_array_value.data.append(self._options[scale])
        else:
            state.double_value = scale
        self._widgets[self._scale_id] = state
        return await self._run(f"scale={scale:g}")

    async def go(self, page: str, query: str) -> float:
        """Back, forward, or along with a presenter: another page or view; seconds until all of it has arrived.

        As the browser's `popstate` does: bound controls take their values from the query.
        """
        self._page_hash = self._page_hashes[page]
        return await self._run(query, is_history_navigation=True)

    async def _run(self, query: str, is_history_navigation: bool = False) -> float:
        message = BackMsg()
        state = message.rerun_script
        state.query_string = query
        state.page_script_hash = self._page_hash
        state.page_name = "" if self._page_hash else self._page
        state.widget_states.widgets.extend(self._widgets.values())
        state.is_history_navigation = is_history_navigation
        state.context_info.timezone = "UTC"
        begun = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await self._until_finished()
        return time.perf_counter() - begun

    async def _until_finished(self) -> None:
        async for data in self.socket:
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
            self._page_hashes = {
                "" if it.is_default else it.url_pathname.strip("/"): it.page_script_hash
                for it in message.navigation.app_pages
            }
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            if element.WhichOneof("type") == "exception":
                raise RuntimeError(f"the page shows an error: {element.exception.message}")
            control = getattr(element, element.WhichOneof("type") or "", None)
            if getattr(control, "label", None) == self._label and getattr(control, "id", ""):
                self._scale_id = control.id
                self._options = {float(text): text for text in getattr(control, "options", ())}
                self._note_scale(control)

    def _note_scale(self, control: object) -> None:
        """What a number input holds: what the server sets, else what the visitor set last, else its default."""
        known = self._widgets.get(self._scale_id)
        if getattr(control, "set_value", False):
            self.scale = control.value
            state = WidgetState(id=self._scale_id, double_value=self.scale)
            self._widgets[self._scale_id] = state
        elif known:
            self.scale = known.double_value
        else:
            self.scale = getattr(control, "default", self.scale)


@asynccontextmanager
async def visiting(
    address: str,
    page: str = "",
    label: str = "Scale",
    headers: Mapping[str, str] | None = None,
    host: str | None = None,
) -> AsyncIterator[Visitor]:
    """A visitor at the server of this address, with the socket open and nothing asked yet.

    headers: that the browser sends beside, such as its cookies; host: the address that the visitor comes from
    """
    url = f"{address.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(
        url,
        subprotocols=["streamlit"],
        max_size=None,
        origin=address,
        open_timeout=60,
        additional_headers=headers,
        local_addr=(host, 0) if host else None,
    ) as socket:
        yield Visitor(socket, page, label)
