"""The guide to operations is true: it names every metric that there is and no other, each with a rule that
exists and asks for it.
"""

import re
import shutil
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from prometheus_client import REGISTRY

import certificates.metrics  # noqa: F401 - so that it is registered
from gateway.agent import metrics as agent
from gateway.agent.directory import NodeDirectory
from portal.watch.state import State
from portal.watch.tasks import Queue

DOCS = Path(__file__).resolve().parent.parent / "docs"
GUIDE = (DOCS / "guides" / "operations.md").read_text()
ALERTS = DOCS / "operations" / "alerts.yml"
RULES = {
    rule["alert"]: rule["expr"]
    for group in yaml.safe_load(ALERTS.read_text())["groups"]
    for rule in group["rules"]
}
METRIC = r"countersign_\w+"


def documented():
    """metric → (labels, rules), from the tables of the guide."""
    rows = re.findall(rf"^\| `({METRIC})` \|([^|]*)\|[^|]*\|([^|]*)\|$", GUIDE, re.MULTILINE)
    return {name: (_words(labels), _words(rules)) for name, labels, rules in rows}


def _words(cell):
    return {word.strip() for word in cell.split(",") if word.strip()}


def families(tmp_path):
    """Every family of ours, of each kind of process."""
    yield from (family for family in REGISTRY.collect() if family.name.startswith("countersign_"))
    yield from State().collect()
    yield from Queue(_broker()).collect()
    node = NodeDirectory(tmp_path / "node")
    node.prepare("test")
    (node.root / "good" / "wanted.json").write_text("{}")
    yield from agent.Metrics(node).registry.collect()
    yield from agent._of_envoy({"listener.127.0.0.1_1.ssl.fail_verify_san": "1"})


def _broker():
    """One that answers; a journey asks the real one."""
    client = SimpleNamespace(llen=lambda name: 0, hlen=lambda name: 0)
    connection = SimpleNamespace(default_channel=SimpleNamespace(client=client))
    conf = SimpleNamespace(task_default_queue="celery")
    return SimpleNamespace(connection_for_read=lambda: nullcontext(connection), conf=conf)


def existing(tmp_path):
    """metric as the guide writes it → its labels, as far as there are samples."""
    found = {}
    for family in families(tmp_path):
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        found[name] = found.get(name, set()) | labels
    return found


def test_it_names_every_metric_and_no_other(db, tmp_path):
    assert set(documented()) == set(existing(tmp_path))


def test_it_names_their_labels(db, tmp_path):
    named = documented()
    wrong = {
        name: labels for name, labels in existing(tmp_path).items() if labels and labels != named[name][0]
    }
    assert wrong == {}


def test_it_has_a_rule_for_each_that_asks_for_it(db):
    assert {name for name, (_, rules) in documented().items() if not rules} == set()
    for name, (_, rules) in documented().items():
        for rule in rules:
            assert re.search(rf"{name}\b|{name}_bucket\b", RULES[rule]), (name, rule)


def test_it_mentions_every_rule():
    assert set(re.findall(r"\bCountersign[A-Z]\w+", GUIDE)) == set(RULES)


def test_it_asks_for_no_metric_that_does_not_exist():
    asked = {name.removesuffix("_bucket") for expr in RULES.values() for name in re.findall(METRIC, expr)}
    assert asked == set(documented())


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed: apt install prometheus")
def test_it_gives_prometheus_rules_and_a_configuration_that_it_takes(tmp_path):
    for name in ("alerts.yml", "prometheus.yml"):
        shutil.copy(DOCS / "operations" / name, tmp_path)
    (tmp_path / "countersign-token").write_text("token")
    done = subprocess.run(
        ["promtool", "check", "config", "prometheus.yml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
