"""A certificate is refused from a page, on the local and on a remote node, over connections that are open; a
machine takes it back."""

import hashlib
import http.client
import secrets
import socket
import ssl

import pytest

from tests.journeys.remote import Rest, eventually

pytestmark = [pytest.mark.journey, pytest.mark.browser]
HOST = "partners.harbourline.localhost"


def fingerprint(product) -> str:
    pem = (product.data / "demo" / "nordwind.crt").read_text()
    first = pem[pem.index("-----BEGIN") : pem.index("-----END CERTIFICATE-----") + 26]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first)).hexdigest()


def open_connection(product, port: int) -> http.client.HTTPConnection:
    tls = ssl.create_default_context(cafile=product.ready["ca_file"])
    demo = product.data / "demo"
    tls.load_cert_chain(demo / "nordwind.crt", demo / "nordwind.key")
    connection = http.client.HTTPConnection(HOST)
    connection.auto_open = False
    connection.sock = tls.wrap_socket(socket.create_connection(("127.0.0.1", port)), server_hostname=HOST)
    return connection


def status(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/orders")
    answer = connection.getresponse()
    answer.read()
    return answer.status


def test_it_refuses_from_the_page_and_takes_back_by_rest(product, remote, page_of):
    edge = remote(f"edge-{secrets.token_hex(3)}")
    edge.start()
    eventually(edge.serves, 60, "the first answer of the node")
    live = [open_connection(product, port) for port in (product.port, edge.port)]
    assert [status(connection) for connection in live] == [200, 200]

    page = page_of("administrator")
    page.goto(f"{product.url}/denials/new/?fingerprint={fingerprint(product)}")
    page.get_by_label("Why").fill("Nordwind reported its key stolen")
    page.get_by_role("button", name="See whom it concerns").click()
    page.locator("[data-confirm]").fill(page.locator("[data-confirm]").get_attribute("data-confirm"))
    page.get_by_role("button", name="Refuse it now").click()
    page.get_by_text("is refused everywhere").wait_for()

    eventually(lambda: [status(connection) for connection in live] == [400, 400], 20, "the refusal")
    rest = Rest(product)
    (denial,) = [each for each in rest.ask("denials/")["results"] if each["ended_at"] is None]
    told = f"denials/{denial['uuid']}/"
    eventually(lambda: rest.ask(told)["status"] == "in force", 30, "the word of each node")
    assert {node["node"] for node in rest.ask(told)["nodes"] if node["since"]} == {"local", edge.name}
    page.goto(f"{product.url}/denials/")
    assert "Refused on every node." in page.locator("main").inner_text()
    page.goto(product.url)
    assert "is refused on every host" in page.locator("main").inner_text()
    assert product.mails_to(product.sign_in("administrator")["email"])

    assert rest.ask(f"{told}lift/", {})["status"] == "lifted"
    eventually(lambda: [status(connection) for connection in live] == [200, 200], 20, "that it is taken back")
    for connection in live:
        connection.close()
