"""What the gateway saw: access logs folded into counts by certificate, host, outcome and reason."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gateway.agent.bundle import write_private
from gateway.agent.directory import NodeDirectory
from gateway.agent.own_calls import OwnCalls
from gateway.translation import deny

_CHUNK = 8_000_000  # bytes read at a time
# BoringSSL's names for what a host that refuses in the handshake refuses.
_IN_TLS = {
    "peer_did_not_return_a_certificate": "handshake_no_client_certificate",
    "certificate_verify_failed": "handshake_client_certificate_refused",
}
_KEYS = 20_000  # beyond so many different certificates in one fold, new ones are counted without their names


@dataclass(frozen=True)
class Sighting:
    """`count` requests (or failed handshakes) of one certificate at one host between `first` and `last`
    (ISO 8601).

    `fingerprint` "" means no certificate; `issuer` is the verified issuer's fingerprint or "". `outcome`:
    "served" or "refused". `reason`: "" when a target answered; of a served one no_such_api,
    target_out_of_reach or target_failed, or on a host in trial what it would have been refused for, after
    "trial_"; else no_client_certificate, client_certificate_refused, name_not_allowed (of a rule of its
    anchor) or unknown_issuer, the first two after "handshake_" where TLS refused; certificate_denied
    (by decision of the account, in trial as well); unknown_host, or what else TLS said. `subject`: as the
    certificate last showed it (RFC 2253). `status`: of the last answer (HTTP); 0: there was none.
    """

    host: str
    fingerprint: str
    issuer: str
    outcome: str
    reason: str
    subject: str
    count: int
    first: str
    last: str
    status: int = 0  # agents of older releases do not tell

    def plus(self, new: "Sighting") -> "Sighting":
        """Both as one, which differ in nothing but `subject`, `count`, `first`, `last` and `status`."""
        later = new if new.last >= self.last else self
        return replace(
            new,
            count=self.count + new.count,
            first=min(self.first, new.first),
            last=later.last,
            status=later.status,
        )


class Seen:
    """Reads both logs of a node from where it stopped. The agent's own probes do not count: `token` is in
    their requests, and `own` knows those that TLS refused."""

    def __init__(
        self,
        directory: NodeDirectory,
        token: str,
        own: OwnCalls | None = None,
        rotate_at: int = 50_000_000,
    ) -> None:
        self._own = own or OwnCalls()
        self._logs: dict[Path, Callable[[dict[str, Any]], Sighting | None]] = {
            directory.requests_log: lambda line: request_sighting(line, token),
            directory.connections_log: lambda line: connection_sighting(line, self._own),
        }
        self._note = directory.root / "run" / "seen.json"
        self._rotate_at, self._next_rotation = rotate_at, 0.0
        self._offsets: dict[str, int] = self._remembered()
        self._reached = dict(self._offsets)

    def read(self) -> list[Sighting]:
        """What was added since the last `commit`, folded. Reading again without a commit gives it again,
        and more."""
        folded: dict[tuple[str, ...], Sighting] = {}
        self._own.begin()
        self._reached = dict(self._offsets)
        for log, understand in self._logs.items():
            for path in (_rotated(log), log):
                for line in self._lines(path):
                    if sighting := understand(line):
                        _fold(folded, sighting)
        return list(folded.values())

    def commit(self) -> None:
        """Remember, on disk too, that everything of the last `read` was reported."""
        self._own.commit()
        present = {_identity(path) for log in self._logs for path in (log, _rotated(log))}
        reached = {key: offset for key, offset in self._reached.items() if key in present}
        if reached != self._offsets:
            self._offsets = reached
            write_private(self._note, json.dumps(reached))

    def rotate(self, reopen: Callable[[], None]) -> bool:
        """Rename logs past the limit and call `reopen` so that Envoy starts new ones. True when it did.

        Only after a `commit`: the file that is replaced was read to its end. Envoy writes to the old file
        for a moment longer, so both are read, and the next rotation is a minute away at the least.
        """
        full = [log for log in self._logs if log.exists() and log.stat().st_size > self._rotate_at]
        if not full or time.monotonic() < self._next_rotation:
            return False
        self._next_rotation = time.monotonic() + 60
        for log in full:
            log.replace(_rotated(log))
        reopen()
        return True

    def _lines(self, path: Path) -> Iterator[dict[str, Any]]:
        try:
            file = path.open("rb")
        except OSError:
            return
        with file:
            key = _identity(path)
            start = self._reached.get(key, 0)
            file.seek(start)
            while chunk := file.read(_CHUNK):
                end = chunk.rfind(b"\n") + 1
                if end == 0 and len(chunk) < _CHUNK:
                    return  # the rest of this line is still to be written
                for raw in chunk[: end or len(chunk)].splitlines():
                    try:
                        line = json.loads(raw)
                    except ValueError:
                        continue
                    if isinstance(line, dict):
                        yield line
                start += end or len(chunk)
                self._reached[key] = start
                file.seek(start)

    def _remembered(self) -> dict[str, int]:
        try:
            return {str(key): int(offset) for key, offset in json.loads(self._note.read_text()).items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}


def _rotated(log: Path) -> Path:
    return log.with_name(log.name + ".1")


def _identity(path: Path) -> str:
    """A file keeps its inode when it is renamed; the log's name keeps reused inodes of the two logs apart."""
    try:
        return f"{path.name.removesuffix('.1')} {path.stat().st_ino}"
    except OSError:
        return ""


