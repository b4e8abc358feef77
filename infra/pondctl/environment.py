"""Where the deployment is: variables of the process, or of a file, which wins."""

import os
from pathlib import Path

from pond.kernel.settings import forget
from pondctl.problems import WrongEnvironment


def load(file: Path | None, *, prefix_needed: bool = True) -> None:
    """Take the variables of `file`, if given, and make sure there is enough to find a deployment by.

    Raises:
        WrongEnvironment: the file cannot be read, or a variable is missing.
    """
    if file is not None:
        os.environ.update(read(file))
    if prefix_needed and not os.environ.get("POND_PREFIX"):
        raise WrongEnvironment("POND_PREFIX is not set: give --env-file FILE, or set it to the deployment's prefix")
    if not (os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")):
        raise WrongEnvironment("AWS_REGION is not set: give --env-file FILE, or set it to the deployment's region")
    os.environ.setdefault("AWS_DEFAULT_REGION", os.environ.get("AWS_REGION", ""))
    forget()


def read(file: Path) -> dict[str, str]:
    """The variables of a file of KEY=VALUE lines; blank lines and those beginning with # do not count.

    Raises:
        WrongEnvironment: the file cannot be read, naming the line.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongEnvironment(f"{file} cannot be read: has the deployment been started? ({error})") from error
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ")
        if not text or text.startswith("#"):
            continue
        key, equals, value = text.partition("=")
        if not equals or not key.strip().isidentifier():
            raise WrongEnvironment(f"{file}, line {number}: not KEY=VALUE")
        found[key.strip()] = value.strip().strip("\"'")
    return found


def variable(name: str, what_for: str) -> str:
    """The value of a variable that this command needs.

    Raises:
        WrongEnvironment: it is not set.
    """
    value = os.environ.get(name)
    if not value:
        raise WrongEnvironment(f"{name} is not set: {what_for}")
    return value
