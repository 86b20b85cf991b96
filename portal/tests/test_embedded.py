"""The secrets that `./run` makes once, and what a folder of an earlier version lacks."""

import json
import stat

from portal.embedded import NAMES, embedded_secrets


def test_it_makes_each_secret_once(tmp_path):
    made = embedded_secrets(tmp_path, given=False)
    assert set(made) == set(NAMES)
    assert all(made.values())
    assert embedded_secrets(tmp_path, given=False) == made
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_it_adds_what_an_earlier_version_did_not_make(tmp_path):
    old = {"SECRET_KEY": "s", "COUNTERSIGN_FIELD_KEYS": "f"}
    (tmp_path / "secrets.json").write_text(json.dumps(old))
    found = embedded_secrets(tmp_path, given=False)
    assert {name: found[name] for name in old} == old
    assert len(found["COUNTERSIGN_METRICS_TOKEN"]) > 30
    assert embedded_secrets(tmp_path, given=False) == found
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_it_opens_no_metrics_when_the_environment_brings_the_secrets(tmp_path):
    assert embedded_secrets(tmp_path, given=True)["COUNTERSIGN_METRICS_TOKEN"] == ""
    assert not (tmp_path / "secrets.json").exists()
