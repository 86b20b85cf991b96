"""A real handshake and request per host, to see that the gateway does what the portal shows."""

import hashlib
import http.client
import json
import socket
import ssl
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.translation.node import NodeHost

# Tells the request log that the agent itself called; its value is a secret of the agent, so nobody else can
# hide.
PROBE_HEADER = "x-countersign-probe"
ELSEWHERE = "probe.invalid"  # RFC 2606: never anybody's host


@dataclass(frozen=True)
class Probe:
    """One answer. `what`: "no certificate" or "stranger". `status` 0: there was no HTTP answer, `reason`
    says why."""

    host: str
    what: str
    expected: str
    status: int
    reason: str
    milliseconds: int
    ok: bool


class Prober:
    """Calls hosts at `address`:`port`. The stranger is a self-signed certificate made here, known to nobody.

    Its key lies in `folder` (0700) only for the moment in which OpenSSL reads it.
    """

    def __init__(self, folder: Path, token: str, patience: float = 3, timeout: float = 5) -> None:
        self._token, self._patience, self._timeout = token, patience, timeout
        self._plain = _context()
        self._stranger = _context()
        with tempfile.NamedTemporaryFile("wb", dir=folder, suffix=".pem") as file:  # 0600
            file.write(_stranger())
            file.flush()
            self._stranger.load_cert_chain(file.name)

    def all(self, hosts: Iterable[NodeHost], address: str, port: int) -> list[Probe]:
        """Probe the hosts, a few at a time; answers in the order of the hosts."""
        questions = [(host, what) for host in hosts for what in self._questions(host)]
        with ThreadPoolExecutor(max_workers=8) as pool:
            return list(pool.map(lambda q: self.one(q[0], q[1], address, port), questions))

    def _questions(self, host: NodeHost) -> tuple[str, ...]:
        return ("no certificate", "stranger") if host.client_auth == "required" else ("no certificate",)

    def one(self, host: NodeHost, what: str, address: str, port: int) -> Probe:
        """Ask until the answer is the expected one, at most for `patience` seconds: an accepted change
        reaches Envoy's workers some milliseconds later. Raises nothing."""
        end = time.monotonic() + self._patience
        while not (answer := self._ask(host, what, address, port)).ok and time.monotonic() < end:
            time.sleep(0.05)
        return answer

    def _ask(self, host: NodeHost, what: str, address: str, port: int) -> Probe:
        # An open host is asked for a name that is not its own: Envoy answers 421 by itself and no target is
        # called.
        locked = host.client_auth == "required"
        status_expected = 400 if locked else 421
        reason_expected = (
            ("no_client_certificate" if what == "no certificate" else "client_certificate_refused")
            if locked
            else "misdirected_request"
        )
        expected = f"{status_expected} {reason_expected}"
        begun = time.monotonic()
        context = self._plain if what == "no certificate" else self._stranger
        try:
            status, reason, certificate = self._call(
                host.name, host.name if locked else ELSEWHERE, context, address, port
            )
        except (OSError, http.client.HTTPException) as error:
            status, reason, certificate = 0, str(error) or type(error).__name__, ""
        ok = (status, reason) == (status_expected, reason_expected)
        if status and certificate != host.certificate_sha256:
            ok, reason = False, f"another server certificate answered: {certificate}"
        return Probe(host.name, what, expected, status, reason, round((time.monotonic() - begun) * 1000), ok)

    def _call(
        self, sni: str, host: str, context: ssl.SSLContext, address: str, port: int
    ) -> tuple[int, str, str]:
        with (
            socket.create_connection((address, port), timeout=self._timeout) as raw,
            context.wrap_socket(raw, server_hostname=sni) as tls,
        ):
            tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else TLS 1.3 waits 40 ms for an ACK
            certificate = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
            headers = (f"Host: {host}", f"{PROBE_HEADER}: {self._token}", "Connection: close")
            tls.sendall("\r\n".join(("GET / HTTP/1.1", *headers, "", "")).encode())
            answer = http.client.HTTPResponse(tls)
            answer.begin()
            body = answer.read(10_000)
        try:
            reason = str(json.loads(body)["reason"])
        except (ValueError, KeyError, TypeError):
            reason = ""
        return answer.status, reason, certificate


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.check_hostname = False  # the certificate is compared by its SHA-256, which is stricter
    context.verify_mode = ssl.CERT_NONE
    return context


def _stranger() -> bytes:
    """Key and self-signed certificate, PEM, good for a year: longer than an agent runs."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Countersign probe: a stranger")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, SHA256())
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(
        Encoding.PEM
    )
