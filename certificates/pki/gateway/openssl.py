"""One path, and only that path, through OpenSSL, partial chains allowed.

Its library is the one in `cryptography`'s wheel, reached through pyOpenSSL. No purpose is set: it would look
at trusted certificates and at Netscape's certificate type, which BoringSSL does not, and key usages are
looked at in `checks`. Policies are not its business either: see `certificate_policies`.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cryptography.hazmat.bindings.openssl.binding import Binding
from OpenSSL import crypto

from .nodes import Node
from .reasons import Refusal

_LIB = Binding().lib

_CODES: dict[int, str] = {
    _LIB.X509_V_ERR_CERT_NOT_YET_VALID: "NOT_YET_VALID",
    _LIB.X509_V_ERR_CERT_HAS_EXPIRED: "EXPIRED",
    _LIB.X509_V_ERR_CERT_SIGNATURE_FAILURE: "SIGNATURE",
    _LIB.X509_V_ERR_UNABLE_TO_DECRYPT_CERT_SIGNATURE: "SIGNATURE",
    _LIB.X509_V_ERR_INVALID_CA: "NOT_A_CA",
    _LIB.X509_V_ERR_PATH_LENGTH_EXCEEDED: "PATH_LENGTH",
    _LIB.X509_V_ERR_PERMITTED_VIOLATION: "NAME_CONSTRAINT",
    _LIB.X509_V_ERR_EXCLUDED_VIOLATION: "NAME_CONSTRAINT",
    _LIB.X509_V_ERR_UNSUPPORTED_CONSTRAINT_TYPE: "NAME_CONSTRAINT",
    _LIB.X509_V_ERR_UNSUPPORTED_CONSTRAINT_SYNTAX: "NAME_CONSTRAINT",
    _LIB.X509_V_ERR_UNSUPPORTED_NAME_SYNTAX: "NAME_CONSTRAINT",
}


def refusals(nodes: Sequence[Node], at: datetime) -> Iterator[Refusal]:
    """What OpenSSL has against this path (leaf first, at least one) when its last certificate is trusted."""
    store = crypto.X509Store()
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(at.astimezone(UTC))
    store.add_cert(nodes[-1].openssl)
    context = crypto.X509StoreContext(store, nodes[0].openssl, [node.openssl for node in nodes[1:-1]])
    try:
        walked = context.get_verified_chain()
    except crypto.X509StoreContextError as error:
        number, depth, sentence = error.errors
        code = _CODES.get(number, "OTHER")
        detail = sentence if code in ("OTHER", "EXTENSION") else ""
        yield Refusal(code, nodes[min(depth, len(nodes) - 1)].certificate, detail)
        return
    except crypto.Error:
        yield Refusal("OTHER", nodes[0].certificate, "it stopped with an error")
        return
    if len(walked) != len(nodes):  # it found a shorter way, so not all of the path was checked
        yield Refusal("OTHER", nodes[0].certificate, "it walks another path")
