"""The cast of the tests.

`owner` is an administrator of the account “harbourline”, `reader` an auditor there, `stranger` an
administrator of another account. Each comes as an actor (`owner`), as a person (`owner_user`), signed in to
the pages (`owner_client`) and to the REST API (`owner_api`). `key_api("hosts:read")` is a machine of
harbourline with a real token for these scopes.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from cryptography.x509 import DNSName
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from accounts import actors
from accounts.actors import Actor
from accounts.models import Account, Member, User
from accounts.permissions import Role
from accounts.services import create_service_key
from certificates.models import Keystore, Truststore
from certificates.pki.certificate import Certificate
from certificates.pki.roles import Role as EntryRole
from certificates.services.keystores import KeyFiles, create_keystore
from certificates.services.known import remember
from certificates.services.truststores import NewEntry, add_version, create_truststore
from certificates.testing.builder import SERVER, Identity, make
from certificates.testing.hierarchy import ISSUING
from common import logcontext
from portal.celery import app as celery_app
from portal.onboarding import onboard
from portal.weblog import formatter
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test writes into the data folder, and none finds what another left in the cache or noted for the
    log.
    """
    settings.DEV_CA_DIR = tmp_path_factory.getbasetemp() / "ca"
    settings.GATEWAY_DIR = tmp_path_factory.mktemp("gateway")
    logcontext.forget()
    yield
    cache.clear()


@pytest.fixture
def account(db: None) -> Account:
    """Harbourline, with its default keystore and default host, and room for many more."""
    made = onboard(
        name="Harbourline", subdomain="harbourline", region="local", gateway_domain="harbourline.test"
    )
    made.host_quota = 100
    made.save(update_fields=["host_quota"])
    return made


@pytest.fixture
def other_account(db: None) -> Account:
    """The stranger's account, as complete as harbourline."""
    return onboard(name="Elsewhere", subdomain="elsewhere", region="local", gateway_domain="elsewhere.test")


def _person(account: Account, name: str, role: Role) -> User:
    user = User.objects.create_user(f"{name}@{account.subdomain}.test", full_name=name.title())
    Member.objects.create(account=account, user=user, role=role)
    return user


@pytest.fixture
def owner_user(account: Account) -> User:
    """An administrator of harbourline."""
    return _person(account, "owner", Role.ADMINISTRATOR)


@pytest.fixture
def reader_user(account: Account) -> User:
    """An auditor of harbourline: reads everything, changes nothing."""
    return _person(account, "reader", Role.AUDITOR)


@pytest.fixture
def stranger_user(other_account: Account) -> User:
    """An administrator of another account."""
    return _person(other_account, "stranger", Role.ADMINISTRATOR)


def _actor(user: User) -> Actor:
    return actors.person(Member.objects.select_related("account", "user").get(user=user))


@pytest.fixture
def owner(owner_user: User) -> Actor:
    """The owner as an actor."""
    return _actor(owner_user)


@pytest.fixture
def reader(reader_user: User) -> Actor:
    """The reader as an actor."""
    return _actor(reader_user)


@pytest.fixture
def stranger(stranger_user: User) -> Actor:
    """The stranger as an actor."""
    return _actor(stranger_user)


def _signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def owner_client(owner_user: User) -> Client:
    """The owner, signed in to the pages."""
    return _signed_in(Client(), owner_user)


@pytest.fixture
def reader_client(reader_user: User) -> Client:
    """The reader, signed in to the pages."""
    return _signed_in(Client(), reader_user)


@pytest.fixture
def stranger_client(stranger_user: User) -> Client:
    """The stranger, signed in to the pages."""
    return _signed_in(Client(), stranger_user)


@pytest.fixture
def api() -> APIClient:
    """Nobody in particular, on the REST API."""
    return _json()


@pytest.fixture
def owner_api(owner_user: User) -> APIClient:
    """The owner, signed in, on the REST API."""
    return _signed_in(_json(), owner_user)


