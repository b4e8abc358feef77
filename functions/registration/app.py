"""Registration pages: the form, its SMS code, the seat. Wiring only."""

from chalice.app import Response

from pond.web import phones, registration
from pond.web.app import FORM, create_app
from pond.web.app import handler as entry
from pond.web.boundary import answering
from pond.web.visit import Visit

app = create_app("registration")
handler = entry(app)


@app.route("/m/{programme_id}", methods=["GET"])
@answering(app)
def show(visit: Visit, programme_id: str) -> Response:
    """The person's state."""
    return registration.show(visit, programme_id)


@app.route("/m/{programme_id}", methods=["POST"], content_types=[FORM])
@answering(app)
def submit(visit: Visit, programme_id: str) -> Response:
    """Register."""
    return registration.submit(visit, programme_id)


@app.route("/m/{programme_id}/code", methods=["POST"], content_types=[FORM])
@answering(app)
def send_code(visit: Visit, programme_id: str) -> Response:
    """Send an SMS code."""
    return registration.send_code(visit, programme_id)


@app.route("/m/{programme_id}/again", methods=["POST"], content_types=[FORM])
@answering(app)
def ask_again(visit: Visit, programme_id: str) -> Response:
    """Ask for a seat once more."""
    return registration.ask_again(visit, programme_id)


@app.route("/m/{programme_id}/phone", methods=["GET"])
@answering(app)
def show_phone(visit: Visit, programme_id: str) -> Response:
    """The form for another phone."""
    return phones.show(visit, programme_id)


@app.route("/m/{programme_id}/phone", methods=["POST"], content_types=[FORM])
@answering(app)
def change_phone(visit: Visit, programme_id: str) -> Response:
    """Change the phone."""
    return phones.submit(visit, programme_id)


@app.route("/m/{programme_id}/phone/code", methods=["POST"], content_types=[FORM])
@answering(app)
def send_phone_code(visit: Visit, programme_id: str) -> Response:
    """Send an SMS code to another phone."""
    return phones.send_code(visit, programme_id)


@app.route("/m/{programme_id}/state", methods=["GET"])
@answering(app)
def state(visit: Visit, programme_id: str) -> Response:
    """For the page's script."""
    return registration.state(visit, programme_id)
