"""Intake pages: a channel's landing, the OAuth trip, the queue. Wiring only."""

from chalice.app import Response

from pond.web import intake
from pond.web import oauth as trips
from pond.web.app import FORM, create_app
from pond.web.app import handler as entry
from pond.web.boundary import answering
from pond.web.visit import Visit

app = create_app("intake")
handler = entry(app)


@app.route("/c/{channel_id}", methods=["GET"])
@answering(app)
def landing(visit: Visit, channel_id: str) -> Response:
    """A channel's short link."""
    return intake.landing(visit, channel_id)


@app.route("/oauth", methods=["GET"])
@answering(app)
def oauth(visit: Visit) -> Response:
    """To WeChat and back."""
    return trips.trip(visit)


@app.route("/p/{programme_id}", methods=["GET"])
@answering(app)
def show(visit: Visit, programme_id: str) -> Response:
    """The person's state."""
    return intake.show(visit, programme_id)


@app.route("/p/{programme_id}/book", methods=["POST"], content_types=[FORM])
@answering(app)
def book(visit: Visit, programme_id: str) -> Response:
    """Take a place in the queue."""
    return intake.book(visit, programme_id)


@app.route("/p/{programme_id}/state", methods=["GET"])
@answering(app)
def state(visit: Visit, programme_id: str) -> Response:
    """For the page's script."""
    return intake.state(visit, programme_id)


@app.route("/l/{code}", methods=["GET"])
@answering(app)
def follow(visit: Visit, code: str) -> Response:
    """A tracked link."""
    return intake.follow(visit, code)


@app.route("/assets/{name}", methods=["GET"])
@answering(app)
def asset(visit: Visit, name: str) -> Response:
    """A static file."""
    return intake.asset(visit, name)
