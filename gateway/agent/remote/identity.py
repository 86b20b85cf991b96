"""Who a node is: its key, which never leaves it, and the certificate that the portal's node CA gave it."""

import json
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.agent.bundle import write_private
from gateway.agent.remote.line import Line


class NotEnrolled(Exception):
    """The folder holds no identity. The text says what to do."""


class Identity:
    """The files of `folder` (0700): identity.pem (key and certificate, replaced together), portal-ca.pem, and
    portal.json with the portal's address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pem, self._ca, self._portal = (
            folder / name for name in ("identity.pem", "portal-ca.pem", "portal.json")
        )

    def enrol(self, url: str, token: str, ca: Path) -> str:
        """Trade a one-time token for a certificate and keep it. Returns the node's name.

        Raises ValueError for an address or a CA file that is none, and what `Line.ask` raises.
        """
        try:
            pem = ca.read_text()
            x509.load_pem_x509_certificates(pem.encode())  # of an empty text, ssl would trust the public CAs
            trust = ssl.create_default_context(cadata=pem)
        except (OSError, ValueError) as error:
            raise ValueError(f"{ca} holds no CA certificate in PEM: {error}") from None
        trust.minimum_version = ssl.TLSVersion.TLSv1_2
        key = ec.generate_private_key(ec.SECP256R1())
        answer = Line(url, lambda: trust).ask("POST", "/node/enrol", {"token": token, "csr": _request(key)})
        made = json.loads(answer[1])
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        write_private(self._ca, pem)
        write_private(self._portal, json.dumps({"url": url, "name": made["name"], "uuid": made["uuid"]}))
        self._keep(key, made["certificate"])
        return str(made["name"])

    def portal(self) -> dict[str, str]:
        """`url` of the node endpoint, and the node's `name` and `uuid`. Raises NotEnrolled."""
        try:
            return dict(json.loads(self._portal.read_text()))
        except (OSError, ValueError):
            raise NotEnrolled(f"{self.folder} holds no identity. Run enrol first.") from None

    def context(self) -> ssl.SSLContext:
        """TLS that shows the node's certificate and checks the portal's name. Raises OSError."""
        context = ssl.create_default_context(cafile=str(self._ca))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._pem)
        return context

    def is_due(self, now: datetime | None = None) -> bool:
        """Whether two thirds of the certificate's life are over."""
        certificate = x509.load_pem_x509_certificate(self._pem.read_bytes())
        begun, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return (now or datetime.now(UTC)) > begun + (ends - begun) * 2 / 3

    def renew(self, line: Line) -> None:
        """A new key and certificate, asked for with the one that is still good. Raises what `Line.ask`
        raises."""
        key = ec.generate_private_key(ec.SECP256R1())
        answer = line.ask("POST", "/node/certificate", {"csr": _request(key)})
        self._keep(key, json.loads(answer[1])["certificate"])

    def _keep(self, key: ec.EllipticCurvePrivateKey, certificate: str) -> None:
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(self._pem, pem.decode() + certificate)


def _request(key: ec.EllipticCurvePrivateKey) -> str:
    """PKCS#10 (PEM). The portal takes the public key of it and gives the names itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "countersign node")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM).decode()
