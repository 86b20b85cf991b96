"""The main flow in the browser: administrator, partner and processor, until the incident closes on
evidence.
"""

import re
import subprocess

import pytest

from tests.journeys.conftest import Product

HOST, ADDRESS = "altbruck", "mtls@altbruck.example"
PATH = "/shipments/7"


@pytest.mark.journey
@pytest.mark.browser
def test_it_enables_two_way_ssl_from_an_incident_to_a_proven_handshake(product, certificates, page_of):
    administrator = page_of("administrator")
    request_host(administrator, product)
    make_proxy_and_product(administrator, product)
    deploy(administrator, product)
    publish(administrator, product)
    assert product.call(HOST, PATH)[0] == 200
    assert product.call("default", "/status")[0] == 200

    incident = raise_incident(administrator, product)
    link = re.search(r"http://localhost:\d+/s/\S+", product.mails_to(ADDRESS)[-1]).group()
    partner_uploads(page_of(), link, certificates)

    processor = page_of("processor")
    accept(processor, incident)
    administrator.goto(f"{product.url}/proxies/?q=Altbruck")
    see_after_reloads(administrator, "needs redeploy")
    administrator.goto(f"{product.url}/products/?q=Altbruck")
    see_after_reloads(administrator, "needs republish")
    assert product.call(HOST, PATH)[0] == 200  # nothing is enforced before a person deploys

    deploy(administrator, product, confirm=HOST)
    publish(administrator, product)
    gateway_refuses_and_serves(product, certificates)

    consumer_reads_the_guide(page_of("consumer"), product, certificates)

    reader = page_of("processor")  # the other page still renews itself
    reader.goto(incident)
    see_after_reloads(reader, "closed on evidence")
    evidence = reader.locator("main").inner_text()
    mine = certificates.fingerprint("client")
    assert f"{mine[:8]}…{mine[-4:]} was let through" in evidence
    stranger = certificates.fingerprint("stranger")
    assert f"{stranger[:8]}…{stranger[-4:]} read 400 The SSL certificate error" in evidence


def request_host(page, product: Product) -> None:
    page.goto(f"{product.url}/hosts/request/")
    page.get_by_role("textbox", name="Alias").fill(HOST)
    page.get_by_role("radio", name=re.compile("^off")).check()
    page.get_by_role("button", name="Request the host").click()
    page.get_by_role("heading", name=HOST).wait_for()


def make_proxy_and_product(page, product: Product) -> None:
    page.goto(f"{product.url}/proxies/new/")
    page.get_by_label("Name").fill("Altbruck shipments")
    page.get_by_label("Base path").fill("/shipments")
    page.get_by_label("Target").fill(product.target)
    page.get_by_role("checkbox", name=re.compile(HOST)).check()
    page.locator("main").get_by_role("button", name=re.compile("Create")).click()
    page.get_by_role("heading", name="Altbruck shipments").wait_for()
    page.goto(f"{product.url}/products/new/")
    page.get_by_label("Name").fill("altbruck")
    page.get_by_label("Title").fill("Altbruck freight")
    page.get_by_role("checkbox", name=re.compile("Altbruck shipments")).check()
    page.locator("main").get_by_role("button", name=re.compile("Create")).click()
    page.get_by_role("heading", name="Altbruck freight").wait_for()


def deploy(page, product: Product, confirm: str = "") -> None:
    page.goto(f"{product.url}/deployments/")
    page.get_by_role("button", name="Plan a deployment").click()
    page.get_by_role("link", name="Deploy", exact=True).click()
    if confirm:  # the host starts to ask: the page says who is hit, and wants the name typed
        assert confirm in page.locator("main").inner_text()
        name = page.locator("[data-confirm]").get_attribute("data-confirm")
        page.locator("[data-confirm]").fill(name)
    page.locator("main form").get_by_role("button", name="Deploy").click()
    page.get_by_text(re.compile(r"Proven on 1 of 1 node")).wait_for()


