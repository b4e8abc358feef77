"""What can be wrong with a person's machine, said so that they know what to do."""


class Problem(Exception):
    """Something a person must mend; the message says what and how."""
