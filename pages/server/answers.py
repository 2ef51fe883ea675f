"""What the server answers itself: JavaScript modules, the sweeps."""

import logging
import mimetypes

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from core.dtypes import DTYPES
from core.model import SEEDS, WEIGHTS
from core.view import View
from pages.parts import assets, sweeps

_LOG = logging.getLogger(__name__)
_NO_SUCH_SWEEP = (
    f"No such sweep: the path ends in <{' or '.join(WEIGHTS)}>/<{SEEDS[0]} to {SEEDS[-1]}>/<{' or '.join(DTYPES)}>."
)
_FOR_GOOD = {"Content-Encoding": "gzip", "Cache-Control": "public, max-age=31536000, immutable"}


async def module(request: Request) -> Response:
    name = request.path_params["name"]
    content = assets.modules().get(name)
    if content is None or request.path_params["digest"] != assets.modules_digest():
        return PlainTextResponse("This version of the page is gone: reload it.", status_code=404)
    return Response(content, media_type=mimetypes.guess_type(name)[0], headers=_FOR_GOOD)


async def sweep(request: Request) -> Response:
    """200 and the sweep, or 202 and how far it is. A first question starts it."""
    if request.path_params["version"] != assets.sweeps_version():
        return PlainTextResponse("This version of the page is gone: reload it.", status_code=404)
    try:
        view = View(
            weights=request.path_params["weights"],
            seed=int(request.path_params["seed"]),
            dtype=request.path_params["dtype"],
        )
    except ValueError:
        return PlainTextResponse(_NO_SUCH_SWEEP, status_code=404)
    job = await to_thread.run_sync(sweeps.job, view.weights, view.seed, view.dtype)
    if failure := job.failure():
        _LOG.error("a sweep failed", exc_info=failure)
        return PlainTextResponse("The sweep failed on the server: reload the page to start it anew.", status_code=503)
    if job.payload is None:
        return JSONResponse(job.progress(), status_code=202, headers={"Cache-Control": "no-store"})
    return Response(job.payload, media_type="application/octet-stream", headers=_FOR_GOOD)
