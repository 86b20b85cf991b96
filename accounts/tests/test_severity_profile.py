"""An administrator chooses how strictly certificates are judged, by page and by REST."""

from django.urls import reverse

URL = "/api/v1/account/"


def test_it_is_chosen_on_the_page_of_people(owner_client, account):
    page = owner_client.get(reverse("accounts:members")).content.decode()
    assert "OpenSSL security level 2" in page
    answer = owner_client.post(
        reverse("accounts:severity_profile"), {"severity_profile": "level2"}, follow=True
    )
    assert "From the next upload on." in answer.content.decode()
    account.refresh_from_db()
    assert account.severity_profile == "level2"


def test_it_is_chosen_by_rest(owner_api, account):
    answer = owner_api.patch(URL, {"severity_profile": "lenient"})
    assert answer.json()["account"]["severity_profile"] == "lenient"


def test_it_names_the_field_that_does_not_fit(owner_api, owner_client, account):
    errors = owner_api.patch(URL, {"severity_profile": "none"}).json()["errors"]
    assert errors[0]["field"] == "severity_profile"
    owner_client.post(reverse("accounts:severity_profile"), {"severity_profile": "none"})
    account.refresh_from_db()
    assert account.severity_profile == "strict"


def test_it_is_not_the_auditors_to_choose_and_a_stranger_changes_his_own(
    reader_api, reader_client, stranger_api, account
):
    assert reader_api.patch(URL, {"severity_profile": "lenient"}).status_code == 403
    answer = reader_client.post(reverse("accounts:severity_profile"), {"severity_profile": "lenient"})
    assert answer.status_code == 403
    stranger_api.patch(URL, {"severity_profile": "lenient"})
    account.refresh_from_db()
    assert account.severity_profile == "strict"
