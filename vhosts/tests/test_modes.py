"""The four client authentications and the two styles of refusal, asked for on pages and on the REST API."""

import pytest
from django.urls import reverse

from vhosts import rest
from vhosts.lifecycle import Operation
from vhosts.models import VirtualHost
from vhosts.services import Wish, submit

REQUESTS = "/api/v1/host-requests/"


def asked(owner, host, **wish):
    submit(actor=owner, wish=Wish(Operation.UPDATE, "", host=str(host.uuid), **wish))
    return VirtualHost.objects.get(pk=host.pk)


@pytest.mark.parametrize("mode", ["optional", "trial", "required"])
def test_it_sets_each_mode_by_rest(owner_api, host, truststore, mode):
    wish = {"operation": "UPDATE", "host": str(host.uuid), "client_auth": mode, "trust": "partners"}
    assert owner_api.post(REQUESTS, wish | {"refusal": "handshake"}).status_code == 201
    shown = owner_api.get(f"/api/v1/hosts/{host.uuid}/").json()
    assert (shown["client_auth"], shown["refusal"], shown["trust"]) == (mode, "handshake", "partners")


@pytest.mark.parametrize("mode", ["optional", "trial"])
def test_it_needs_a_truststore_in_every_mode_that_asks(owner_api, host, mode):
    wish = {"operation": "UPDATE", "host": str(host.uuid), "client_auth": mode}
    answer = owner_api.post(REQUESTS, wish)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "trust")


def test_it_names_an_unknown_style(owner_api, host):
    answer = owner_api.post(REQUESTS, {"operation": "UPDATE", "host": str(host.uuid), "refusal": "rude"})
    assert answer.json()["errors"][0]["field"] == "refusal"


def test_it_keeps_the_mode_and_the_style_when_only_trust_or_description_change(owner, host, truststore):
    asked(owner, host, client_auth="trial", trust="partners", refusal="handshake")
    for change in ({"description": "soon"}, {"trust": "partners"}):
        changed = asked(owner, host, **change)
        assert (changed.client_auth, changed.refusal) == ("trial", "handshake")


def test_it_refuses_a_truststore_alone_for_a_host_that_asks_nobody(owner_api, host, truststore):
    answer = owner_api.post(REQUESTS, {"operation": "UPDATE", "host": str(host.uuid), "trust": "partners"})
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (400, "trust")
    assert "Switch client authentication on in the same request" in error["detail"]
    host.refresh_from_db()
    assert (host.client_auth, host.trust) == ("off", "")


def test_it_offers_every_mode_with_its_sign_and_a_sentence(owner_client, host, truststore):
    page = reverse("vhosts:change", args=[host.uuid])
    text = owner_client.get(page).content.decode()
    for said in ("Refuses nobody", "Who has no certificate is let through", "How it refuses"):
        assert said in text
    form = {"client_auth": "trial", "trust": "partners", "refusal": "handshake", "description": ""}
    owner_client.post(page, form)
    host.refresh_from_db()
    assert (host.client_auth, host.refusal, host.trust) == ("trial", "handshake", "partners")


def test_it_shows_our_own_request_where_the_documented_one_has_no_words(owner_client, account, truststore):
    asking = {"alias": "edi", "client_auth": "trial", "trust": "partners"}
    text = owner_client.get(reverse("vhosts:request"), asking, headers={"HX-Request": "true"})
    assert rest.OWN_PATH in text.content.decode()
    assert "&quot;client_auth&quot;: &quot;trial&quot;" in text.content.decode()
    plain = asking | {"client_auth": "required"}
    text = owner_client.get(reverse("vhosts:request"), plain, headers={"HX-Request": "true"})
    assert rest.PATH in text.content.decode()


@pytest.mark.parametrize("mode", ["optional", "trial"])
def test_it_shows_and_finds_each_mode_in_the_list(owner, owner_client, host, truststore, mode):
    asked(owner, host, client_auth=mode, trust="partners")
    answer = owner_client.get(reverse("vhosts:list"), {"asks": mode})
    assert [found.alias for found in answer.context["page"]] == ["partners"]
