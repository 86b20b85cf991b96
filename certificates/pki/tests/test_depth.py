"""Chains that are too long, too deep for one of their CAs, or too heavy for a handshake."""

from cryptography import x509

from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import Identity, make


def tower(height: int) -> list[Identity]:
    """A client with `height` CAs above it."""
    cas = [make("CA 0", ca=True)]
    while len(cas) < height:
        cas.append(make(f"CA {len(cas)}", cas[-1], ca=True))
    return [*cas, make("client", cas[-1])]


def test_it_accepts_twenty_certificates_in_a_chain_and_no_more() -> None:
    assert said(sent(*tower(19))) == []
    report = sent(*tower(20))
    assert said(report) == [("SIZE", "error")]
    assert report.findings[0].subject == "client"


def test_it_refuses_a_chain_that_no_handshake_carries() -> None:
    def padded(size: int) -> list[tuple[x509.ExtensionType, bool]]:
        return [
            (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.3"), bytes(size)), False)
        ]

    root = make("Root", ca=True, extra=padded(60_000))
    for size, found in ((40_000, []), (50_000, [("SIZE", "error")])):
        issuing = make("Issuing", root, ca=True, extra=padded(size))
        assert said(sent(make("client", issuing, extra=padded(size)), issuing, root)) == found


def test_it_refuses_more_cas_than_one_above_allows() -> None:
    root = make("Root", ca=True, path_length=0)
    issuing = make("Issuing", root, ca=True)
    report = sent(make("client", issuing), issuing, root)
    assert said(report) == [("PATH_LENGTH", "error")]
    assert report.findings[0].subject == "Issuing"


def test_it_counts_only_the_cas_between() -> None:
    root = make("Root", ca=True, path_length=1)
    issuing = make("Issuing", root, ca=True, path_length=0)
    assert said(sent(make("client", issuing), issuing, root)) == []


def test_it_does_not_count_a_ca_that_renewed_its_own_key() -> None:
    root = make("Root", ca=True, path_length=0)
    again = make("Root", root, ca=True, key=make("another").key)
    assert said(sent(make("client", again), again, root)) == []
