"""A portal whose release sends another form: the agent goes on with what it has, and takes denials only."""

import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest

from gateway.agent.bundle import Wanted
from gateway.agent.denied import Denied
from gateway.agent.release import FORM, RELEASE
from gateway.agent.remote.portal import OtherForm, RemotePortal

WANTED = Wanted("127.0.0.1", 8443, ("ef" * 32,))
DENIED = Denied((f"acme:{'34' * 32}",))


@pytest.fixture
def portal(tmp_path: Path) -> RemotePortal:
    identity = SimpleNamespace(portal=lambda: {"url": "https://localhost:1"}, context=None)
    return RemotePortal(identity, tmp_path / "outbox.json")


def answer(**changes: object) -> bytes:
    told = {**WANTED.to_json(), "version": WANTED.version, "denied": DENIED.to_json()}
    return json.dumps(told | {"form": FORM, "release": RELEASE} | changes).encode()


def test_it_takes_what_is_wanted_in_its_own_form(portal: RemotePortal) -> None:
    assert portal._take(answer()) == (WANTED.version, DENIED.version)
    assert (portal.wanted(), portal.denied()) == (WANTED, DENIED)


def test_it_takes_only_denials_in_another_form(portal: RemotePortal) -> None:
    with pytest.raises(OtherForm, match=rf"9\.0\.0 \(form {FORM + 1}\), this agent release {RELEASE}"):
        portal._take(answer(form=FORM + 1, release="9.0.0", digests="in a form that nobody knows yet"))
    assert (portal.wanted(), portal.denied()) == (None, DENIED)


def test_it_knows_a_portal_from_before_forms(portal: RemotePortal) -> None:
    told = json.loads(answer())
    del told["form"], told["release"]
    with pytest.raises(OtherForm, match=r"runs an older release"):
        portal._take(json.dumps(told).encode())


def test_it_asks_again_and_says_so_once(
    portal: RemotePortal, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = [answer(form=FORM + 1), answer(form=FORM + 1), answer()]

    def ask(method: str, path: str, **how: object) -> tuple[int, bytes]:
        asked.append(path)
        if len(asked) == len(answers):
            portal.close()
        return 200, answers[len(asked) - 1]

    monkeypatch.setattr(portal, "_line", SimpleNamespace(ask=ask))
    monkeypatch.setattr("gateway.agent.remote.line.FIRST", 0.01)
    with caplog.at_level(logging.INFO):
        portal._listen()
    assert asked[1].startswith(f"/node/wanted?have=&denied={DENIED.version}&")
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert portal.wanted() == WANTED
