"""Uploads are bounded in size, number and work."""

import pytest
from cryptography import x509

from certificates.pki.judgement import judge
from certificates.pki.reading import Limits, read
from certificates.testing.hierarchy import NOW, PARTNER, STRANGER, make


def test_it_refuses_a_file_over_one_megabyte() -> None:
    reading = read(PARTNER.pem.encode() + b" " * 1_000_000, "big.pem")
    assert reading.certificates == ()
    assert reading.findings[0].code == "SIZE"


def test_it_refuses_more_than_fifty_certificates_whole() -> None:
    many = b"".join(make(f"client {number}").der for number in range(51))
    reading = read(many, "many.der")
    assert reading.certificates == ()
    assert [(finding.code, finding.severity) for finding in reading.findings] == [("SIZE", "error")]


def test_it_counts_certificates_over_all_files() -> None:
    files = [(f"{number}.der", make(f"client {number}").der) for number in range(51)]
    report = judge(files, NOW)
    assert report.certificates == ()
    assert [finding.code for finding in report.findings] == ["SIZE"]


def test_it_reads_fifty() -> None:
    many = b"".join(make(f"client {number}").der for number in range(50))
    assert len(read(many, "many.der").certificates) == 50


def test_it_refuses_a_certificate_over_64_kilobytes_and_reads_its_neighbour() -> None:
    names = [x509.DNSName(f"host-{number}.partner.example") for number in range(3000)]
    fat = make("fat.example", san=names)
    reading = read((fat.pem + PARTNER.pem).encode(), "fat.pem")
    assert [certificate.fingerprint for certificate in reading.certificates] == [PARTNER.fingerprint]
    assert [finding.code for finding in reading.findings] == ["SIZE"]


@pytest.mark.parametrize("data", [b"0\0" * 499_000, PARTNER.pem.encode() * 900], ids=["broken", "copies"])
def test_it_stops_early_on_endless_copies_and_broken_pieces(data: bytes) -> None:
    reading = read(data, "endless")
    assert reading.certificates == ()
    assert len(reading.findings) < 210
    assert "SIZE" in {finding.code for finding in reading.findings}


def test_it_lets_the_caller_set_the_limits() -> None:
    data = (PARTNER.pem + STRANGER.pem).encode()
    assert read(data, "two.pem", Limits(certificates=1)).certificates == ()
