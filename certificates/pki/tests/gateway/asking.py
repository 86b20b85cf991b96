"""Short words for asking the gateway model."""

from certificates.pki.gateway.model import predict
from certificates.pki.gateway.settings import Prediction, Settings
from certificates.pki.roles import Role
from certificates.pki.tests.stories import decoded
from certificates.testing.hierarchy import NOW, Identity

Trusted = dict[Identity, Role]


def asked(
    *sent: Identity, anchors: tuple[Identity, ...] = (), settings: Settings | None = None
) -> Prediction:
    """The prediction for a client that sends these, leaf first, where these anchors are trusted."""
    return with_roles(*sent, store=dict.fromkeys(anchors, Role.ANCHOR), settings=settings)


def with_roles(*sent: Identity, store: Trusted, settings: Settings | None = None) -> Prediction:
    """The prediction for a client that sends these, leaf first, to a truststore with these roles."""
    entries = [(decoded(identity), role) for identity, role in store.items()]
    return predict([decoded(identity) for identity in sent], entries, NOW, settings or Settings())
