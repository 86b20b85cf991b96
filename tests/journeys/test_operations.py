"""What operations see of a running product: metrics of all processes, health, and one id from a request's
answer to the log of the worker and of the agent.
"""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parent.parent.parent / "docs" / "guides" / "operations.md"
CHECK, START = "11111111aaaa4aaa8aaa222222222222", "33333333bbbb4bbb8bbb444444444444"


def get(url, **headers):
    """Status, headers and text."""
    return send(urllib.request.Request(url, headers=headers))


def send(request):
    try:
        answer = urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read().decode()


def metrics(product):
    """The text of each process by its name."""
    watch = product.ready["watch"]
    token = {"Authorization": f"Bearer {watch['token']}"}
    return {
        "portal": get(watch["portal"], **token)[2],
        "worker": get(watch["worker"])[2],
        "agent": get(watch["agent"])[2],
    }


def machine(product):
    """The header of a service key's token."""
    key = json.loads(Path(product.ready["service_key_file"]).read_text())
    asked = {
        "grant_type": "client_credentials",
        "client_id": key["clientId"],
        "client_secret": key["clientSecret"],
    }
    request = urllib.request.Request(key["tokenUrl"], urllib.parse.urlencode(asked).encode())
    return {"Authorization": f"Bearer {json.loads(send(request)[2])['access_token']}"}


def post(url, body, headers):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {**headers, "Content-Type": "application/json"}
    )
    return send(request)


def wait_until(holds):
    """Twenty seconds at most."""
    for _ in range(200):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("it did not happen")


@pytest.mark.journey
def test_it_tells_every_metric_of_the_guide(product):
    wait_until(lambda: "countersign_sweep_age_seconds{" in metrics(product)["portal"])
    texts = metrics(product)
    told = {
        name
        for text in texts.values()
        for name in re.findall(r"^# TYPE (countersign_\w+)", text, re.MULTILINE)
    }
    assert told == set(re.findall(r"^\| `(countersign_\w+)`", GUIDE.read_text(), re.MULTILINE))
    assert 'countersign_nodes{state="proven"} 1.0' in texts["portal"]
    assert re.search(
        r'countersign_tasks_total{outcome="success",task="certificates.tasks.sweep_uploads"} [1-9]',
        texts["worker"],
    )
    assert "countersign_queue_length" in texts["worker"]
    assert "countersign_envoy_ready 1.0" in texts["agent"]


@pytest.mark.journey
def test_it_adds_up_what_gunicorns_processes_counted(product):
    def answered():
        found = re.search(
            r'countersign_requests_total{method="GET",status="200",view="portal:live"} (\d+)',
            metrics(product)["portal"],
        )
        return int(found[1]) if found else 0

    before = answered()
    for _ in range(30):
        get(f"{product.url}/health/live")
    assert answered() == before + 30
    assert answered() == before + 30  # whichever process tells


@pytest.mark.journey
def test_it_is_ready_and_each_node_is(product):
    status, _, text = get(product.ready["watch"]["health"])
    assert (status, json.loads(text)["ready"]) == (200, True), text
    status, _, text = get(product.ready["watch"]["agent"].replace("/metrics", "/health"))
    assert (status, json.loads(text)["ready"]) == (200, True)
    assert get(product.ready["watch"]["portal"])[0] == 401


@pytest.mark.journey
def test_it_logs_a_deployment_under_the_ids_of_its_requests(product):
    url, headers = f"{product.url}/api/v1/deployments/", machine(product)
    status, said, text = post(url, {"note": "for the log"}, {**headers, "X-Request-ID": CHECK})
    assert (status, said["X-Request-ID"]) == (201, CHECK), text
    planned = json.loads(text)
    own = f"{url}{planned['uuid']}/"
    wait_until(lambda: json.loads(get(own, **headers)[2])["status"] == "ready")
    status, _, text = post(f"{own}deploy/", {}, {**headers, "X-Request-ID": START})
    assert status == 200, text
    wait_until(lambda: json.loads(get(own, **headers)[2])["status"] == "live")

    def line(log, words):
        text = (product.data / "log" / log).read_text()
        return next((line for line in text.splitlines() if words in line), "")

    number = planned["number"]
    assert CHECK in line("worker.log", f"deployment {number} is compiled and checked")
    assert START in line("agent.log", f"proved deployment {number}")
    assert START in line("access.log", f"{planned['uuid']}/deploy/")
    trail = json.loads(get(f"{product.url}/api/v1/audit/?search={START}", **headers)[2])["results"]
    assert {entry["action"] for entry in trail} >= {"deployment:started", "deployment:live"}
