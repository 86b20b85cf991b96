"""The test hierarchy is the same on every machine and every day, and real tools agree with it."""

import subprocess
from pathlib import Path

from certificates.testing.hierarchy import ISSUING, NOW, PARTNER, ROOT, SHA1_SIGNED, Identity


def test_it_never_changes() -> None:
    assert PARTNER.fingerprint == "1ec54cc66b488afc34013817069740498f029d2ce5860423f25280f55771db46"


def verified(leaf: Identity, tmp_path: Path, *options: str) -> bool:
    (tmp_path / "root").write_text(ROOT.pem)
    (tmp_path / "chain").write_text(ISSUING.pem)
    (tmp_path / "leaf").write_text(leaf.pem)
    command = ["openssl", "verify", "-attime", str(int(NOW.timestamp())), "-purpose", "sslclient", *options]
    files = ["-CAfile", str(tmp_path / "root"), "-untrusted", str(tmp_path / "chain"), str(tmp_path / "leaf")]
    return subprocess.run(command + files, capture_output=True).returncode == 0


def test_it_satisfies_openssl(tmp_path: Path) -> None:
    assert verified(PARTNER, tmp_path, "-auth_level", "2")


def test_its_sha_1_signature_is_real_and_weak(tmp_path: Path) -> None:
    assert verified(SHA1_SIGNED, tmp_path, "-auth_level", "0")
    assert not verified(SHA1_SIGNED, tmp_path, "-auth_level", "2")


def test_it_shows_no_private_key_in_its_repr() -> None:
    assert "key" not in repr(PARTNER).lower().replace("partner", "")
