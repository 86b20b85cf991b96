"""Every way in which a snapshot cannot be rendered as asked: what it means, what to do, what happens
meanwhile."""

from gateway.translation.ir import Problem

KEEPS = "keeps what is live"
# What becomes of callers where nobody is trusted, and the effect, by the host's client authentication.
TRUSTS_NOBODY = {
    "required": ("every caller is refused", "refuses everybody"),
    "optional": ("every caller with a certificate is refused", "refuses every certificate"),
    "trial": ("every call is noted as one that would be refused", "notes everybody"),
}
_CATALOGUE = {
    "host_twice": (
        "Two hosts are called {host}; the other one is served.",
        "Delete one of the two hosts.",
        "left out",
    ),
    "host_name_unusable": (
        "{host} is not a DNS name, so no client can ask for it.",
        "Give the host a fully qualified domain name.",
        "left out",
    ),
    "keystore_unusable": (
        "The certificate chain of keystore {subject} cannot be read.",
        "Upload the server certificate and its chain again.",
        "left out",
    ),
    "envoy_refuses": (
        "Envoy would refuse {host}: {subject}",
        "Mend the certificate, key or truststore that it names, then plan again.",
        "left out",
    ),
    "truststore_missing": (
        "{host} asks for client certificates, but no truststore says whose, so {then}.",
        "Name a truststore, or a reference to one, on this host.",
        "refuses everybody",
    ),
    "truststore_empty": (
        "{subject} is empty, so {then}.",
        "Import a partner's certificate into the truststore.",
        "refuses everybody",
    ),
    "truststore_expired": (
        "{subject} holds nothing that is still valid, so {then}.",
        "Import the successors of the expired certificates.",
        "refuses everybody",
    ),
    "truststore_trusts_nobody": (
        "{subject} holds nothing that a client can be trusted by, so {then}.",
        "Add an anchor or a client certificate to the truststore.",
        "refuses everybody",
    ),
    "entry_unreadable": (
        "{subject} cannot be read as the certificate it was stored as.",
        "Import it again.",
        "ignored",
    ),
    "entry_expired": (
        "{subject} has expired.",
        "Replace it with its successor.",
        "ignored",
    ),
    "anchor_not_a_ca": (
        "{subject} is no CA certificate, so it vouches for nobody.",
        "Give it the role client, or import the CA that issued it.",
        "ignored",
    ),
    "intermediate_unlinked": (
        "{subject} leads to no valid anchor of the same truststore.",
        "Add the anchor that issued it, or give this one the role anchor.",
        "ignored",
    ),
    "issuer_must_be_held": (
        "The anchors of {subject} have different name rules. A client enters only when the CA that issued "
        "its certificate is itself an entry there; with any other CA in between nobody could tell which "
        "rules hold.",
        "Add the CAs that issue for these clients as intermediates.",
        "ignored",
    ),
    "refuses_after_handshake": (
        "{subject} pins clients that may sign certificates, or has two certificates of one name. TLS could "
        "not tell them apart, so {host} refuses with HTTP 403 after the handshake; only a client without a "
        "certificate is refused in it.",
        "Pin certificates whose key usage lacks keyCertSign, one of a name, or let the host explain.",
        "ignored",
    ),
    "base_path_unusable": (
        "{subject}: this base path cannot be matched exactly.",
        "Use letters, digits and - . _ ~ between single slashes.",
        "left out",
    ),
    "base_path_twice": (
        "Another proxy already answers {subject} on {host}.",
        "Give one of the two another base path or host.",
        "left out",
    ),
    "target_unusable": (
        "{subject} leads nowhere; callers read 503.",
        "Give the proxy a target such as https://orders.example.com/v1.",
        "unavailable",
    ),
}


def problem(code: str, host: str, subject: str, client_auth: str = "required") -> Problem:
    """`subject` names the thing as its people do: a truststore and its version, an alias, a proxy and its
    path. `client_auth`: of the host, for a truststore that trusts nobody."""
    sentence, remedy, effect = _CATALOGUE[code]
    then, trusts_nobody = TRUSTS_NOBODY[client_auth]
    if effect == TRUSTS_NOBODY["required"][1]:
        effect = trusts_nobody
    said = sentence.format(host=host, subject=subject, then=then)
    return Problem(code, host, subject, said, remedy, effect)
