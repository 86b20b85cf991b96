"""A case: a truststore, what a client sends, and what the model says about it."""

from dataclasses import dataclass

from certificates.pki.certificate import Certificate
from certificates.pki.gateway.model import predict
from certificates.pki.gateway.settings import Outcome, Prediction, Rendering, Settings, TlsVersion
from certificates.pki.roles import Role

from .making import NOW, Made

UNREADABLE = "UNREADABLE"
Entry = tuple[Made, Role]


@dataclass(frozen=True)
class Case:
    """`store` in the order of the file, `sent` with the client's own certificate first. `by_chance`: the
    store holds namesakes and the product orders it by fingerprint, so who gets in differs from run to run."""

    name: str
    store: tuple[Entry, ...]
    sent: tuple[Made, ...]
    by_chance: bool = False

    @property
    def entries(self) -> list[tuple[Certificate, Role]]:
        """The store as the judge reads it, without what it cannot read: that never gets into one."""
        return [(made.read, role) for made, role in self.store if made.read]

    def predicted(self, rendering: Rendering, tls: TlsVersion) -> Prediction:
        """What the model says. What cannot be read never gets as far as the model: reading refuses it."""
        chain = [made.read for made in self.sent if made.read]
        whole = rendering is Rendering.TRUSTED_CA and len(self.entries) < len(self.store)
        if whole or len(chain) < len(self.sent):
            verdict = Outcome.NOT_LOADABLE if whole else Outcome.REFUSED
            return Prediction(verdict, UNREADABLE, "A certificate cannot be read.")
        return predict(chain, self.entries, NOW, Settings(rendering, (tls,)))


def anchors(*made: Made) -> tuple[Entry, ...]:
    return tuple((one, Role.ANCHOR) for one in made)


def pins(*made: Made) -> tuple[Entry, ...]:
    return tuple((one, Role.CLIENT) for one in made)


def helpers(*made: Made) -> tuple[Entry, ...]:
    return tuple((one, Role.INTERMEDIATE) for one in made)
