"""What a partner has: certificates made with openssl, as partners make them."""

from __future__ import annotations

import hashlib
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
INTERMEDIATE = CA.replace("CA:TRUE", "CA:TRUE,pathlen:0") + "authorityKeyIdentifier=keyid\n"
CLIENT = (
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n"
    "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\nsubjectAltName=URI:urn:altbruck:goods-in\n"
)


@dataclass(frozen=True)
class Folder:
    """NAME.crt and NAME.key for root, issuing, client, stranger."""

    path: Path

    def crt(self, name: str) -> str:
        """The path of a certificate."""
        return str(self.path / f"{name}.crt")

    def options(self, name: str) -> list[str]:
        """curl's options to call with a certificate."""
        return ["--cert", self.crt(name), "--key", str(self.path / f"{name}.key")]

    def fingerprint(self, name: str) -> str:
        """SHA-256 of the DER, lower-case hex."""
        der = ssl.PEM_cert_to_DER_cert((self.path / f"{name}.crt").read_text())
        return hashlib.sha256(der).hexdigest()


def make(path: Path) -> Folder:
    """Make them all in `path`."""
    _self_signed(path, "root", "/O=Altbruck/CN=Altbruck Root R1", CA)
    _issue(path, "issuing", "/O=Altbruck/CN=Altbruck Issuing CA", "root", INTERMEDIATE)
    _issue(path, "client", "/O=Altbruck/CN=altbruck-goods-in", "issuing", CLIENT)
    _self_signed(path, "stranger", "/CN=stranger", CLIENT.replace("authorityKeyIdentifier=keyid\n", ""))
    chain = "-certfile root.crt -certfile issuing.crt -certfile client.crt"
    _run(path, f"openssl crl2pkcs7 -nocrl {chain} -out chain.p7b")
    return Folder(path)


def _self_signed(path: Path, name: str, subject: str, extensions: str) -> None:
    _key_and_request(path, name, subject)
    (path / f"{name}.ext").write_text(extensions)
    _run(
        path,
        f"openssl x509 -req -in {name}.csr -signkey {name}.key -days 90 -extfile {name}.ext -out {name}.crt",
    )


def _issue(path: Path, name: str, subject: str, issuer: str, extensions: str) -> None:
    _key_and_request(path, name, subject)
    (path / f"{name}.ext").write_text(extensions)
    signer = f"-CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial"
    _run(path, f"openssl x509 -req -in {name}.csr {signer} -days 60 -extfile {name}.ext -out {name}.crt")


def _key_and_request(path: Path, name: str, subject: str) -> None:
    words = ["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    words += ["-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", subject]
    subprocess.run(words, cwd=path, check=True, capture_output=True)


def _run(path: Path, command: str) -> None:
    subprocess.run(command.split(), cwd=path, check=True, capture_output=True)
