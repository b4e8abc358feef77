"""Reads a document field by field; a refusal names the place.

Each method raises `Refused` with the document's code, such as `programme.invalid`, and "where: what" when the field is
not what it must be.
"""

import re

from pond.kernel.errors import Refused

_ID = re.compile(r"[a-z][a-z0-9-]{0,30}")
_REQUIRED = object()


class Part:
    """One mapping of the document, read field by field; each refusal names the place."""

    def __init__(self, where: str, value: object, code: str = "programme.invalid") -> None:
        if not isinstance(value, dict):
            raise Refused(code, f"{where}: must be a mapping")
        self._where, self._value, self._code = where, value, code

    def text(self, name: str, default: object = _REQUIRED) -> str:
        """A text with something in it."""
        value = self._value.get(name, default)
        if not isinstance(value, str) or not value.strip():
            raise Refused(self._code, f"{self._where}.{name}: must be a text")
        return value.strip()

    def id(self, name: str) -> str:
        """An id: safe in keys, URLs and partners' states."""
        value = self.text(name)
        if not _ID.fullmatch(value):
            raise Refused(self._code, f"{self._where}.{name}: 1 to 31 of a-z, 0-9 and -, a letter first")
        return value

    def choice(self, name: str, allowed: tuple[str, ...], default: object = _REQUIRED) -> str:
        """One of some words."""
        value = self.text(name, default)
        if value not in allowed:
            raise Refused(self._code, f"{self._where}.{name}: must be one of {', '.join(allowed)}")
        return value

    def number(self, name: str, least: int, most: int, default: int | None) -> int | None:
        """A whole number within bounds."""
        value = self._value.get(name, default)
        if value is None and default is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Refused(self._code, f"{self._where}.{name}: must be a whole number from {least} to {most}")
        return value

    def words(self, name: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of texts, at least one; where none is needed, none means that the list is not there."""
        if not needed and not self.has(name):
            return ()
        value = self._value.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one.strip() for one in value):
            raise Refused(self._code, f"{self._where}.{name}: must be a list of texts")
        return tuple(one.strip() for one in value)

    def has(self, name: str) -> bool:
        """Whether the field is there at all."""
        return self._value.get(name) is not None

    def value(self, name: str) -> object:
        """The field as it is, or None."""
        return self._value.get(name)

    def names(self) -> list[str]:
        """The fields there are."""
        return [str(name) for name in self._value]

    def refusal(self, name: str, what: str) -> Refused:
        """The refusal that says what is wrong with a field."""
        return Refused(self._code, f"{self._where}.{name}: {what}")

    def part(self, name: str) -> "Part":
        """A mapping within this one."""
        return Part(f"{self._where}.{name}", self._value.get(name), self._code)

    def parts(self, name: str, *, needed: bool = True) -> list["Part"]:
        """A list of mappings."""
        value = self._value.get(name, [])
        if not isinstance(value, list) or (needed and not value):
            raise Refused(self._code, f"{self._where}.{name}: must be a list")
        return [Part(f"{self._where}.{name}[{n}]", one, self._code) for n, one in enumerate(value)]

    def texts(self, name: str) -> dict[str, str]:
        """A mapping from any names to texts."""
        part = self.part(name)
        if not part._value:
            raise Refused(self._code, f"{part._where}: must hold at least one text")
        return {key: part.text(key) for key in part._value}