@pytest.fixture
def reader_api(reader_user: User) -> APIClient:
    """The reader, signed in, on the REST API."""
    return _signed_in(_json(), reader_user)


@pytest.fixture
def stranger_api(stranger_user: User) -> APIClient:
    """The stranger, signed in, on the REST API."""
    return _signed_in(_json(), stranger_user)


def _json() -> APIClient:
    client = APIClient()
    client.default_format = "json"
    return client


@pytest.fixture
def key_api(owner: Actor) -> Callable[..., APIClient]:
    """`key_api("hosts:read", …)`: a machine of harbourline with a token from the token endpoint."""

    def with_scopes(*scopes: str) -> APIClient:
        new = create_service_key(actor=owner, name="pipeline", scopes=list(scopes))
        answer = Client().post(
            reverse("oauth-token"),
            {
                "grant_type": "client_credentials",
                "client_id": new.key.client_id,
                "client_secret": new.client_secret,
            },
        )
        client = _json()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
        return client

    return with_scopes


@pytest.fixture
def partner() -> Identity:
    """A partner's client certificate from the Harbour Issuing CA, valid on the day the test runs."""
    now = datetime.now(UTC).replace(microsecond=0)
    return make(
        "partner.example", ISSUING, start=now - timedelta(days=1), end=now + timedelta(days=200), serial=33
    )


@pytest.fixture
def host(owner: Actor) -> VirtualHost:
    """The additional host partners.harbourline.test, without client authentication."""
    return submit(actor=owner, wish=Wish(Operation.CREATE, "partners")).host


@pytest.fixture
def keystore(owner: Actor) -> Keystore:
    """The keystore “example-com”: its entry “api” is for api.example.com and *.shop.example.com."""
    now = datetime.now(UTC).replace(microsecond=0)
    names = [DNSName("api.example.com"), DNSName("*.shop.example.com")]
    server = make(
        "api.example.com",
        ISSUING,
        eku=[SERVER],
        san=names,
        start=now - timedelta(days=1),
        end=now + timedelta(days=200),
        serial=44,
    )
    files = KeyFiles(key=server.key_pem.encode(), certificates=server.chain_pem.encode())
    made = create_keystore(actor=owner, name="example-com", alias="api", files=files, at=now)
    return made.keystore


@pytest.fixture
def truststore(owner: Actor, partner: Identity) -> Truststore:
    """The truststore “partners”: its version 2 pins the partner's certificate."""
    store = create_truststore(actor=owner, name="partners")
    certificate = remember(owner.account, Certificate.from_der(partner.der))
    entry = NewEntry(certificate, EntryRole.CLIENT)
    add_version(actor=owner, store=store, entries=[entry], at=datetime.now(UTC))
    store.refresh_from_db()
    return store


@pytest.fixture
def worker(
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Callable[[], AbstractContextManager[Any]]]:
    """`with worker():` what is announced or mailed inside happens at its end, in this process."""
    celery_app.loader.import_default_modules()
    before = celery_app.conf.task_always_eager, celery_app.conf.task_eager_propagates
    celery_app.conf.task_always_eager = celery_app.conf.task_eager_propagates = True
    yield partial(django_capture_on_commit_callbacks, execute=True)
    celery_app.conf.task_always_eager, celery_app.conf.task_eager_propagates = before


@pytest.fixture
def log_lines() -> Iterator[Callable[[], str]]:
    """What the log says by now, from level INFO on: JSON lines, just as they leave the process."""
    written = io.StringIO()
    handler, root = logging.StreamHandler(written), logging.getLogger()
    handler.setFormatter(formatter("json"))
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
def queries_of() -> Callable[[Callable[[], Any]], int]:
    """How many queries a call takes."""

    def count(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as seen:
            act()
        return len(seen)

    return count


@pytest.fixture
def file() -> Callable[[str, str | bytes], SimpleUploadedFile]:
    """`file("a.pem", text)`: a file for a multipart request."""

    def made(name: str, content: str | bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)

    return made
