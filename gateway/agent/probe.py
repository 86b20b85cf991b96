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

from gateway.agent.own_calls import OwnCalls
from gateway.translation.node import NodeHost

# Tells the request log that the agent itself called; its value is a secret of the agent, so nobody else can
# hide.
PROBE_HEADER = "x-countersign-probe"
ELSEWHERE = "probe.invalid"  # RFC 2606: never anybody's host
NO_CERTIFICATE, STRANGER = "no certificate", "stranger"
BROKEN_OFF = "handshake_refused"  # our word for a TLS alert or a connection that TLS closed


@dataclass(frozen=True)
class Probe:
    """One answer. `what`: "no certificate" or "stranger". `status` 0: there was no HTTP answer, `reason`
    says why; handshake_refused where TLS refused. `refused`: the gateway sent the caller away."""

    host: str
    what: str
    expected: str
    status: int
    reason: str
    milliseconds: int
    ok: bool
    refused: bool = False


@dataclass(frozen=True)
class Expected:
    """What a caller should get. `status` 0: no HTTP answer, since TLS refuses."""

    status: int
    reason: str

    @property
    def refused(self) -> bool:
        """Whether the caller is sent away for its certificate, or for having none."""
        return self.reason != "misdirected_request"


# Somebody who is let through is asked for a name that is not the host's: Envoy answers 421 by itself, and no
# target is called.
LET_THROUGH = Expected(421, "misdirected_request")


def expectations(host: NodeHost) -> dict[str, Expected]:
    """What each sort of caller should get on a host, by the client authentication and refusal it has."""
    if host.client_auth == "off":
        return {NO_CERTIFICATE: LET_THROUGH}
    if host.client_auth == "trial":
        return {NO_CERTIFICATE: LET_THROUGH, STRANGER: LET_THROUGH}
    in_tls = Expected(0, BROKEN_OFF)
    nobody = in_tls if host.refusal == "handshake" else Expected(400, "no_client_certificate")
    stranger = Expected(403 if host.refusal == "handshake" else 400, "client_certificate_refused")
    return {
        NO_CERTIFICATE: nobody if host.client_auth == "required" else LET_THROUGH,
        STRANGER: in_tls if host.in_tls else stranger,
    }


class Prober:
    """Calls hosts at `address`:`port`. The stranger is a self-signed certificate made here, known to nobody.

    Its key lies in `folder` (0700) only for the moment in which OpenSSL reads it.
    """

    def __init__(self, folder: Path, token: str, patience: float = 3, timeout: float = 5) -> None:
        self._token, self._patience, self._timeout = token, patience, timeout
        self._plain = _context()
        self._stranger = _context()
        pem, fingerprint = _stranger()
        self.own_calls = OwnCalls(fingerprint)
        with tempfile.NamedTemporaryFile("wb", dir=folder, suffix=".pem") as file:  # 0600
            file.write(pem)
            file.flush()
            self._stranger.load_cert_chain(file.name)

    def all(self, hosts: Iterable[NodeHost], address: str, port: int) -> list[Probe]:
        """Probe the hosts, a few at a time; answers in the order of the hosts."""
        questions = [(host, what) for host in hosts for what in expectations(host)]
        with ThreadPoolExecutor(max_workers=8) as pool:
            return list(pool.map(lambda q: self.one(q[0], q[1], address, port), questions))

    def one(self, host: NodeHost, what: str, address: str, port: int) -> Probe:
        """Ask until the answer is the expected one, at most for `patience` seconds: an accepted change
        reaches Envoy's workers some milliseconds later. Raises nothing."""
        end = time.monotonic() + self._patience
        while not (answer := self._ask(host, what, address, port)).ok and time.monotonic() < end:
            time.sleep(0.05)
        return answer

    def _ask(self, host: NodeHost, what: str, address: str, port: int) -> Probe:
        wanted = expectations(host)[what]
        begun = time.monotonic()
        context = self._plain if what == NO_CERTIFICATE else self._stranger
        name = ELSEWHERE if wanted == LET_THROUGH else host.name
        try:
            status, reason, certificate = self._call(host.name, name, context, address, port)
        except (OSError, http.client.HTTPException) as error:
            status, reason, certificate = 0, str(error) or type(error).__name__, ""
        ok = (status, reason) == (wanted.status, wanted.reason)
        if certificate and certificate != host.certificate_sha256:
            ok, reason = False, f"another server certificate answered: {certificate}"
        expected = f"{wanted.status or 'no answer'} {wanted.reason}"
        spent = round((time.monotonic() - begun) * 1000)
        return Probe(host.name, what, expected, status, reason, spent, ok, ok and wanted.refused)

    def _call(
        self, sni: str, host: str, context: ssl.SSLContext, address: str, port: int
    ) -> tuple[int, str, str]:
        """Status, reason and the server certificate's SHA-256 ("" when the handshake broke off before it)."""
        certificate, begun = "", time.time()
        with socket.create_connection((address, port), timeout=self._timeout) as raw:
            here = str(raw.getsockname()[0])
            try:
                with context.wrap_socket(raw, server_hostname=sni) as tls:
                    certificate = hashlib.sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()
                    return (*self._ask_http(tls, host), certificate)
            except TimeoutError:
                raise
            except (ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
                # With TLS 1.3 a client thinks that it is connected before the server has looked at its
                # certificate, and often sees a reset in place of the alert.
                if context is self._plain:
                    self.own_calls.add(sni, here, begun, time.time())
                return 0, BROKEN_OFF, certificate

    def _ask_http(self, tls: ssl.SSLSocket, host: str) -> tuple[int, str]:
        tls.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else TLS 1.3 waits 40 ms for an ACK
        headers = (f"Host: {host}", f"{PROBE_HEADER}: {self._token}", "Connection: close")
        tls.sendall("\r\n".join(("GET / HTTP/1.1", *headers, "", "")).encode())
        answer = http.client.HTTPResponse(tls)
        answer.begin()
        body = answer.read(10_000)
        try:
            reason = str(json.loads(body)["reason"])
        except (ValueError, KeyError, TypeError):
            reason = ""
        return answer.status, reason


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    context.check_hostname = False  # the certificate is compared by its SHA-256, which is stricter
    context.verify_mode = ssl.CERT_NONE
    return context


def _stranger() -> tuple[bytes, str]:
    """Key and self-signed certificate, PEM, good for a year: longer than an agent runs; and its SHA-256
    (hex)."""
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
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM), certificate.fingerprint(SHA256()).hex()
