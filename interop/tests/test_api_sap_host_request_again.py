"""A host request can be read again under the address that its answer named."""

from django.urls import reverse


def test_it_shows_the_answer_again_and_not_to_a_stranger(key_api, stranger_api, host):
    request = host.requests.get()
    url = reverse("sap-host-request", args=[request.uuid])
    again = key_api("hosts:read").get(url)
    assert again.json()["d"]["virtualHostId"] == str(host.uuid)
    refused = stranger_api.get(url)
    assert refused.status_code == 400  # as SAP answers everything that it does not find
    assert host.name not in refused.content.decode()
