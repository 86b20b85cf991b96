"""Which CAs of a truststore come to stand in the gateway's `trusted_ca`, where each is an anchor.

`gateway.translation.trust` decides it when a deployment is compiled; the contract suite compares the two for
every store that it makes.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature

from .certificate import Certificate
from .forest import cost
from .naming import CanonicalName


def may_vouch(certificate: Certificate) -> bool:
    """Whether it is a CA that may sign certificates (RFC 5280 sections 4.2.1.3 and 4.2.1.9)."""
    usage = certificate.key_usage
    return certificate.is_ca and (usage is None or "keyCertSign" in usage)


class TooMuchWork(Exception):
    """More signatures would have to be checked than the caller allows."""


def linked(
    anchors: Iterable[Certificate], helpers: Sequence[Certificate], at: datetime, *, checks: float = math.inf
) -> dict[str, tuple[Certificate, Certificate]]:
    """The helpers that lead to one of the anchors, directly or through others that are valid by the aware
    moment `at`, by fingerprint: each with the issuer through which it was found, the nearest to an anchor
    first. A helper whose own time has not come is found, and links nothing below it yet.

    Checks signatures where names fit; `checks` is how many at most, a huge RSA key counting for several.
    Raises TooMuchWork past that.
    """
    found: dict[str, tuple[Certificate, Certificate]] = {}
    by_issuer: dict[CanonicalName, list[Certificate]] = defaultdict(list)
    for helper in helpers:
        by_issuer[helper.issuer_key].append(helper)
    todo = list(anchors)
    for issuer in todo:
        for helper in by_issuer[issuer.subject_key]:
            if helper.fingerprint in found:
                continue
            checks -= cost(issuer)
            if checks < 0:
                raise TooMuchWork
            if _signed(helper, issuer):
                found[helper.fingerprint] = helper, issuer
                if helper.not_before <= at:
                    todo.append(helper)
    return found


def _signed(certificate: Certificate, issuer: Certificate) -> bool:
    try:
        certificate.decoded.verify_directly_issued_by(issuer.decoded)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
