"""`predict`: what this Envoy build will do with a client's chain and a truststore."""

from collections.abc import Sequence
from datetime import datetime

from OpenSSL import crypto

from ..certificate import CRYPTOGRAPHY_ERRORS, Certificate
from ..legible import unreadable
from ..roles import Role
from . import checks
from .nodes import Node
from .paths import TooDeep, TooManyWays, Trusted, paths, sent_part
from .reasons import Refusal, refused
from .rendering import Rendered, as_product, as_trusted_ca
from .settings import Outcome, Prediction, Rendering, Settings

_USUAL = Settings()
# What either library raises for a certificate that it does not understand.
_EXPECTED: tuple[type[Exception], ...] = (*CRYPTOGRAPHY_ERRORS, crypto.Error)


def predict(
    leaf_chain: Sequence[Certificate],
    store: Sequence[tuple[Certificate, Role]],
    at: datetime,
    settings: Settings = _USUAL,
) -> Prediction:
    """Predict the gateway's verdict.

    `leaf_chain`: what the client sends, its own certificate first, in its order. `store`: the entries of the
    truststore with their roles. `at`: the aware moment to predict for; raises ValueError if it is naive.
    Nothing else is raised. In doubt the answer is a refusal: "accepted" where the gateway refuses would be
    tomorrow's outage.
    """
    if at.tzinfo is None:
        raise ValueError("`at` needs a time zone.")
    if not leaf_chain:
        return refused(Refusal("NOTHING_SENT"))
    try:
        rendered = as_product(store, at) if settings.rendering is Rendering.PRODUCT else as_trusted_ca(store)
        return _predict(leaf_chain, rendered, at, settings)
    except _EXPECTED as error:
        return refused(Refusal("OTHER", leaf_chain[0], type(error).__name__))


def _predict(
    leaf_chain: Sequence[Certificate], rendered: Rendered, at: datetime, settings: Settings
) -> Prediction:
    for entry in rendered.trusted:
        if reason := unreadable(entry):
            return refused(Refusal("STORE_UNREADABLE", entry, reason), verdict=Outcome.NOT_LOADABLE)
    leaf, *sent = (Node(certificate) for certificate in leaf_chain)
    if refusal := checks.handshake(leaf, sent, settings):
        return refused(refusal)
    late: Refusal | None = None
    if leaf.certificate.fingerprint in rendered.pins:
        if leaf.certificate.not_before <= at <= leaf.certificate.not_after:
            if refusal := checks.pinned([leaf, *sent]):
                return refused(refusal)
            return _accepted("It is pinned: exactly this certificate gets in.", (leaf.certificate,))
        late = Refusal("PIN_DATES", leaf.certificate)
    if settings.rendering is Rendering.PRODUCT and (refusal := checks.lock([leaf, *sent])):
        return refused(late or refusal)
    answer = _walk(leaf, sent, Trusted(rendered.trusted), at, settings.max_verify_depth)
    return refused(late) if late and not answer.accepted else answer


def _walk(leaf: Node, sent: Sequence[Node], trusted: Trusted, at: datetime, depth: int) -> Prediction:
    try:
        ways = paths(leaf, sent, trusted, depth)
    except TooDeep:
        return refused(Refusal("DEPTH"))
    except TooManyWays:
        return refused(Refusal("TWINS"))
    if not ways:
        return _no_path(leaf, sent, trusted, depth)
    for way in ways:
        if refusal := checks.path(way, at):
            return refused(refusal, way.certificates)
    anchor = ways[0].nodes[-1].certificate
    return _accepted(f"The path ends at {anchor.common_name}, which is trusted.", ways[0].certificates)


def _no_path(leaf: Node, sent: Sequence[Node], trusted: Trusted, depth: int) -> Prediction:
    walked = tuple(node.certificate for node in sent_part(leaf, sent, trusted, depth))
    top = walked[-1]
    detail = "" if top.self_signed else f"; it would have to be {top.issuer or 'an issuer without a name'}"
    return refused(Refusal("NO_PATH", top, detail), walked)


def _accepted(sentence: str, path: tuple[Certificate, ...]) -> Prediction:
    return Prediction(Outcome.ACCEPTED, "", sentence, path)
