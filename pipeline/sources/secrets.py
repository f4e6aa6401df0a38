"""Secrets of sources: read from the environment when needed, taken out of whatever is kept or logged."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from pipeline.sources.settings import SettingError

_PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TELLING = re.compile(
    r"(?:x-)?(?:api[_-]?)?key|(?:access[_-]?)?token|auth|pass(?:word|wd)|secret|sig(?:nature)?", re.I
)


class Secrets:
    """The values of variables that a source was told to use, as far as they were asked for.

    Args:
        environment: where they are; the process's own by default.
    """

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._values: dict[str, str] = {}

    def value(self, variable: str, key: str) -> str:
        """The value of a variable.

        Args:
            variable: its name.
            key: the setting that names it.

        Raises:
            SettingError: it is not set, or empty.
        """
        if not (found := self._environment.get(variable, "").strip()):
            raise SettingError(key, f"the environment variable {variable} is not set; set it and start again")
        self._values[variable] = found
        return found

    def reveal(self, text: str, key: str) -> str:
        """A text with every `${NAME}` replaced by the variable's value; raises `SettingError`."""
        return _PLACE.sub(lambda place: self.value(place.group(1), key), text)

    def hide(self, text: str) -> str:
        """A text with every value that was asked for replaced by `${NAME}`, the longest first."""
        for name, value in sorted(self._values.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            for form in dict.fromkeys((value, quote(value, safe=""), quote_plus(value))):
                text = text.replace(form, f"${{{name}}}")
        return text


def public(uri: str) -> str:
    """An address that may be kept and shown: `${NAME}` stands in it as it was given, a fragment does not.

    Raises:
        SettingError: it holds a password, or a parameter whose name says that it is a secret.
    """
    parts = urlsplit(uri)
    if "@" in parts.netloc:
        raise SettingError(
            "uri", "holds a user or password: name their variables in user_env and password_env"
        )
    for name, value in parse_qsl(parts.query):
        if _TELLING.fullmatch(name) and not _PLACE.fullmatch(value):
            raise SettingError(
                "uri",
                f"holds a secret in {name}=: put it into a variable and write {name}=${{VARIABLE}}",
            )
    return uri.partition("#")[0]
