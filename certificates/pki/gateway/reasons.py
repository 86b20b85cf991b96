"""Why the gateway refuses, for people. Codes are stable; sentences and remedies may be reworded."""

from dataclasses import dataclass

from ..certificate import Certificate
from .settings import Outcome, Prediction


@dataclass(frozen=True)
class Refusal:
    """A code of `REASONS`, the certificate it is about (None: the whole chain) and a detail, "" for none."""

    code: str
    culprit: Certificate | None = None
    detail: str = ""


# {who} is the certificate's name, {detail} what was found.
REASONS: dict[str, tuple[str, str]] = {
    "NOTHING_SENT": (
        "The client sends no certificate.",
        "Configure the client to send its certificate.",
    ),
    "NO_PATH": (
        "The gateway finds no trusted issuer for {who}{detail}.",
        "Add the missing issuer to the truststore, or let the client send the intermediate certificates.",
    ),
    "LEAF_KEY": (
        "{who} has a key of the kind {detail}, which a client cannot use with the gateway.",
        "Ask for a certificate with an EC P-256 or RSA 3072 key.",
    ),
    "SHORT_KEY": (
        "{who} has a key of the kind {detail}, which is too short: the gateway's own rules refuse the chain.",
        "Ask for a certificate, and for a CA, with EC P-256 or RSA 3072 keys.",
    ),
    "CA_KEY": (
        "The gateway cannot check signatures made with the key of {who} ({detail}).",
        "Ask the partner for a certificate from a CA with an RSA, P-256 or P-384 key.",
    ),
    "SIGNATURE_ALGORITHM": (
        "{who} is signed in a way that the gateway does not know or does not accept ({detail}).",
        "Ask the issuer to issue it again, signed with SHA-256.",
    ),
    "NO_DIGITAL_SIGNATURE": (
        "The key usage of {who} does not allow digital signatures, which a TLS client has to make.",
        "Ask for a certificate with the key usage digitalSignature.",
    ),
    "PURPOSE": (
        "{who} may not be used for TLS clients: its extended key usage lacks clientAuth.",
        "Ask for a certificate, or for an issuing CA, with the extended key usage clientAuth.",
    ),
    "NOT_A_CA": (
        "{who} stands in the chain as an issuer, but it is not a CA.",
        "Ask the partner for the right issuer certificate.",
    ),
    "PATH_LENGTH": (
        "More CAs stand below {who} than its path length allows.",
        "Ask the partner for a chain with fewer intermediates.",
    ),
    "EXPIRED": (
        "{who} has expired, and the gateway checks every certificate of the path.",
        "Replace it by its renewal, in the truststore as well as in what the client sends.",
    ),
    "NOT_YET_VALID": (
        "{who} is not valid yet.",
        "Wait until it is, or ask for one that is valid now.",
    ),
    "SIGNATURE": (
        "The signature on {who} was not made by the key of the issuer that the gateway picks.",
        "Remove the certificate with the issuer's name and the wrong key, or ask for the right chain.",
    ),
    "NAME_CONSTRAINT": (
        "A name of {who} breaks the name constraints of a CA above it{detail}.",
        "Ask the issuer for a certificate within its own constraints.",
    ),
    "CRITICAL_EXTENSION": (
        "{who} has a critical extension that the gateway does not know ({detail}).",
        "Ask the issuer for a certificate without it.",
    ),
    "EXTENSION": (
        "{who} has an extension that contradicts itself ({detail}).",
        "Ask the issuer to issue it again.",
    ),
    "POLICY": (
        "{who} {detail}, so the gateway refuses the chain.",
        "Ask the issuer for a chain without policy constraints and mappings.",
    ),
    "TOO_LARGE": (
        "The client would send {detail} kB of certificates; past 100 kB the gateway ends the handshake.",
        "Let the client send only its own certificate and the intermediates above it.",
    ),
    "DEPTH": (
        "The path has more CAs than the gateway follows.",
        "Ask the partner for a chain with fewer intermediates.",
    ),
    "TWINS": (
        "Several trusted certificates share a name, so it depends on their order which one is used.",
        "Keep one of each name in the truststore.",
    ),
    "PIN_DATES": (
        "{who} is pinned, but outside its validity.",
        "Ask the partner for the renewed certificate and pin that.",
    ),
    "STORE_UNREADABLE": (
        "Envoy cannot read {who} in the truststore and would reject the whole configuration ({detail}).",
        "Leave it out, and ask the issuer for a clean copy.",
    ),
    "SENT_UNREADABLE": (
        "The gateway cannot read {who} and would end the handshake ({detail}).",
        "Ask the issuer to issue it again.",
    ),
    "OTHER": (
        "The chain does not stand up to OpenSSL ({detail}), so the gateway is expected to refuse it too.",
        "Show this sentence to the partner's certificate authority.",
    ),
}


def refused(
    refusal: Refusal, path: tuple[Certificate, ...] = (), verdict: Outcome = Outcome.REFUSED
) -> Prediction:
    """The refusal as a prediction."""
    sentence, remedy = REASONS[refusal.code]
    who = refusal.culprit.common_name if refusal.culprit else "The chain"
    said = sentence.format(who=who, detail=refusal.detail)
    return Prediction(verdict, refusal.code, said, path, remedy, refusal.culprit)
