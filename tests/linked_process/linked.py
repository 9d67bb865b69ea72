# SPDX-License-Identifier: Apache-2.0
"""A person with two linked card companies: the household of the other process tests, and the sandbox that plays the
companies. Store and sandbox share one time, which `at` moves for both."""
import json
import os

from household import Case, Household
from sandbox_client import Sandbox

FIRST = "2026-10-03T12:00:00+09:00"
ISSUERS = ("aoba_card", "minato_card")


class LinkedHousehold(Household):
    """A household whose commands run at `now`, the sandbox's time."""

    def __init__(self, folder, sandbox):
        super().__init__(folder)
        self.sandbox, self.now, self.said = sandbox, FIRST, []
        self.variables["BROWSER"] = (f"curl --silent --location --cacert {sandbox.folder}/ca.pem "
                                     "--output /dev/null %s")

    def start(self, *words, now=None, **how):
        return super().start(*words, now=now or self.now, **how)

    def run(self, *words, **how):
        ran = super().run(*words, **how)
        self.said.append(ran)
        return ran

    def at(self, instant):
        self.sandbox.set_now(instant)
        self.now = instant

    def register(self, issuer, **how):
        registered = json.loads(self.sandbox.read("clients.json"))[issuer]
        file = registered.get("key_file")
        key = ["--key-file", os.path.join(self.sandbox.folder, file)] if file else []
        return self.run("issuers", "register", issuer, "--profile", os.path.join(self.sandbox.folder, issuer + ".toml"),
                        "--client-id", registered["client_id"], *key, **how)

    def agree(self, *words, **how):
        """Any command that shows the consent screen: first to see it, then to agree to it. The last run."""
        shown = self.run("--no-input", *words)
        if shown.exit != 22:
            return shown
        return self.run(*words, "--accept", shown.json()["consent_screen"]["hash"], **how)

    def link(self, issuer, *options, **how):
        return self.agree("link", issuer, *options, **how)

    def renew(self, consent, **how):
        return self.agree("consent", "renew", consent, **how)

    def connections(self, **how):
        """By issuer, the newest of each."""
        return {one["issuer"]: one for one in self.run("connections", **how).json()["connections"]}

    def consents(self, **how):
        return self.run("consent", "list", **how).json()["consents"]


class LinkedCase(Case):
    """A sandbox and a household with a simulated store in which both companies are registered."""

    sandbox_options = ()

    def setUp(self):
        self.sandbox = Sandbox("--auto-approve", *self.sandbox_options, now=FIRST)
        self.sandbox.__enter__()
        self.addCleanup(self.sandbox.__exit__)
        super().setUp()
        for issuer in ISSUERS:
            self.ok(self.home.register(issuer))

    def household(self):
        plain = super().household()
        return LinkedHousehold(plain.folder, self.sandbox)

    # ---- what the companies saw --------------------------------------------------------------------------------

    def counts(self, issuer):
        return self.sandbox.control("GET", "/state")["companies"][issuer]["counts"]

    def requests(self, issuer=None):
        """Every request since the log was cleared, in the order of their arrival."""
        log = self.sandbox.control("GET", "/log")
        found = [request | {"issuer": connection["issuer"]} for connection in log["connections"]
                 for request in connection["requests"] if issuer in (None, connection["issuer"])]
        return sorted(found, key=lambda request: request["arrived_ns"])

    def forget_traffic(self):
        self.sandbox.control("DELETE", "/log")
        return {connection["connection"]: len(connection["requests"])
                for connection in self.sandbox.control("GET", "/log")["connections"]}

    # ---- what a sync came to -----------------------------------------------------------------------------------

    def link_both(self):
        for issuer in ISSUERS:
            self.ok(self.home.link(issuer))
        self.ids = {issuer: one["id"] for issuer, one in self.home.connections().items()}

    def of(self, ran, issuer):
        """The report of one company's connection."""
        (report,) = [one for one in ran.json()["connections"] if one["issuer"] == issuer]
        return report

    def sync(self, *issuers, code=0):
        ran = self.home.run("sync", *(self.ids[issuer] for issuer in issuers))
        self.assertEqual(ran.exit, code, ran)
        return ran

    def reasons(self, ran):
        return {one["issuer"]: one["reason"] for one in ran.json()["connections"]}