def _fold(folded: dict[tuple[str, ...], Sighting], new: Sighting) -> None:
    if len(folded) >= _KEYS:
        new = replace(new, fingerprint="", issuer="", subject="")
    key = (new.host, new.fingerprint, new.issuer, new.outcome, new.reason)
    folded[key] = old.plus(new) if (old := folded.get(key)) else new


def request_sighting(line: dict[str, Any], token: str) -> Sighting | None:
    """A line of requests.jsonl. None for the agent's own probes, for requests that were meant for another
    host, and for those that Envoy refused as malformed before anybody looked at a certificate."""
    route, certificate = line.get("route"), line.get("fingerprint")
    if line.get("probe") == token or route == "misdirected":
        return None
    why, status = _why(line) if certificate else "no_client_certificate", int(line.get("status") or 0)
    if route == "no-client-certificate" or str(line.get("details")).startswith("rbac_access_denied"):
        return _sighting(line, "refused", why, status)
    if line.get("gate") == "trial":  # the lock noted that it would have refused
        return _sighting(line, "served", f"trial_{why}", status) if route else None
    # Only locked hosts see certificates, and there the open gate is the evidence.
    served = line.get("gate") == "open" if certificate else bool(route)
    return _sighting(line, "served", _unanswered(line), status) if served else None


def _why(line: dict[str, Any]) -> str:
    """Why the lock refused a certificate, from the word that its Lua noted: a group means that TLS validated
    it, and no rule of that group allowed one of its names."""
    if str(line.get("details")).endswith(f"[{deny.REASON}]"):
        return deny.REASON
    noted = str(line.get("trust") or "")
    if noted.startswith("group"):
        return "name_not_allowed"
    return noted if noted == "unknown_issuer" else "client_certificate_refused"


def _unanswered(line: dict[str, Any]) -> str:
    """Why a caller who was let in got no answer of a target below 500; "" when they did."""
    if line.get("details") != "via_upstream":
        return "no_such_api" if line.get("status") == 404 else "target_out_of_reach"
    return "target_failed" if int(line.get("status") or 0) >= 500 else ""


def connection_sighting(line: dict[str, Any], own: OwnCalls) -> Sighting | None:
    """A line of connections.jsonl. Only failed ones count that the agent did not make; what was asked on the
    others is in the request log.

    A name that no host has is counted as host "": callers could invent any number of them.
    """
    failure = str(line.get("failure") or "")
    if not line.get("chain"):  # response flag NR: no filter chain matched
        unknown = line.get("flags") == "NR"
        return _sighting({"time": line.get("time")}, "refused", "unknown_host") if unknown else None
    if not failure or own.made(line):
        return None
    return _sighting(line, "refused", _tls_reason(failure))


def _tls_reason(failure: str) -> str:
    """The last name in BoringSSL's text, as in "TLS_error:|268435612:SSL
    routines:OPENSSL_internal:HTTP_REQUEST..."."""
    words = failure.split("OPENSSL_internal:")[-1].split(":")[0].split("|")[0]
    said = "_".join(words.lower().split())[:80]
    return _IN_TLS.get(said, said)


def _sighting(line: dict[str, Any], outcome: str, reason: str, status: int = 0) -> Sighting:
    host, when = str(line.get("chain") or ""), str(line.get("time") or "")
    fingerprint, issuer = str(line.get("fingerprint") or ""), str(line.get("issuer") or "")
    subject = str(line.get("subject") or "")
    return Sighting(host, fingerprint, issuer, outcome, reason, subject, 1, when, when, status)
