"""The commands of the consumer's page: from a host and a base path to texts that one may copy.

Pure: no ORM, no request. Only the file names below are for the reader to replace.
"""

from __future__ import annotations

from dataclasses import dataclass

KEY, REQUEST, CERTIFICATE, ISSUER = "client.key", "client.csr", "client.crt", "issuer.crt"
CA_FILE = "gateway-ca.pem"


@dataclass(frozen=True)
class Endpoint:
    """Where an API answers: `host` is a DNS name, `base_path` begins with a slash.

    `ca_file` is the file with the issuer of the host's own certificate, "" when systems know it already.
    `asks` tells whether the host asks for a client certificate, `client_auth` what it does without one, and
    `refusal` how it refuses: explain or handshake.
    """

    host: str
    port: int
    base_path: str
    ca_file: str
    asks: bool
    client_auth: str = "required"
    refusal: str = "explain"

    @property
    def url(self) -> str:
        """The address; the port is written when it is not 443."""
        return f"https://{self.authority}{self.base_path}"

    @property
    def authority(self) -> str:
        """Host, and port when it is not 443."""
        return self.host if self.port == 443 else f"{self.host}:{self.port}"

    @property
    def is_local(self) -> bool:
        """A name under localhost (RFC 6761, section 6.3): curl and browsers know it, others may not."""
        return self.host.endswith(".localhost")


@dataclass(frozen=True)
class Command:
    """Something to copy: where it goes (`label`), what (`text`), what to see or to know (`note`).

    `answer`: it is what one reads, not what one types.
    """

    label: str
    text: str
    note: str = ""
    answer: bool = False


