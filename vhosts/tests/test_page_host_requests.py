"""Requesting a host, changing it, and what becomes of each request."""

from django.urls import reverse

from vhosts.models import HostRequest, VirtualHost

NEW = {"alias": "edi", "client_auth": "required", "trust": "partners", "description": "EDI partners"}


def test_it_makes_a_host_and_goes_there(owner_client, truststore):
    answer = owner_client.post(reverse("vhosts:request"), NEW)
    host = VirtualHost.objects.get(alias="edi")
    assert answer.url == reverse("vhosts:detail", args=[host.uuid])
    assert (host.client_auth, host.trust, host.description) == ("required", "partners", "EDI partners")


def test_it_asks_nobody_for_a_certificate_unless_that_is_chosen(owner_client, truststore):
    answer = owner_client.get(reverse("vhosts:request"))
    assert [c["value"] for c in answer.context["form"].choices_of_client_auth() if c["chosen"]] == ["off"]
    assert "&quot;isClientAuthEnabled&quot;: false" in answer.content.decode()


def test_it_names_the_field_and_keeps_what_was_typed(owner_client, truststore):
    answer = owner_client.post(reverse("vhosts:request"), NEW | {"alias": "Not_An_Alias"})
    assert "alias" in answer.context["form"].errors
    assert "Not_An_Alias" in answer.content.decode()
    assert "EDI partners" in answer.content.decode()


def test_it_asks_for_the_truststore_that_is_missing(owner_client, account):
    answer = owner_client.post(reverse("vhosts:request"), NEW | {"trust": ""})
    assert "trust" in answer.context["form"].errors
    assert HostRequest.objects.get(operation="CREATE", wish__alias="edi").status == "failed"


def test_it_does_not_take_none_for_the_truststore_that_there_is(owner_client, host, truststore):
    page = reverse("vhosts:change", args=[host.uuid])
    asked = {"alias": "partners", "client_auth": "required", "trust": "partners"}
    owner_client.post(page, asked)
    answer = owner_client.post(page, asked | {"trust": ""})
    assert "trust" in answer.context["form"].errors
    host.refresh_from_db()
    assert host.trust == "partners"


def test_it_shows_the_rest_request_for_what_is_typed(owner_client, truststore):
    answer = owner_client.get(reverse("vhosts:request"), NEW, headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "VirtualHostRequests" in text
    assert "&quot;virtualHostUrl&quot;: &quot;edi&quot;" in text
    assert "&quot;trustStore&quot;: &quot;partners&quot;" in text


def test_it_quotes_what_is_typed_for_the_shell(owner_client, account):
    answer = owner_client.get(reverse("vhosts:request"), {"alias": "a';id;'"}, headers={"HX-Request": "true"})
    assert "&#x27;&quot;&#x27;&quot;&#x27;;id;" in answer.content.decode()


def test_it_changes_a_host(owner_client, host, truststore):
    asked = {"client_auth": "required", "trust": "partners", "description": "now locked"}
    owner_client.post(reverse("vhosts:change", args=[host.uuid]), asked)
    host.refresh_from_db()
    assert (host.client_auth, host.trust, host.description) == ("required", "partners", "now locked")


def test_it_shows_the_wish_and_why_it_failed(owner_client, account):
    owner_client.post(reverse("vhosts:request"), NEW | {"trust": ""})
    failed = HostRequest.objects.get(status="failed")
    text = owner_client.get(reverse("vhosts:host_request", args=[failed.uuid])).content.decode()
    assert "needs a truststore" in text
    assert "VHR_VIRTUALHOST_TRUST_STORE_MISSING" in text
    assert str(failed) in owner_client.get(reverse("vhosts:requests")).content.decode()


def test_it_lets_a_long_refused_alias_break_on_a_small_screen(owner_client, account):
    owner_client.post(reverse("vhosts:request"), NEW | {"alias": "a" * 80, "trust": ""})
    text = owner_client.get(reverse("vhosts:requests")).content.decode()
    assert f'<span class="text-break">{"a" * 80}</span>' in text


def test_it_hides_a_host_and_its_requests_from_a_stranger(stranger_client, host):
    request = host.requests.get()
    assert stranger_client.get(reverse("vhosts:change", args=[host.uuid])).status_code == 404
    assert stranger_client.get(reverse("vhosts:host_request", args=[request.uuid])).status_code == 404
    assert str(request.uuid) not in stranger_client.get(reverse("vhosts:requests")).content.decode()


def test_it_lets_a_reader_read_requests_and_make_none(reader_client, host):
    assert reader_client.get(reverse("vhosts:requests")).status_code == 200
    assert reader_client.post(reverse("vhosts:request"), NEW).status_code == 403
    assert (
        reader_client.post(reverse("vhosts:change", args=[host.uuid]), {"client_auth": "off"}).status_code
        == 403
    )
    assert not VirtualHost.objects.filter(alias="edi").exists()


def test_it_lists_30_requests_with_as_many_queries_as_3(owner_client, owner, host, queries_of):
    def look():
        assert owner_client.get(reverse("vhosts:requests")).status_code == 200

    def more(numbers):
        for number in numbers:
            HostRequest.objects.create(
                account=owner.account, number=number, operation="UPDATE", host=host, wish={}, actor="x"
            )

    more(range(10, 12))
    few = queries_of(look)
    more(range(12, 40))
    # A page more brings the links of the paginator, and no query.
    assert queries_of(look) == few
