"""The line to the portal's node endpoint: HTTPS requests, and how long to wait when nobody answers."""

import http.client
import json
import random
import ssl
import urllib.parse
from collections.abc import Callable
from typing import Any

FIRST, LONGEST = 0.5, 30.0  # seconds
MOST_BYTES = 200_000_000  # of one answer


class Away(OSError):
    """The portal did not answer, or not to the end. What was sent may have arrived."""


class Declined(OSError):
    """The portal answered that it will not. `code` is the machine's word of the problem document (RFC
    9457)."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail


class Pauses:
    """Growing pauses with jitter, so that many nodes do not come back in the same moment."""

    def __init__(self) -> None:
        self._next = FIRST

    def next(self) -> float:
        """Seconds to wait this time: 0.25 at the least, 30 at the most."""
        pause, self._next = self._next, min(2 * self._next, LONGEST)
        return pause * random.uniform(0.5, 1)  # noqa: S311 - not a secret

    def reset(self) -> None:
        """It went well."""
        self._next = FIRST


class Line:
    """Requests to `url` (https://host:port). `context` gives the TLS settings; it is asked for each
    connection, since a node's certificate is renewed while the agent runs."""

    def __init__(self, url: str, context: Callable[[], ssl.SSLContext]) -> None:
        """Raises ValueError for what is no https address."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" or not parts.hostname or parts.path.strip("/"):
            raise ValueError(f"{url} is no address of a portal: write https://HOST:PORT")
        self._host, self._port, self._context = parts.hostname, parts.port or 443, context

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout: float = 30
    ) -> tuple[int, bytes]:
        """Status (2xx) and body. Raises Away or Declined."""
        content = None if body is None else json.dumps(body)
        headers = {"Accept": "application/json", "Connection": "close"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=timeout, context=self._context()
        )
        try:
            connection.request(method, path, content, headers)
            answer = connection.getresponse()
            text = answer.read(MOST_BYTES)  # raises IncompleteRead when the line breaks in the middle
            if answer.length:
                raise Away(f"{answer.length} bytes are missing, or it is larger than {MOST_BYTES}")
        except (OSError, http.client.HTTPException) as error:
            raise Away(str(error) or type(error).__name__) from None
        finally:
            connection.close()
        if answer.status >= 500 or answer.status == 429:
            raise Away(f"the portal answered {answer.status}")
        if not 200 <= answer.status < 300:
            raise _declined(answer.status, text)
        return answer.status, text


def _declined(status: int, text: bytes) -> Declined:
    try:
        problem = json.loads(text)
        said = [f"{error['field']}: {error['detail']}" for error in problem.get("errors", [])]
        detail = " ".join(said) or str(problem["detail"])
        return Declined(status, str(problem["code"]), detail[:1000])
    except (ValueError, KeyError, TypeError):
        return Declined(status, "unknown", text[:200].decode(errors="replace"))
