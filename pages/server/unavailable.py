"""What the routes answer while a data file is missing or damaged: that, not that the server has an error."""

from typing import Any

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketState

from core.failures import DataFileError

_FAILED = 1011
_LONGEST_REASON = 120  # bytes that a closing frame takes


async def unavailable(asked: HTTPConnection, failure: Exception) -> Response | None:
    """503 with the sentence, also to a websocket that is not open yet; one that is gets the sentence's beginning."""
    answer = PlainTextResponse(str(failure), status_code=503, headers={"Cache-Control": "no-store"})
    if not isinstance(asked, WebSocket):
        return answer
    if asked.application_state == WebSocketState.CONNECTING:
        await asked.send_denial_response(answer)
    else:
        await asked.close(_FAILED, str(failure)[:_LONGEST_REASON])
    return None


HANDLERS: dict[Any, Any] = {DataFileError: unavailable}
