"""Who issued whom, drawn root first."""

from cryptography import x509
from cryptography.x509.oid import NameOID

from certificates.pki.judgement import Report
from certificates.pki.tests.stories import said, sent
from certificates.testing.hierarchy import (
    DAY,
    ISSUING,
    NOW,
    PARTNER,
    ROOT,
    STRANGER,
    STRANGER_ROOT,
    ec_key,
    make,
)


def drawn(report: Report) -> list[tuple[str, int, str]]:
    assert [judged.order for judged in report.certificates] == list(range(len(report.certificates)))
    return [(judged.certificate.common_name, judged.depth, judged.link) for judged in report.certificates]


def test_it_draws_the_root_first_whatever_the_order_sent() -> None:
    for order in ((PARTNER, ISSUING, ROOT), (ISSUING, ROOT, PARTNER), (ROOT, PARTNER, ISSUING)):
        assert drawn(sent(*order)) == [
            ("Harbour Root CA", 0, "self_signed"),
            ("Harbour Issuing CA", 1, "sound"),
            ("partner.example", 2, "sound"),
        ]


def test_it_draws_two_trees_one_after_the_other() -> None:
    assert [name for name, _, _ in drawn(sent(STRANGER, PARTNER, ROOT, STRANGER_ROOT, ISSUING))] == [
        "Harbour Root CA",
        "Harbour Issuing CA",
        "partner.example",
        "Stranger Root CA",
        "stranger.example",
    ]


def test_it_names_each_parent_and_the_way_up() -> None:
    report = sent(PARTNER, ISSUING, ROOT)
    assert [judged.parent for judged in report.certificates] == [None, ROOT.fingerprint, ISSUING.fingerprint]
    way_up = [judged.certificate.fingerprint for judged in report.chain(PARTNER.fingerprint)]
    assert way_up == [identity.fingerprint for identity in PARTNER.chain]


def test_it_fits_issuer_names_that_differ_only_in_spelling() -> None:
    issuer = make("a", ca=True, subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Partner  CA")]))
    spelled = make("b", ca=True, subject=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner ca")]),
                   key=issuer.key)  # fmt: skip
    report = sent(make("leaf", spelled), issuer)
    assert drawn(report)[1] == ("leaf", 1, "sound")


def test_it_prefers_the_renewed_issuer_to_the_expired_one() -> None:
    old = make("Partner CA", ca=True, key=ec_key(50), serial=1, end=NOW - DAY)
    new = make("Partner CA", ca=True, key=ec_key(50), serial=2)
    for order in ((old, new), (new, old)):
        report = sent(make("leaf", old), *order)
        leaf = next(judged for judged in report.certificates if judged.kind == "leaf")
        assert leaf.parent == new.fingerprint


def test_it_is_not_led_in_circles_by_two_cas_that_signed_each_other() -> None:
    a, b = make("A", ca=True, key=ec_key(60)), make("B", ca=True, key=ec_key(61))
    a_by_b, b_by_a = make("A", b, ca=True, key=ec_key(60)), make("B", a, ca=True, key=ec_key(61))
    report = sent(a_by_b, b_by_a, make("leaf", a))
    assert drawn(report) == [("B", 0, "missing_issuer"), ("A", 1, "sound"), ("leaf", 2, "sound")]
    assert said(report) == [("CHAIN_INCOMPLETE", "warning")]


def test_it_ends_soon_when_fifty_cas_share_one_name() -> None:
    twins = [make("Twin", ca=True, key=ec_key(n), serial=n, key_ids=False) for n in range(100, 125)]
    forgeries = [make("Twin", make("Twin", ca=True, key=ec_key(n + 900)), ca=True, key=ec_key(n),
                      serial=n + 500, key_ids=False) for n in range(200, 225)]  # fmt: skip
    report = sent(*twins, *forgeries)
    assert len(report.certificates) == 50
    assert not report.accepted


def test_it_finds_each_issuer_among_many_namesakes_by_its_key_identifier() -> None:
    twins = [make("Twin", ca=True, key=ec_key(n), serial=n) for n in range(100, 125)]
    leaves = [make(f"leaf {n}", twin) for n, twin in enumerate(twins)]
    links = [judged.link for judged in sent(*twins, *leaves).certificates if judged.kind == "leaf"]
    assert links == ["sound"] * 25
