"""What a person may do with what is kept of them: see, correct, take along, have deleted. Wiring only."""

from chalice.app import Response

from pond.web import my_data
from pond.web.app import FORM, create_app
from pond.web.app import handler as entry
from pond.web.boundary import answering
from pond.web.visit import Visit

app = create_app("rights")
handler = entry(app)


@app.route("/me", methods=["GET"])
@answering(app)
def show(visit: Visit) -> Response:
    """What is kept."""
    return my_data.show(visit)


@app.route("/me", methods=["POST"], content_types=[FORM])
@answering(app)
def prove(visit: Visit) -> Response:
    """Use a code to see it."""
    return my_data.prove(visit)


@app.route("/me/code", methods=["POST"], content_types=[FORM])
@answering(app)
def send_code(visit: Visit) -> Response:
    """Send that code."""
    return my_data.send_code(visit)


@app.route("/me/correct", methods=["POST"], content_types=[FORM])
@answering(app)
def correct(visit: Visit) -> Response:
    """Correct it."""
    return my_data.correct(visit)


@app.route("/me/export", methods=["POST"], content_types=[FORM])
@answering(app)
def export(visit: Visit) -> Response:
    """Take it along."""
    return my_data.export(visit)


@app.route("/me/delete", methods=["POST"], content_types=[FORM])
@answering(app)
def delete(visit: Visit) -> Response:
    """Have it deleted."""
    return my_data.delete(visit)


@app.route("/me/receipt/{erasure_id}", methods=["GET"])
@answering(app)
def receipt(visit: Visit, erasure_id: str) -> Response:
    """How far that is."""
    return my_data.receipt(visit, erasure_id)
