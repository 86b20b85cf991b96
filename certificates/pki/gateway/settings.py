"""What goes into a prediction besides certificates, and what comes out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ..certificate import Certificate

TlsVersion = Literal["1.2", "1.3"]


class Outcome(StrEnum):
    """`accepted`: the client gets in. `refused`: it does not. `not_loadable`: Envoy would reject the whole
    configuration with this store in it, and keep the one before."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_LOADABLE = "not_loadable"


class Rendering(StrEnum):
    """`product`: as `gateway.translation` renders a truststore: CAs in `trusted_ca`, pins by fingerprint.
    `trusted_ca`: every entry is an anchor, whatever its role, as in a hand-written Envoy configuration."""

    PRODUCT = "product"
    TRUSTED_CA = "trusted_ca"


@dataclass(frozen=True)
class Settings:
    """`tls`: the client must get in with each of these versions. `max_verify_depth`: Envoy's field of that
    name, the number of CAs in a path, anchor included (100 when the field is absent)."""

    rendering: Rendering = Rendering.PRODUCT
    tls: tuple[TlsVersion, ...] = ("1.2", "1.3")
    max_verify_depth: int = 100


@dataclass(frozen=True)
class Prediction:
    """What the gateway will do. `code` is "" when it accepts, else one of `reasons.REASONS`; `sentence`
    says it in plain words; `remedy` what helps. `path` is the path it walks, leaf first, as far as that was
    found; `culprit` the certificate that the refusal is about, None when it is about the whole."""

    verdict: Outcome
    code: str
    sentence: str
    path: tuple[Certificate, ...] = ()
    remedy: str = ""
    culprit: Certificate | None = None

    @property
    def accepted(self) -> bool:
        return self.verdict is Outcome.ACCEPTED