@dataclass(frozen=True)
class Step:
    """One thing to do. `facts` are pairs to fill into a form of another program."""

    title: str
    text: str = ""
    commands: tuple[Command, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Tab:
    """What to do with one tool. `icon` is a name of the icon sprite."""

    key: str
    title: str
    icon: str
    steps: tuple[Step, ...]


def make_request() -> list[Command]:
    """A private key and a certificate signing request (RFC 2986), and a look at the request."""
    return [
        Command(
            "Terminal",
            f"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 \\\n  -out {KEY}\n"
            f'openssl req -new -key {KEY} -subj "/CN=my-client" -out {REQUEST}',
            "Write your system's name instead of my-client.",
        ),
        Command(
            "Terminal",
            f"openssl req -in {REQUEST} -noout -verify -subject",
            "It says “verify OK” and your name.",
        ),
    ]


def check_pair() -> list[Command]:
    """Whether a certificate belongs to a key, how long it lives, and whether it hangs on its issuer."""
    return [
        Command(
            "Terminal",
            f"openssl pkey -in {KEY} -pubout | openssl sha256\n"
            f"openssl x509 -in {CERTIFICATE} -noout -pubkey | openssl sha256",
            "Two equal lines: the certificate belongs to your key.",
        ),
        Command("Terminal", f"openssl x509 -in {CERTIFICATE} -noout -subject -issuer -dates"),
        Command(
            "Terminal",
            f"openssl verify -partial_chain -purpose sslclient \\\n  -CAfile {ISSUER} {CERTIFICATE}",
            f"{ISSUER} is the certificate of the CA that signed yours. It says “{CERTIFICATE}: OK”.",
        ),
    ]


def handshake(endpoint: Endpoint) -> Command:
    """A TLS handshake alone. It ends well even for a certificate that is refused later, over HTTP."""
    where = f"localhost:{endpoint.port}" if endpoint.is_local else f"{endpoint.host}:{endpoint.port}"
    own = [f"-CAfile {endpoint.ca_file}"] * bool(endpoint.ca_file)
    own += [f"-cert {CERTIFICATE} -key {KEY}"] * endpoint.asks
    text = _lines(
        [f"openssl s_client -connect {where}"],
        [f"-servername {endpoint.host}"],
        own,
        ["-brief < /dev/null"],
    )
    note = "“Verification: OK” means that our certificate is good for you."
    if endpoint.asks:
        note += " Whether yours is good for us, the answer to a call tells."
    return Command("Terminal", text, note)


def curl(endpoint: Endpoint, *, certificate: bool) -> Command:
    """One GET, with the client certificate or without. Shows status and headers, then the body."""
    own = [f"--cacert {endpoint.ca_file}"] * bool(endpoint.ca_file)
    own += [f"--cert {CERTIFICATE} --key {KEY}"] * certificate
    return Command("Terminal", _lines(["curl --include"], own, [endpoint.url]))


def _lines(*groups: list[str]) -> str:
    return " \\\n  ".join(" ".join(group) for group in groups if group)


def tabs(endpoint: Endpoint) -> list[Tab]:
    """The whole guide: curl first, OpenSSL only for hosts that ask for a certificate."""
    made = [_curl(endpoint)]
    if endpoint.asks:
        made.insert(0, _openssl(endpoint))
    return [*made, _postman(endpoint), _python(endpoint), _node(endpoint), _java(endpoint)]


def _openssl(endpoint: Endpoint) -> Tab:
    request, look = make_request()
    pair, dates, chain = check_pair()
    steps = (
        Step(
            "Make a key and a request",
            f"{KEY} is the private key: it stays on your machine, and nobody ever needs to see it.",
            (request, look),
        ),
        Step(
            f"Send {REQUEST} to your certificate authority",
            f"It holds your name and your public key, no secret. Save what comes back as {CERTIFICATE}.",
        ),
        Step("Check what came back", "", (pair, dates, chain)),
        Step(
            "Was there a CA in between?",
            "Then send its certificate along: put it behind yours in the same file.",
            (Command("Terminal", f"cat intermediate.crt >> {CERTIFICATE}"),),
        ),
        Step("Shake hands with the host", "", (handshake(endpoint),)),
    )
    return Tab("openssl", "OpenSSL", "key", steps)


def _curl(endpoint: Endpoint) -> Tab:
    call = curl(endpoint, certificate=endpoint.asks)
    steps = [
        Step("Call the API", "", (call,)),
        Step(
            "See what is good",
            "HTTP/2 200, or another answer of the API itself: the door is open."
            + _REFUSED_BY_US[endpoint.refusal] * (endpoint.asks and endpoint.client_auth != "trial"),
        ),
    ]
    if endpoint.asks:
        steps.insert(0, _files(endpoint))
        steps.append(_without(endpoint))
    return Tab("curl", "curl", "terminal", tuple(steps))


_REFUSED_BY_US = {
    "explain": " A 400 with one of the two messages under “When it does not work” comes from the gateway.",
    "handshake": " A connection that breaks off, or a 403 with “The SSL certificate error”, comes from the "
    "gateway.",
}


def _without(endpoint: Endpoint) -> Step:
    """A call without a certificate, and what one sees then."""
    call = curl(endpoint, certificate=False)
    if endpoint.client_auth == "optional":
        return Step(
            "Call without a certificate",
            "You are answered as well: here a certificate is not needed, but one that is sent must be good.",
            (call,),
        )
    if endpoint.client_auth == "trial":
        return Step(
            "Call without a certificate",
            "You are answered as well, for now: the host is in trial, and will need a certificate later.",
            (call,),
        )
    if endpoint.refusal == "handshake":
        return Step(
            "Prove the lock: call without a certificate",
            "There is no HTTP answer: curl ends with 35, 55 or 56 and speaks of an alert or a reset.",
            (call,),
        )
    refusal = '{"message": "No required SSL certificate was sent", "reason": "no_client_certificate"}'
    shown = (call, Command("Answer", refusal, answer=True))
    return Step("Prove the lock: call without a certificate", "You read status 400 and:", shown)


def _files(endpoint: Endpoint) -> Step:
    facts = [
        (CERTIFICATE, "your certificate; the CA in between behind it, if there is one"),
        (KEY, "your private key"),
    ]
    facts += [(endpoint.ca_file, "the issuer of our certificate, from the panel “Our certificate”")] * bool(
        endpoint.ca_file
    )
    return Step("Put your files in one folder", "Write your own names where they differ.", facts=tuple(facts))


def _postman(endpoint: Endpoint) -> Tab:
    steps = []
    if endpoint.ca_file:
        facts = (("CA certificates", "on"), ("PEM file", endpoint.ca_file))
        steps.append(Step("Open Settings, Certificates", "Let Postman trust our certificate.", facts=facts))
    if endpoint.asks:
        facts = (
            ("Host", f"{endpoint.host} : {endpoint.port}"),
            ("CRT file", CERTIFICATE),
            ("KEY file", KEY),
            ("Passphrase", "empty, unless your key has one"),
        )
        steps.append(Step("There, Add Certificate", "The port has a field of its own.", facts=facts))
    steps.append(Step("Send a GET", "", (Command("Address", endpoint.url),)))
    return Tab("postman", "Postman", "send", tuple(steps))


def _python(endpoint: Endpoint) -> Tab:
    trust = f'cafile="{endpoint.ca_file}"' if endpoint.ca_file else ""
    lines = ["import ssl", "import urllib.request", "", f"context = ssl.create_default_context({trust})"]
    lines += [f'context.load_cert_chain("{CERTIFICATE}", "{KEY}")'] * endpoint.asks
    lines += [
        f'with urllib.request.urlopen("{endpoint.url}", context=context, timeout=10) as answer:',
        "    print(answer.status, answer.read().decode())",
    ]
    requests = ["import requests", "", "answer = requests.get(", f'    "{endpoint.url}",']
    requests += [f'    cert=("{CERTIFICATE}", "{KEY}"),'] * endpoint.asks
    requests += [f'    verify="{endpoint.ca_file}",'] * bool(endpoint.ca_file)
    requests += ["    timeout=10,", ")", "print(answer.status_code, answer.text)"]
    steps = (
        Step(
            "With requests",
            "Save it as call.py, then: python call.py",
            (Command("call.py", "\n".join(requests)),),
        ),
        Step(
            "Or with what Python brings along",
            "An answer of 400 and above is raised as urllib.error.HTTPError; its read() is the body.",
            (Command("call.py", "\n".join(lines)),),
        ),
    )
    return Tab("python", "Python", "filetype-py", steps)


def _node(endpoint: Endpoint) -> Tab:
    options = [f'  cert: readFileSync("{CERTIFICATE}"),', f'  key: readFileSync("{KEY}"),'] * endpoint.asks
    options += [f'  ca: readFileSync("{endpoint.ca_file}"),'] * bool(endpoint.ca_file)
    lines = ['import { readFileSync } from "node:fs";'] * bool(options)
    lines += ['import { request } from "node:https";', ""]
    lines += ["const options = {", *options, "};"]
    lines += [
        f'request("{endpoint.url}", options, (answer) => {{',
        "  console.log(answer.statusCode);",
        "  answer.pipe(process.stdout);",
        "}).end();",
    ]
    step = Step("Save it as call.mjs, then: node call.mjs", "", (Command("call.mjs", "\n".join(lines)),))
    return Tab("node", "Node.js", "code-slash", (step,))


def _java(endpoint: Endpoint) -> Tab:
    stores, options = [], []
    if endpoint.asks:
        stores.append(
            f"openssl pkcs12 -export -in {CERTIFICATE} -inkey {KEY} -name client \\\n"
            "  -passout env:PASSWORD -out client.p12"
        )
        options += ["-Djavax.net.ssl.keyStore=client.p12", '-Djavax.net.ssl.keyStorePassword="$PASSWORD"']
    if endpoint.ca_file:
        stores.append(
            f"keytool -importcert -noprompt -alias gateway-ca -file {endpoint.ca_file} \\\n"
            "  -storetype PKCS12 -storepass:env PASSWORD -keystore gateway-ca.p12"
        )
        options += [
            "-Djavax.net.ssl.trustStore=gateway-ca.p12",
            '-Djavax.net.ssl.trustStorePassword="$PASSWORD"',
        ]
    steps = []
    if stores:
        text = "export PASSWORD=choose-a-password\n" + "\n".join(stores)
        steps.append(Step("Make the stores that Java reads", "", (Command("Terminal", text),)))
    steps.append(Step("Save it as Call.java", "", (Command("Call.java", _JAVA % endpoint.url),)))
    steps.append(
        Step("Start it", "", (Command("Terminal", _lines(["java"], *[[o] for o in options], ["Call.java"])),))
    )
    return Tab("java", "Java", "cup-hot", tuple(steps))


_JAVA = """import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Call {
    public static void main(String[] args) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("%s")).build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.body());
    }
}"""