def publish(page, product: Product) -> None:
    page.goto(f"{product.url}/products/?q=Altbruck")
    page.get_by_role("link", name="Altbruck freight").click()
    page.get_by_role("button", name=re.compile("Publish it")).click()
    page.get_by_text("published", exact=True).first.wait_for()


def raise_incident(page, product: Product) -> str:
    page.goto(f"{product.url}/incidents/new/")
    page.get_by_label("Host alias").select_option(HOST)
    page.get_by_label("Partner").fill("Altbruck Pharmahandel")
    page.get_by_label("E-mail for the secure link").fill(ADDRESS)
    page.get_by_role("button", name="Raise it and send the link").click()
    page.get_by_role("heading", name=re.compile("INC-")).wait_for()
    return page.url


def partner_uploads(page, link: str, certificates) -> None:
    page.goto(link)
    key = str(certificates.path / "client.key")
    page.locator("input[type=file]").set_input_files(key)
    page.get_by_text(re.compile("private key", re.IGNORECASE)).first.wait_for()  # stopped in the browser
    page.locator("input[type=file]").set_input_files(str(certificates.path / "chain.p7b"))
    page.get_by_role("button", name="Send").click()
    page.get_by_text("altbruck-goods-in").first.wait_for()
    page.goto(link)  # the link is used up: it shows the report, and takes no more files
    assert page.locator("input[type=file]").count() == 0


def accept(page, incident: str) -> None:
    page.goto(incident)
    see_after_reloads(page, "Check the upload")
    page.get_by_role("link", name="Check the upload").click()
    role = page.get_by_label(re.compile("altbruck-goods-in"))
    assert role.input_value() == "client"  # the safest role is preselected; the CAs are not imported
    page.get_by_label("Name of the new truststore").fill("altbruck-clients")
    page.get_by_role("button", name="Accept").click()
    page.get_by_role("heading", name=re.compile("INC-")).wait_for()


def see_after_reloads(page, text: str) -> None:
    """What the worker does shows after a moment."""
    for _ in range(40):
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(250)
        page.reload()
    pytest.fail(f"“{text}” did not show on {page.url}:\n{page.locator('main').inner_text()}")


def gateway_refuses_and_serves(product: Product, certificates) -> None:
    status, body = product.call(HOST, PATH)
    assert (status, "No required SSL certificate was sent" in body) == (400, True)
    assert product.call(HOST, PATH, *certificates.options("stranger"))[0] == 400
    forged = ["--header", f"X-Client-Cert-Sha256: {'f' * 64}"]
    status, body = product.call(HOST, PATH, *certificates.options("client"), *forged)
    assert status == 200
    assert certificates.fingerprint("client") in body  # the target saw the gateway's header
    assert "f" * 64 not in body  # and not the forged one
    assert product.call("default", "/status")[0] == 200  # other hosts are as they were
    name = f"{HOST}.harbourline.localhost"
    status, _ = product.call("default", PATH, "--header", f"Host: {name}")
    assert status == 421  # the name of the protected host does not help on an open one


def consumer_reads_the_guide(page, product: Product, certificates) -> None:
    """The consumer lands on the marketplace, finds the host, and the curl commands work as they stand."""
    page.get_by_role("link", name="Altbruck freight").click()
    page.get_by_role("link", name=re.compile("guide|install|call", re.IGNORECASE)).first.click()
    assert "No required SSL certificate was sent" in page.locator("main").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("gateway-ca.pem")).first.click()
    download.value.save_as(certificates.path / "gateway-ca.pem")
    commands = [
        text for text in page.locator("[data-copy-text]").all_text_contents() if text.startswith("curl")
    ]
    with_certificate = next(text for text in commands if "--cert client.crt" in text)
    without = next(text for text in commands if "--cert" not in text)
    for command, status in ((with_certificate, "HTTP/2 200"), (without, "HTTP/2 400")):
        done = subprocess.run(
            ["bash", "-c", command], cwd=certificates.path, capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith(status), done.stdout
