"""Every endpoint is guarded: for the unknown, and for those without the permission."""

import re

import pytest
from django.urls import URLPattern, get_resolver

from accounts.api.base import AccountViewSet
from accounts.permissions import PERMISSIONS

pytestmark = pytest.mark.django_db
SAMPLES = {
    "uuid": "d6a1ed8c-0000-4000-8000-000000000000",
    "number": "1",
    "name": "some",
    "token": "some",
    "alias": "some",
}
OPEN = {"/api/v1/secure/some/", "/api/v1/schema/"}


def _patterns(resolver, prefix=""):
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield "/" + re.sub(r"<\w+:(\w+)>", lambda match: SAMPLES[match[1]], path), entry.callback
        else:
            yield from _patterns(entry, path)


def _endpoints():
    wanted = ("api/v1/", "apiportal/")
    for mount in get_resolver().url_patterns:
        if str(mount.pattern) in wanted:
            yield from _patterns(mount, str(mount.pattern))


def _acts():
    """Method, address and permission of every act. (Django REST framework adds HEAD while it answers.)"""
    return [
        (method, path, view.cls.needs[action])
        for path, view in _endpoints()
        for method, action in getattr(view, "actions", {}).items()
        if issubclass(view.cls, AccountViewSet) and method != "head"
    ]


def test_it_has_no_view_without_a_guard():
    bare = {path for path, view in _endpoints() if not issubclass(view.cls, AccountViewSet)}
    assert bare == OPEN


def test_it_names_only_permissions_that_exist():
    assert {needed for _, _, needed in _acts()} - {""} <= set(PERMISSIONS)
    assert len(_acts()) > 50


def test_it_asks_the_unknown_to_sign_in_everywhere(api):
    answers = {f"{method} {path}": getattr(api, method)(path).status_code for method, path, _ in _acts()}
    assert set(answers.values()) == {401}, answers


def test_it_refuses_every_act_without_its_scope(key_api):
    machine = key_api("marketplace:read")
    for method, path, needed in _acts():
        if needed:
            answer = getattr(machine, method)(path)
            assert answer.status_code == 403, f"{method} {path}"
            assert needed in answer.content.decode()


def test_it_lets_the_reader_change_nothing(reader_api):
    for method, path, needed in _acts():
        if method != "get":
            assert getattr(reader_api, method)(path).status_code == 403, f"{method} {path} {needed}"


def test_it_shows_a_consumer_nothing_but_the_account(account, owner_user, api):
    owner_user.memberships.update(role="consumer")
    api.force_login(owner_user)
    answers = {path: api.get(path).status_code for method, path, _ in _acts() if method == "get"}
    assert answers.pop("/api/v1/account/") == 200
    assert set(answers.values()) == {403}


def test_it_leaves_descriptions_to_the_openapi_document(owner_api):
    assert owner_api.options("/api/v1/truststores/").status_code == 405
