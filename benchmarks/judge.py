"""How long the judge takes for a chain, beside other validators, in one run: python -m benchmarks.judge

Root, intermediate and leaf, thus two signatures; one core; every chain has keys of its own and is judged
once, so that nothing is remembered. What is measured is processor time: what else the machine does at the
time does not count. Times vary with the machine, so read the ratios.
"""

import argparse
import asyncio
import gc
import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import verification
from OpenSSL import crypto
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from certificates.pki.certificate import Certificate
from certificates.pki.gateway.model import predict
from certificates.pki.gateway.verdict import decide
from certificates.pki.judgement import judge
from certificates.pki.roles import Role
from certificates.testing.builder import DAY, Identity, PrivateKey, make

NOW = datetime.now(UTC).replace(microsecond=0)
TARGET_MS = 10


@dataclass(frozen=True)
class Chain:
    """A chain as sent (one PEM file, leaf first), and its root."""

    leaf: Identity
    root: Identity
    sent: bytes


def chain(new_key: Callable[[], PrivateKey]) -> Chain:
    start, end = NOW - DAY, NOW + 300 * DAY
    root = make("Bench Root CA", ca=True, key=new_key(), start=start, end=end)
    middle = make("Bench Issuing CA", root, ca=True, key=new_key(), start=start, end=end)
    names = [x509.DNSName("client.example")]
    leaf = make("client.example", middle, key=new_key(), start=start, end=end, san=names)
    return Chain(leaf, root, (leaf.pem + middle.pem).encode())


def full_report(given: Chain) -> None:
    """Read, decode, policy with known broken keys, gateway model, verdict."""
    report = judge([("partner.pem", given.sent)], NOW)
    found = next(j for j in report.certificates if j.kind == "leaf")
    sent = [judged.certificate for judged in report.chain(found.certificate.fingerprint)]
    store = [(Certificate.from_der(given.root.der), Role.ANCHOR)]
    assert decide(report.findings, predict(sent, store, NOW)).accepted


def two_signatures(given: Chain) -> Callable[[], None]:
    pairs = [(one.certificate, one.issuer.certificate) for one in given.leaf.chain if one.issuer]
    made = [(child.signature, child.tbs_certificate_bytes, issuer.public_key()) for child, issuer in pairs]

    def run() -> None:
        for signature, signed, key in made:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))

    return run


def model_only(given: Chain) -> Callable[[], None]:
    sent = [Certificate.from_der(one.der) for one in given.leaf.chain[:2]]
    store = [(Certificate.from_der(given.root.der), Role.ANCHOR)]

    def run() -> None:
        assert predict(sent, store, NOW).accepted

    return run


def openssl(given: Chain) -> Callable[[], None]:
    leaf, middle, root = (crypto.X509.from_cryptography(one.certificate) for one in given.leaf.chain)
    store = crypto.X509Store()
    store.add_cert(root)
    return lambda: crypto.X509StoreContext(store, leaf, [middle]).verify_certificate()


def cryptography(given: Chain) -> Callable[[], None]:
    leaf, middle, root = (one.certificate for one in given.leaf.chain)
    verifier = (
        verification.PolicyBuilder().store(verification.Store([root])).time(NOW).build_client_verifier()
    )

    def run() -> None:
        verifier.verify(leaf, [middle])

    return run


def certvalidator(given: Chain) -> Callable[[], None]:
    leaf, middle, root = (asn1.Certificate.load(one.der) for one in given.leaf.chain)

    def run() -> None:
        context = ValidationContext(trust_roots=[root], moment=NOW, allow_fetching=False)
        validator = CertificateValidator(leaf, [middle], validation_context=context)
        asyncio.run(validator.async_validate_usage({"digital_signature"}))

    return run


CONTESTANTS: dict[str, Callable[[Chain], Callable[[], None]]] = {
    "two signatures, nothing else": two_signatures,
    "OpenSSL, path": openssl,
    "cryptography, path": cryptography,
    "gateway model": model_only,
    "pyhanko-certvalidator": certvalidator,
    "full report": lambda given: lambda: full_report(given),
}


def milliseconds(chains: list[Chain], prepare: Callable[[Chain], Callable[[], None]]) -> float:
    """Median over the chains, each run once; what is prepared is not timed, and the first warms up."""
    runs = [prepare(given) for given in chains]
    runs[0]()
    taken = []
    gc.disable()
    for run in runs[1:]:
        begun = time.process_time()
        run()
        taken.append((time.process_time() - begun) * 1000)
    gc.enable()
    return statistics.median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judge", description=__doc__)
    parser.add_argument("--chains", type=int, default=40, help="chains per kind of key (40)")
    count = parser.parse_args().chains + 1
    warnings.simplefilter("ignore")
    kinds: dict[str, Callable[[], PrivateKey]] = {
        "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
        "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    }
    for kind, new_key in kinds.items():
        chains = [chain(new_key) for _ in range(count)]
        medians = {name: milliseconds(chains, prepare) for name, prepare in CONTESTANTS.items()}
        raw = medians["two signatures, nothing else"]
        print(f"\n{kind}, median of {count - 1} chains\n{'':30} {'ms':>8} {'a second':>9} {'of raw':>7}")
        for name, ms in medians.items():
            print(f"{name:30} {ms:8.3f} {1000 / ms:9.0f} {raw / ms:7.3f}")
        met = "met" if medians["full report"] <= TARGET_MS else "MISSED"
        print(f"target {met}: full report within {TARGET_MS} ms")


if __name__ == "__main__":
    main()
