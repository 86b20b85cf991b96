"""What is safe and decent about one certificate, whatever chain it stands in.

Each rule is a function that takes a certificate and yields findings; `codes` holds the table of all codes,
their severities and sources. What there is to say about a whole chain is in `chains`, about a truststore in
`roles`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from common.words import span

from .certificate import Certificate
from .findings import Finding, Severity, about
from .shape import check_alternative_names, check_shape, check_version
from .strength import check_key, check_signature
from .usage import check_use_as_ca, check_use_as_client

SOON, LONG = timedelta(days=30), timedelta(days=398)


def check_certificate(
    certificate: Certificate, at: datetime, *, as_ca: bool = False, matches_san: bool = False
) -> Iterator[Finding]:
    """Every policy finding about one certificate as it stands, at the aware moment `at`.

    `as_ca`: it stands in the place of a CA, whatever it says itself. `matches_san`: the gateway will compare
    the alternative names of clients.
    """
    yield from check_time(certificate, at)
    yield from check_key(certificate)
    yield from check_signature(certificate)
    yield from check_version(certificate, as_ca=as_ca or certificate.is_ca)
    yield from check_shape(certificate)
    if certificate.is_ca:
        yield from check_use_as_ca(certificate)
    else:
        yield from check_use_as_client(certificate)
        yield from check_alternative_names(certificate, demanded=matches_san)


def check_time(certificate: Certificate, at: datetime) -> Iterator[Finding]:
    """TIME: expired or not yet valid (both ends are inclusive, RFC 5280 section 4.1.2.5). TIME_SOON: under
    30 days left. TIME_LONG: a client for more than 398 days."""
    if at > certificate.not_after:
        sentence = f"Expired on {_day(certificate.not_after)}, {_ago(at - certificate.not_after)}."
        yield about(
            certificate, "TIME", Severity.ERROR, sentence, "Ask the partner for the renewed certificate."
        )
    elif at < certificate.not_before:
        sentence = f"Not valid before {_day(certificate.not_before)}, {_ahead(certificate.not_before - at)}."
        remedy = "Wait until that day, or ask the partner for a certificate that is valid now."
        yield about(certificate, "TIME", Severity.ERROR, sentence, remedy)
    elif certificate.not_after - at < SOON:
        sentence = f"Expires on {_day(certificate.not_after)}, {_ahead(certificate.not_after - at)}."
        remedy = "Ask the partner when the renewed certificate will come."
        yield about(certificate, "TIME_SOON", Severity.WARNING, sentence, remedy)
    length = certificate.not_after - certificate.not_before
    if not certificate.is_ca and length > LONG:
        sentence = f"It is valid for {length.days} days; {LONG.days} is the most that is usual."
        remedy = "Ask for a shorter life at the next renewal: a stolen key is then of use for less long."
        yield about(certificate, "TIME_LONG", Severity.WARNING, sentence, remedy)


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _ago(past: timedelta) -> str:
    return f"{span(past.days)} ago" if past.days else "today"


def _ahead(left: timedelta) -> str:
    return f"in {span(left.days)}" if left.days else "within a day"
