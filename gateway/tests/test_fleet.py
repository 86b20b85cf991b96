"""Nodes are added, enrol once, renew, and are refused as soon as they are retired."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.utils import timezone

from common.errors import Conflict, DomainError, Forbidden
from gateway import fleet, node_ca, services
from gateway.models import Cell, Node, NodeAuthority
from gateway.tests.page_cast import planned

ENDS = datetime(2027, 2, 1, tzinfo=UTC)


@pytest.fixture
def added(db):
    return fleet.add_node(actor="operator", name="edge", cell=Cell.default(), address="127.0.0.1", port=8443)


def csr(key=None) -> str:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "somebody else")])
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return made.public_bytes(serialization.Encoding.PEM).decode()


def test_it_keeps_only_the_digest_of_a_token(added):
    node, token = added
    row = Node.objects.values().get(pk=node.pk)
    assert token.startswith("node_")
    assert token not in str(row)
    assert token not in str([*node.events.values()])


def test_it_names_the_certificate_itself_and_limits_it_to_90_days_as_a_client(added):
    node, token = added
    _, signed = fleet.enrol(token=token, csr_pem=csr(), at=timezone.now())
    made = x509.load_pem_x509_certificate(signed.pem.encode())
    assert made.subject.rfc4514_string() == "CN=edge"
    san = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.UniformResourceIdentifier) == [f"urn:countersign:node:{node.uuid}"]
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert [*usage] == [x509.ExtendedKeyUsageOID.CLIENT_AUTH]
    assert timedelta(days=90) <= made.not_valid_after_utc - made.not_valid_before_utc < timedelta(days=91)
    made.verify_directly_issued_by(x509.load_pem_x509_certificate(node_ca.certificate_pem().encode()))


def test_it_takes_a_token_once(added):
    _, token = added
    fleet.enrol(token=token, csr_pem=csr(), at=timezone.now())
    with pytest.raises(Forbidden) as refusal:
        fleet.enrol(token=token, csr_pem=csr(), at=timezone.now())
    assert refusal.value.code == "token_refused"


def test_it_refuses_a_token_after_an_hour(added):
    _, token = added
    with pytest.raises(Forbidden):
        fleet.enrol(token=token, csr_pem=csr(), at=timezone.now() + timedelta(minutes=61))


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP521R1())]
)
def test_it_signs_only_keys_on_p_256_and_spends_no_token_on_others(added, key):
    _, token = added
    for bad in (csr(key), "not a request", csr()[:-60]):
        with pytest.raises(DomainError) as refusal:
            fleet.enrol(token=token, csr_pem=bad, at=timezone.now())
        assert refusal.value.field == "csr"
    fleet.enrol(token=token, csr_pem=csr(), at=timezone.now())


def test_it_keeps_the_old_certificate_until_the_new_one_is_shown(added):
    node, token = added
    _, first = fleet.enrol(token=token, csr_pem=csr(), at=timezone.now())
    second = fleet.renew(node=node, csr_pem=csr())
    assert fleet.of_certificate(first.sha256, ENDS) == node
    assert fleet.of_certificate(second.sha256, ENDS) == node
    with pytest.raises(Forbidden):
        fleet.of_certificate(first.sha256, ENDS)


def test_it_refuses_the_certificate_of_a_retired_node(added):
    node, token = added
    _, signed = fleet.enrol(token=token, csr_pem=csr(), at=timezone.now())
    fleet.retire(actor="operator", node=node)
    with pytest.raises(Forbidden):
        fleet.of_certificate(signed.sha256, ENDS)
    with pytest.raises(Conflict):
        fleet.new_node_token(actor="operator", node=Node.objects.get(pk=node.pk))


def test_it_never_takes_an_empty_digest_for_a_node(added):
    fleet.retire(actor="operator", node=added[0])
    with pytest.raises(Forbidden):
        fleet.of_certificate("", ENDS)


def test_it_seals_the_key_of_the_node_ca_and_makes_it_once(added):
    first, again = node_ca.certificate_pem(), node_ca.certificate_pem()
    assert first == again
    assert b"PRIVATE KEY" not in bytes(NodeAuthority.objects.get().sealed_key)


def test_it_takes_the_node_ca_of_the_settings(db, settings, tmp_path):
    from certificates.devca import self_signed_ca

    own = self_signed_ca("Our own node CA")
    (tmp_path / "ca.pem").write_text("".join(own))
    settings.NODE_CA_FILE = str(tmp_path / "ca.pem")
    assert node_ca.certificate_pem() == own[0]
    assert not NodeAuthority.objects.exists()


def test_it_lets_a_deployment_end_when_the_node_it_waited_for_is_retired(owner, host):
    deployment = planned(owner)
    nodes = [Node.objects.create(name=name, port=8443) for name in ("stays", "goes")]
    services.start(actor=owner, deployment=deployment)
    nodes[0].refresh_from_db()
    services.proven(node=nodes[0], version=nodes[0].wanted_version, probes=[], at=timezone.now())
    fleet.retire(actor="operator", node=nodes[1])
    deployment.refresh_from_db()
    assert deployment.status == "live"
