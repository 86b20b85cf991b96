"""Whatever way a private key is sent, no trace of it stays: not in a log, the broker, a file, or a table."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.journeys.conftest import ROOT, Product
from tests.journeys.sender import Sender, fields
from tests.journeys.stray_keys import Keyring, Stray, seen_in, traces

EVERY_ROW = """
from django.db import connection
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        cursor.execute("SELECT * FROM " + connection.ops.quote_name(table))
        for row in cursor.fetchall():
            for value in row:
                raw = bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode()
                print(raw.hex())
"""
EVERY_VALUE = """
import redis
from django.conf import settings
for number in (0, 1):
    if settings.REDIS_URL:
        broker = redis.Redis.from_url(settings.REDIS_URL, db=number)
    else:
        broker = redis.Redis(unix_socket_path=str(settings.BROKER_SOCKET), db=number)
    for name in broker.scan_iter():
        print((name + b" " + (broker.dump(name) or b"")).hex())
"""


@pytest.fixture(scope="module")
def keyring(tmp_path_factory, certificates):
    return Keyring(tmp_path_factory.mktemp("strays"), Path(certificates.crt("client")).read_bytes())


@pytest.fixture(scope="module")
def sender(product, keyring):
    return Sender(product, keyring.folder)


def incident_and_link(sender: Sender, product: Product, name: str) -> tuple[str, str]:
    """A fresh incident about the demo's host, and the token of its secure link."""
    account = json.loads(sender.api("/account/"))["account"]
    address = f"{name}@altbruck.example"
    ticket = {"host_alias": "partners", "email": address, "partner": "Altbruck", "two_way_ssl": "Enabled"}
    ticket |= {
        "component": "OPU-API-OD-OPS",
        "subdomain": account["subdomain"],
        "account_id": account["uuid"],
    }
    incident = json.loads(sender.json("/incidents/", ticket))
    assert "uuid" in incident, incident
    for _ in range(100):
        if mails := product.mails_to(address):
            return incident["uuid"], re.search(r"/s/([\w-]+)", mails[-1]).group(1)
        time.sleep(0.1)
    pytest.fail("no secure link was mailed")


def answers_to_file(sender: Sender, stray: Stray, incident: str) -> Iterator[str]:
    """Of every door that takes files from people of the account and from machines."""
    (sender.folder / stray.name).write_bytes(stray.content)
    part = ("--form", f"files=@{stray.name}")
    yield sender.page("/uploads/new/", *part, as_file=True)
    yield sender.api("/uploads/", *part)
    yield sender.page(f"/incidents/{incident}/upload/", *part, as_file=True)
    yield sender.api(f"/incidents/{incident}/uploads/", *part)


def answers_to_partner(sender: Sender, stray: Stray, token: str) -> Iterator[str]:
    """Of the partner's page and of its REST twin."""
    part = ("--form", f"files=@{stray.name}")
    yield sender.page(f"/s/{token}/", *part, as_file=True)
    yield sender.curl(f"/api/v1/secure/{token}/", *part)


def answers_to_words(sender: Sender, words: str, incident: str, token: str) -> Iterator[str]:
    """Of doors that take words: fields of pages and of JSON, words beside files, names of files."""
    (sender.folder / "sound.crt").write_bytes(Path(sender.folder / "signer.pem").read_bytes())
    beside = ("--form", "files=@sound.crt", "--form-string", f"message={words}")
    page = f"/incidents/{incident}/"
    yield sender.page("/truststores/new/", *fields(name="stray", description=words))
    yield sender.page(f"{page}comment/", *fields(text=words), form=page)
    yield sender.page(f"{page}ask/", *fields(text=words), form=page)
    yield sender.page(f"{page}upload/", *beside, as_file=True)
    yield sender.page(f"/s/{token}/", *beside, as_file=True)
    yield sender.curl(f"/api/v1/secure/{token}/", *beside)
    yield sender.json(f"{page}comments/", {"text": words})
    yield sender.json("/truststores/", {"name": "stray", "description": words})
    yield sender.json("/truststores/", {"name": {"nested": [words]}})
    yield sender.json("/host-requests/", {"operation": "CREATE", "alias": words})
    entry = {"entries": [{"pem": words, "role": "client"}]}
    store = json.loads(sender.api("/truststores/"))["results"][0]["uuid"]
    yield sender.json(f"/truststores/{store}/versions/", entry)


