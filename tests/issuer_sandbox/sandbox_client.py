# SPDX-License-Identifier: Apache-2.0
"""Starts the sandbox and talks to it as a client does: OAuth 2 with PKCE, PAR and signed assertions, OBIE calls,
and the control port."""
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import ssl
import subprocess
import tempfile
import urllib.parse
import urllib.request

from es256 import base64url, sign_jwt

PROGRAM = os.environ["MEISAI_ISSUER_SANDBOX"]
BASE = "/open-banking/v3.1/aisp"
REDIRECT = "http://127.0.0.1:40123/callback"
PERMISSIONS = ["ReadAccountsDetail", "ReadStatementsDetail", "ReadTransactionsCredits", "ReadTransactionsDebits",
               "ReadTransactionsDetail"]


class Sandbox:
    """The program, in a folder of its own, until the `with` ends."""

    def __init__(self, *options, now="2026-10-03T12:00:00+09:00"):
        self.folder = tempfile.mkdtemp(prefix="issuer-sandbox-")
        self.program = subprocess.Popen(
            [PROGRAM, "--folder", self.folder, "--now", now, "--until-stdin-closes", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        line = self.program.stdout.readline()
        if line != "ready\n":
            raise AssertionError(f"the sandbox did not start: {line!r}")
        self.control_url = self.read("control.url").strip()
        return self

    def __exit__(self, *_):
        self.program.stdin.close()
        self.code = self.program.wait(20)
        self.program.stdout.close()
        shutil.rmtree(self.folder)

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control_url + path, data, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def set_now(self, instant):
        return self.control("POST", "/now", {"instant": instant})

    def now(self):
        """Seconds since 1970 on the sandbox's clock."""
        from datetime import datetime
        return int(datetime.fromisoformat(self.control("GET", "/now")["instant"]).timestamp())

    def fault(self, kind, **members):
        return self.control("POST", "/faults", {"fault": kind, **members})

    def client(self, issuer):
        return Client(self, issuer)


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One registered client at one company."""

    def __init__(self, sandbox, issuer):
        self.sandbox, self.issuer = sandbox, issuer
        registered = json.loads(sandbox.read("clients.json"))[issuer]
        self.id, self.key_id = registered["client_id"], registered.get("key_id")
        self.key = sandbox.read(registered["key_file"]) if "key_file" in registered else None
        profile = sandbox.read(issuer + ".toml")
        self.origin = re.search(r'authorization_server = "([^"]+)"', profile).group(1)
        self.tls = ssl.create_default_context(cafile=os.path.join(sandbox.folder, "ca.pem"))
        self.connection = None

    def connect(self, timeout=20):
        host, port = urllib.parse.urlsplit(self.origin).netloc.split(":")
        return http.client.HTTPSConnection(host, int(port), context=self.tls, timeout=timeout)

    def send(self, method, path, body=None, headers=None):
        connection = self.connect()
        try:
            connection.request(method, path.removeprefix(self.origin), body, headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def post_form(self, path, form):
        return self.send("POST", path, urllib.parse.urlencode(form).encode(),
                         {"Content-Type": "application/x-www-form-urlencoded"})

    # --- OAuth ------------------------------------------------------------------------------------------------
    def assertion(self, **changes):
        now = self.sandbox.now()
        claims = {"iss": self.id, "sub": self.id, "aud": self.origin, "iat": now, "exp": now + 60,
                  "jti": secrets.token_urlsafe(16), **changes}
        return sign_jwt(self.key, {"kid": self.key_id}, claims)

    def proof(self, **changes):
        if self.key is None:
            return {"client_id": self.id}
        return {"client_id": self.id, "client_assertion": self.assertion(**changes),
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}

    def token(self, **form):
        return self.post_form("/token", {**form, **self.proof()})

    def client_token(self):
        return self.token(grant_type="client_credentials", scope="accounts").json["access_token"]

    def new_consent(self, **data):
        body = {"Data": {"Permissions": PERMISSIONS, **data}, "Risk": {}}
        return self.send("POST", BASE + "/account-access-consents", json.dumps(body).encode(),
                         {"Authorization": "Bearer " + self.client_token(), "Content-Type": "application/json"})

    def request_parameters(self, consent=None, **changes):
        self.verifier = secrets.token_urlsafe(48)
        self.state = secrets.token_urlsafe(16)
        parameters = {"response_type": "code", "client_id": self.id, "redirect_uri": REDIRECT, "scope": "accounts",
                      "state": self.state, "code_challenge_method": "S256",
                      "code_challenge": base64url(hashlib.sha256(self.verifier.encode()).digest())}
        if consent:
            parameters["claims"] = json.dumps(
                {"id_token": {"openbanking_intent_id": {"value": consent, "essential": True}}})
        parameters.update(changes)
        return parameters

    def authorize_path(self, parameters):
        """What the browser is sent to."""
        if self.key is not None:
            pushed = self.post_form("/par", {**parameters, **self.proof()})
            if pushed.status != 201:
                raise AssertionError(f"PAR: {pushed.status} {pushed.body}")
            parameters = {"client_id": self.id, "request_uri": pushed.json["request_uri"]}
        return "/authorize?" + urllib.parse.urlencode(parameters)

    def back(self, answer):
        """The parameters with which the browser comes back."""
        location = answer.headers["location"]
        if not location.startswith(REDIRECT + "?"):
            raise AssertionError("the browser is sent elsewhere: " + location)
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))

    def exchange(self, back):
        return self.token(grant_type="authorization_code", code=back["code"], redirect_uri=REDIRECT,
                          code_verifier=self.verifier)

    def link(self, **bounds):
        """All of it, with --auto-approve: consent, browser, tokens."""
        self.consent = self.new_consent(**bounds).json["Data"]["ConsentId"] if self.key or bounds else None
        back = self.back(self.send("GET", self.authorize_path(self.request_parameters(self.consent))))
        self.take(self.exchange(back))
        return self

    def take(self, answer):
        if answer.status != 200:
            raise AssertionError(f"token: {answer.status} {answer.body}")
        self.access, self.refresh = answer.json["access_token"], answer.json["refresh_token"]

    # --- OBIE -------------------------------------------------------------------------------------------------
    def get(self, path, **headers):
        full = path if path.startswith((BASE, "https://")) else BASE + path
        return self.send("GET", full, None, {"Authorization": "Bearer " + self.access,
                                             "Accept": "application/json", **headers})

    def records(self, path):
        """Every record of a listing, over all its pages."""
        found, link, pages = [], path, 0
        while link:
            answer = self.get(link)
            if answer.status != 200:
                raise AssertionError(f"{link}: {answer.status} {answer.body}")
            found += next(iter(answer.json["Data"].values()))
            link, pages = answer.json["Links"].get("Next"), pages + 1
        self.pages = pages
        return found

    def accounts(self):
        return self.records("/accounts")
