"""The few kinds of failure in Pond. Expected outcomes (full, late, already in) are values, not exceptions.

`code` is stable and machine-readable; `message` is English and for the engineer, never with personal data;
`retryable` says whether the same call may succeed later. Texts for members live in the templates, by `code`.
"""


class PondError(Exception):
    """Base of every error raised on purpose."""

    retryable = False

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}" if message else code)
        self.code = code
        self.message = message


class Refused(PondError):
    """A request that must not be carried out as asked: bad input, a broken rule, a wrong signature."""


class NotFound(Refused):
    """The thing named in a request does not exist."""


class Permanent(PondError):
    """Work that will not succeed by trying again: it is parked with its reason for a person to look at."""


class Transient(PondError):
    """A fault that passes: throttling, a busy partner, two writers at once. Try again later."""

    retryable = True


class OutcomeUnknown(PondError):
    """A partner was called and no answer came: it may or may not have happened. Look it up; never blindly resend."""