def unanswered(sender: Sender, words: str) -> None:
    """Where nothing takes a key, and yet one may stand: addresses, headers, names, a broken request."""
    sender.curl(f"/uploads/?q={quote(words)}")
    sender.curl(f"/no-such-page/{quote(words, safe='')[:3000]}/")
    sender.curl("/uploads/", "-H", f"Referer: http://localhost/?{quote(words)}")
    sender.curl("/uploads/", "-A", words.replace("\n", "")[:3000])
    sender.api(f"/truststores/?search={quote(words)}")
    sender.api(
        "/truststores/", "-H", "Content-Type: application/json", "--data-binary", f'{{"name": "{words}'
    )
    sender.page("/login/", *fields(username=words, password="x"), form="/login/")
    sender.curl("/oauth/token/", *fields(grant_type="client_credentials", client_id=words[:200]))


def everything_left(product: Product) -> Iterator[tuple[str, bytes]]:
    """Every place where a trace could stay: each file of the data folder (logs, mails, the database, the
    broker's journal), each value of the broker, each row of the database.
    """
    for path in sorted(product.data.rglob("*")):
        if path.is_file() and "static" not in path.parts:
            yield str(path.relative_to(product.data)), path.read_bytes()
    environment = {
        **os.environ,
        "COUNTERSIGN_VAR": str(product.data),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    for place, script in (("the tables", EVERY_ROW), ("the broker", EVERY_VALUE)):
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", script]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        yield place, b"\n".join(bytes.fromhex(line) for line in done.stdout.split())


@pytest.mark.journey
def test_it_leaves_no_trace_of_a_private_key_anywhere(product, keyring, sender):
    incident, link = incident_and_link(sender, product, "strays")
    strays = list(keyring.strays())
    for number, stray in enumerate(strays):
        for answer in answers_to_file(sender, stray, incident):
            assert "private key" in answer or "PKCS#12" in answer, (stray.name, answer[-1500:])
        if number == len(strays) // 2:  # a link listens to some attempts an hour
            _, link = incident_and_link(sender, product, "more-strays")
        for answer in answers_to_partner(sender, stray, link):
            assert "private key" in answer or "PKCS#12" in answer, (stray.name, answer[-1500:])
    texts = [stray.content for stray in strays if stray.name in ("pkcs8.pem", "bare.txt", "id_ecdsa")]
    for number, text in enumerate(texts):
        another, link = incident_and_link(sender, product, f"words-{number}")
        for place, answer in enumerate(answers_to_words(sender, text.decode(), another, link)):
            assert "private key" in answer, (number, place, answer[-1500:])
        unanswered(sender, text.decode())
    (sender.folder / "sound.crt").write_bytes((sender.folder / "signer.pem").read_bytes())
    name = base64.urlsafe_b64encode(next(s.content for s in strays if s.name == "sec1.der")).decode()
    named = ("--form", f"files=@sound.crt;filename={name}.crt")
    assert "private key" in sender.page("/uploads/new/", *named, as_file=True)
    assert "private key" in sender.api("/uploads/", *named)

    control = sender.api("/uploads/", "--form", "files=@sound.crt;filename=heard-of-strays.crt")
    assert json.loads(control)["status"] == "received"
    time.sleep(3)  # the broker writes its journal once a second, the worker judges
    secrets = tuple(dict.fromkeys(secret for stray in strays for secret in stray.secrets))
    needles = traces(secrets, [stray.content for stray in strays])
    certificate = (sender.folder / "signer.pem").read_bytes()
    needles = {what: needle for what, needle in needles.items() if needle not in certificate}
    left = dict(everything_left(product))
    found = {place: seen for place, content in left.items() if (seen := seen_in(content, needles))}
    assert found == {}
    assert {"log/access.log", "log/portal.log", "log/worker.log"} <= set(left)
    assert b"heard-of-strays" in left["the tables"]  # the search would find what is there
    assert b"celery" in left["the broker"]
