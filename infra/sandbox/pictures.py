"""QR codes as pictures that a phone's camera can read."""

import io

import segno
from starlette.requests import Request
from starlette.responses import Response


def svg(text: str) -> Response:
    """The text as a QR code."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=8, border=3, light="#fff", dark="#111")
    return Response(out.getvalue(), media_type="image/svg+xml", headers={"cache-control": "no-store"})


def png(text: str) -> Response:
    """The text as a QR code in pixels."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=8, border=3)
    return Response(out.getvalue(), media_type="image/png", headers={"cache-control": "no-store"})


async def any_text(request: Request) -> Response:
    """`/qr?text=`."""
    text = request.query_params.get("text", "")
    return svg(text) if 0 < len(text) <= 1000 else Response(status_code=400)
