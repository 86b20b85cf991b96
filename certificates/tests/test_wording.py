"""The sentences of a report read as one would say them, to the account and to the partner."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from certificates.reports import report_of, to_partner
from certificates.services.uploads import PrivateKeySent, refuse_unsafe
from certificates.testing.builder import ec_key, make
from certificates.testing.hierarchy import PARTNER
from certificates.tests.waiving import NEEDLESS_CA, SPAN, sent


def test_it_names_the_kind_of_a_private_key_once():
    with pytest.raises(PrivateKeySent) as refusal:
        refuse_unsafe([("mine.pem", PARTNER.key_pem.encode())])
    assert refusal.value.message.startswith(
        "mine.pem holds a private key (PKCS#8). Nothing of this upload was"
    )


@pytest.mark.parametrize(
    ("remedy", "said"),
    [
        ("Ask the partner for the renewed certificate.", "Please send the renewed certificate."),
        (
            "Agree with the partner on a private CA, or on a pinned certificate, before the next renewal.",
            "Agree with us on a private CA, or on a pinned certificate, before the next renewal.",
        ),
        (
            "Show this sentence to the partner's certificate authority.",
            "Show this sentence to your certificate authority.",
        ),
    ],
)
def test_it_speaks_to_the_partner_and_not_about_them(remedy, said):
    assert to_partner(remedy) == said


@pytest.mark.django_db
def test_it_says_what_the_gateway_does_with_a_pinned_client(owner):
    alone = make("alone.partner.example", **SPAN)
    assert [line.gateway_says for line in report_of(sent(owner, alone)).lines] == [
        "As a pinned client it would be let in."
    ]
    unusable = make("odd.partner.example", key=ec_key(5, ec.SECP521R1()), **SPAN)
    (line,) = report_of(sent(owner, unusable)).lines
    assert line.gateway_says.startswith(
        "As a pinned client it would be refused: odd.partner.example has a key of the kind EC P-521"
    )


@pytest.mark.django_db
def test_it_closes_the_sentence_after_a_key_identifier(owner):
    leaf = make("missing.partner.example", NEEDLESS_CA, **SPAN)
    (asked,) = [finding.remedy for finding in sent(owner, leaf).findings.filter(code="CHAIN_INCOMPLETE")]
    assert asked.startswith("Ask the partner for the certificate of that issuer (key identifier ")
    assert asked.endswith("…).")


@pytest.mark.django_db
def test_it_asks_for_another_ca_where_the_key_of_the_ca_is_the_matter(owner):
    (finding,) = sent(owner, make("x.partner.example", NEEDLESS_CA, **SPAN), NEEDLESS_CA).findings.filter(
        code="CA_KEY_TYPE"
    )
    assert finding.sentence == "A CA key of the kind Ed25519 is not understood by every client and gateway."
    assert finding.remedy == "Ask the partner for a certificate from a CA with an EC P-256 or RSA 3072 key."
