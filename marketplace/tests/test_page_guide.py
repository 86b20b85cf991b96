"""The consumer's guide: their host in every command, and no word about other partners."""

from __future__ import annotations

import html

import pytest
from cryptography import x509
from django.urls import reverse

from certificates.devca import development_ca


def guide(client, product, host, name="guide"):
    return client.get(reverse(f"marketplace:{name}", args=[product.uuid, host.uuid]))


@pytest.fixture
def page(consumer_client, orders, asking, live, settings):
    settings.GATEWAY_PORT = 8443
    live()
    return html.unescape(guide(consumer_client, orders, asking).content.decode())


def test_it_puts_host_port_and_path_into_the_commands(page):
    assert (
        "curl --include \\\n  --cacert gateway-ca.pem --cert client.crt --key client.key \\\n"
        "  https://partners.harbourline.test:8443/orders" in page
    )


def test_it_names_the_issuers_that_the_host_accepts(page):
    assert "Nordwind Issuing" in page


def test_it_tells_nothing_of_other_partners_single_certificates(page, partner):
    assert "Single certificates that were registered" in page
    assert "partner.example" not in page
    assert partner.fingerprint[:8] not in page.replace(" ", "")


def test_it_quotes_what_the_gateway_answers(page):
    assert '{"message": "No required SSL certificate was sent", "reason": "no_client_certificate"}' in page
    assert "400 The SSL certificate error" in page


def test_it_offers_the_issuer_of_the_hosts_own_certificate(page, consumer_client, orders, asking):
    answer = guide(consumer_client, orders, asking, "ca")
    assert 'filename="gateway-ca.pem"' in answer["Content-Disposition"]
    offered = x509.load_pem_x509_certificates(answer.content)
    assert offered == [x509.load_pem_x509_certificate(development_ca().ca_file.read_bytes())]


def test_it_says_that_no_certificate_is_needed_where_none_is(consumer_client, status, open_host, live):
    live()
    page = guide(consumer_client, status, open_host).content.decode()
    assert "No client certificate is needed here" in page
    assert "--cert " not in page
    assert "Whose certificates open it" not in page


def test_it_says_when_no_gateway_serves_the_host(consumer_client, orders, asking):
    page = guide(consumer_client, orders, asking)
    assert "This host is not live at the moment" in page.content.decode()
    assert guide(consumer_client, orders, asking, "ca").status_code == 404


@pytest.mark.parametrize("name", ["guide", "ca"])
def test_it_is_not_there_for_a_stranger(name, stranger_client, orders, asking, live):
    live()
    assert guide(stranger_client, orders, asking, name).status_code == 404


@pytest.mark.parametrize("name", ["guide", "ca"])
def test_it_is_not_there_for_a_host_of_another_product(name, consumer_client, status, orders, asking, live):
    live()
    assert guide(consumer_client, status, asking, name).status_code == 404
