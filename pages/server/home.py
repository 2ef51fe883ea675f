"""What a visitor takes home, as routes: the view as a script, a notebook, a table; an address as a QR code.

The query string is the page's own, read by `View.parse`, which takes anything; `page` names the page.
"""

import io
from collections.abc import AsyncIterator, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import segno
import torch
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from core import training
from core.exports import document, table
from core.exports.document import Subject
from core.view import View
from pages.parts import cached, lan, visitor
from pages.parts.contents import READING_ORDER

ROWS_AT_ONCE = 2_500
WORKED_ROWS = 3  # as /nll works them out
LONGEST_ADDRESS = 500
_REFUSED = (
    "No QR code: it is made for addresses of this site alone. Give one with ?address=, beginning with http:// or "
    f"https:// and this host, of at most {LONGEST_ADDRESS} characters."
)
_TITLES = {chapter.url: chapter.title for chapter in READING_ORDER}

# Who takes everything home at once must not keep others waiting: one thing is written at a time.
_writing, _drawing = visitor.limiter_each(1), visitor.limiter_each(1)


async def script(request: Request) -> Response:
    asked = await to_thread.run_sync(subject, request.query_params)
    written = await to_thread.run_sync(document.script, asked, limiter=_writing())
    return _file(written, "text/x-python", f"{document.file_name(asked)}.py")


async def notebook(request: Request) -> Response:
    asked = await to_thread.run_sync(subject, request.query_params)
    written = await to_thread.run_sync(document.notebook, asked, limiter=_writing())
    return _file(written, "application/x-ipynb+json", f"{document.file_name(asked)}.ipynb")


async def data(request: Request) -> Response:
    """The digits drawn one by one on Break it, in that order; with rows=all every digit."""
    asked = await to_thread.run_sync(subject, request.query_params)
    every = request.query_params.get("rows") == "all"
    rows = torch.arange(len(cached.digits())) if every else await to_thread.run_sync(_strip, asked.view)
    name = f"{document.file_name(asked)}-{len(rows)}-digits.csv"
    return StreamingResponse(_csv(asked.view, rows), media_type="text/csv", headers=_attached(name))


async def qr(request: Request) -> Response:
    """The address as a QR code, if it is one of this site."""
    address = request.query_params.get("address", "")
    if not _is_of(address, request.headers.get("host")):
        return PlainTextResponse(_REFUSED, status_code=400)
    image = await to_thread.run_sync(qr_code, _for_others(address), limiter=_drawing())
    return Response(image, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=86400"})


@lru_cache(128)
def qr_code(address: str) -> bytes:
    """A QR code as SVG, dark on white in any theme; readable with up to 15 % of it covered."""
    image = io.BytesIO()
    code = segno.make_qr(address, error="m", boost_error=False)
    code.save(image, kind="svg", border=4, light="#fff", omitsize=True)
    return image.getvalue()


def _for_others(address: str) -> str:
    """The same page where another device finds it: what is this machine's own leads each phone to itself."""
    parts = urlsplit(address)
    origins = lan.reachable() if lan.is_of_this_machine(parts.hostname or "") else None
    return address.replace(f"{parts.scheme}://{parts.netloc}", origins[0], 1) if origins else address


def _is_of(address: str, host: str | None) -> bool:
    """Whether this is an address on the host that was asked, or at which this server is found on its network."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if len(address) > LONGEST_ADDRESS or parts.scheme not in ("http", "https"):
        return False
    return parts.netloc == host or f"{parts.scheme}://{parts.netloc}" in (lan.reachable() or ())


def subject(query: Mapping[str, str]) -> Subject:
    """What an address shows."""
    view = View.parse(query)
    page = query.get("page", "") if query.get("page", "") in _TITLES else ""
    digit = cached.chosen(view)
    unscaled, targets = cached.logits(view.weights, view.seed), cached.digits().targets
    return Subject(
        view,
        page,
        _TITLES[page],
        digit,
        unscaled[digit],
        int(targets[digit]),
        unscaled[:WORKED_ROWS],
        targets[:WORKED_ROWS],
        _rate(query.get("lr", "")),
    )


def _rate(text: str) -> float:
    """The training lab's learning rate, as its control keeps it."""
    try:
        return training.Setting(lr=float(text)).lr
    except ValueError:
        return training.Setting().lr


def _strip(view: View) -> torch.Tensor:
    return torch.from_numpy(cached.strip_rows(view.weights, view.seed, view.dtype)).long()


async def _csv(view: View, rows: torch.Tensor) -> AsyncIterator[str]:
    """The table, piece by piece: none of it is kept."""
    yield f"{table.HEAD}\n"
    for part in rows.split(ROWS_AT_ONCE):
        yield await to_thread.run_sync(_lines, view, part, limiter=_writing())


def _lines(view: View, rows: torch.Tensor) -> str:
    logits, targets = cached.logits(view.weights, view.seed), cached.digits().targets
    return table.lines(cached.torch_thread().run(table.losses, rows, logits, targets, view.scale, view.dtype))


def _file(content: str, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers=_attached(name))


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
