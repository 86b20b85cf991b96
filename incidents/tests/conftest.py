"""Incidents as the API tests need them: raised, with an upload, with the token that only the mail has."""

import re

import pytest

INCIDENTS = "/api/v1/incidents/"


@pytest.fixture
def ticket(account, host):
    """What the queue asks for, about the host “partners”."""
    return {
        "host_alias": "partners",
        "subdomain": "harbourline",
        "account_id": str(account.uuid),
        "email": "security@partner.example",
        "partner": "Nordwind",
    }


@pytest.fixture
def raised(owner_api, ticket, worker):
    """The address of an incident whose partner has the secure link."""
    with worker():
        made = owner_api.post(INCIDENTS, ticket).json()
    return f"{INCIDENTS}{made['uuid']}/"


@pytest.fixture
def secure(raised, mailoutbox):
    """The partner's address on the REST API, with the token from the latest mail."""

    def latest():
        token = re.search(r"/([\w-]{43})\b", mailoutbox[-1].body).group(1)
        return f"/api/v1/secure/{token}/"

    return latest


@pytest.fixture
def checking(raised, owner_api, worker, file, partner):
    """The address of an incident with the partner's chain, judged: our turn."""
    with worker():
        body = {"files": [file("chain.pem", partner.chain_pem)], "message": "Here it is."}
        answer = owner_api.post(f"{raised}uploads/", body, format="multipart")
    assert answer.status_code == 201
    return raised
