"""The content library: pieces in versions, from draft over a preview to an approval by a named person."""

from pond.broadcasts.model_content import Content


def get(content_id: str, version: int) -> Content:
    """An approved version of a piece.

    Raises:
        NotFound: `content.unknown`.
        Refused: `content.not_approved`.
    """
    raise NotImplementedError
