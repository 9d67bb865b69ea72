# SPDX-License-Identifier: Apache-2.0
"""A run with everything that can happen to a linked person, and then a search for every token, code, verifier, state,
assertion, key and card number of it: in every file that the person has, and in all that was ever printed. One thing
is shown on purpose: the address that `link` wants opened, with its one-time state or pushed request, on stderr, for
whoever has to open it by hand."""
import base64
import json
import os
import re
import resource
import signal

from household import files_below, main
from linked import ISSUERS, LinkedCase
from secret_forms import Search, forms

SHOWN_BY_LINK = {"request_uri", "state"}


class Canary(LinkedCase):
    sandbox_options = ("--remember-secrets",)

    def both(self, *words):
        """With --json and without; both run, however they end."""
        return [self.home.run(*words, as_json=as_json) for as_json in (True, False)]

    def fault(self, kind, *, sync=True, **members):
        self.sandbox.fault(kind, **members)
        if sync:
            self.both("sync")
            self.sandbox.control("DELETE", "/faults")

    def consent_of(self, issuer):
        return self.home.connections()[issuer]["consent_id"]

    def renew_all(self):
        for issuer in ISSUERS:
            self.home.renew(self.consent_of(issuer))

    def the_whole_life(self):
        self.link_both()
        self.both("sync")
        self.home.at("2026-10-06T12:00:00+09:00")  # a refresh each
        self.both("sync")
        for field in ("TransactionInformation", "TransactionId", "TransactionReference", "AccountId"):
            self.fault("pan_in_field", path="*/transactions", field=field)
        self.fault("pan_in_field", path="*/accounts", field="Nickname")
        for kind, members in (("wrong_owner", {}), ("schema_drift", {}), ("optional_wrong", {}), ("not_json", {}),
                              ("cut_off", {}), ("deep_json", {}), ("huge_body", {"bytes": 6 << 20}), ("redirect", {}),
                              ("unavailable", {}), ("endless_next", {}), ("next_other_host", {}),
                              ("too_many_requests", {"retry_after": 1})):
            self.fault(kind, path="*/transactions", **members)
        self.home.at("2026-10-06T13:00:00+09:00")
        self.fault("lost_refresh", path="/token")
        self.renew_all()
        for kind, path in (("wrong_iss", "/authorize*"), ("wrong_state", "/authorize*"), ("scope_excess", "/token"),
                           ("lost_answer", "/token"), ("cut_off", "/token"), ("not_json", "/token")):
            self.fault(kind, path=path, sync=False)
            for issuer in ISSUERS:
                self.home.agree("consent", "renew", self.consent_of(issuer), seconds=60)
            self.sandbox.control("DELETE", "/faults")
        self.renew_all()
        self.both("sync")
        for which in ("access", "all"):
            for issuer in ISSUERS:
                self.sandbox.control("POST", "/tokens/end", {"issuer": issuer, "which": which})
            self.both("sync")
        self.renew_all()
        self.die_in_the_middle()
        self.both("sync")
        opened = self.ok(self.home.run("incident", "open", "--issuer", "aoba_card", "--degree", "cancel",
                                       "--reason", "test"))
        self.both("sync", self.ids["aoba_card"])
        self.home.run("incident", "lift", opened.json()["incidents"][0]["id"], "--reason", "test")
        self.renew_all()
        self.sandbox.fault("unavailable", path="/revoke")
        self.both("consent", "revoke", self.consent_of("minato_card"), "--held", "keep")
        self.sandbox.control("DELETE", "/faults")
        self.both("sync")
        self.both("sync", self.ids["minato_card"])
        self.look_at_everything()

    def die_in_the_middle(self):
        for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGKILL):
            self.sandbox.fault("slow", path="*/transactions", ms=50, bytes=500)
            running = self.home.start("sync")
            self.forget_traffic()
            self.wait_until(lambda: [r for r in self.requests() if r["path"].endswith("/transactions")], "it asks")
            with open(f"/proc/{running.pid}/limits", encoding="ascii") as file:
                self.assertRegex(file.read(), r"Max core file size +0 +0 ")
            running.signal(number)
            ran = running.wait()
            self.home.said.append(ran)
            self.assertEqual((ran.signal, ran.core), (number, False))
            self.sandbox.control("DELETE", "/faults")

    def look_at_everything(self):
        self.both("audit", "list")
        for words in (("audit", "verify"), ("doctor",), ("doctor", "--prune"), ("status",), ("connections",),
                      ("consent", "list"), ("issuers",), ("cards",), ("statements",), ("transactions",), ("changes",),
                      ("coverage",), ("upcoming",), ("incident", "list")):
            self.both(*words)
        for target in ("csv", "jsonl", "hledger"):
            self.ok(self.home.run("export", target, as_json=False))
            self.ok(self.home.run("export", target, "--out", self.home.path("work", target)))
        for issuer in ISSUERS:
            self.both("issuers", "show", issuer)
            self.both("consent", "show", self.consent_of(issuer))
        for row in self.home.transactions()[-3:]:
            self.both("transactions", "show", row["id"], "--why")

    def secrets(self):
        found = self.sandbox.control("GET", "/secrets")["secrets"]
        key = self.sandbox.read("aoba_client_key.pem")
        body = "".join(line for line in key.splitlines() if "-----" not in line)
        found += [{"kind": "client_key", "value": line} for line in key.splitlines() if "-----" not in line]
        self.key_bytes = base64.b64decode(body)[36:68]  # the number itself, inside PKCS#8
        return found

    def test_no_secret_is_anywhere(self):
        resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)
        self.the_whole_life()
        secrets = self.secrets()
        kinds = {one["kind"] for one in secrets}
        self.assertEqual(kinds, {"access_token", "refresh_token", "client_token", "code", "code_verifier", "state",
                                 "request_uri", "client_assertion", "client_key", "card_number"})
        search = Search(secrets)
        self.the_search_finds(search, secrets)
        count = size = 0
        for path in files_below(self.home.folder):
            with open(path, "rb") as file:
                data = file.read() + b"\0" + os.fsencode(path)
            count, size = count + 1, size + len(data)
            self.assertEqual(search.kinds(data), set(), path)
            self.assertNotIn(self.key_bytes, data, path)
            self.assertFalse(os.path.basename(path).startswith("core"), path)
        self.assertGreater(count, 5)
        shown = set()
        for ran in self.home.said:
            words = [word for word in map(str, ran.words) if word in ("link", "renew")]
            allowed = SHOWN_BY_LINK if words else set()
            found = search.kinds(ran.err)
            self.assertLessEqual(found, allowed, f"stderr of {ran.words}")
            self.assertEqual(search.kinds(ran.out), set(), f"stdout of {ran.words}")
            shown |= found
        self.assertEqual(shown, SHOWN_BY_LINK, "the address was printed, and the search saw it")
        exits = sorted({ran.exit for ran in self.home.said})
        self.assertEqual([str(ran) for ran in self.home.said if ran.exit in (1, 2)], [])
        print(f"[{len(secrets)} secrets of {len(kinds)} kinds in {count} files ({size} bytes) and "
              f"{len(self.home.said)} runs that ended with {exits}]", flush=True)
        self.assertLessEqual({0, 3, 20, 21, 22}, set(exits))

    def the_search_finds(self, search, secrets):
        """The control: planted, each is found in each of its forms."""
        for one in secrets[:: max(1, len(secrets) // 40)]:
            for form in forms(one["value"]):
                self.assertIn(one["kind"], search.kinds(b"before" + form + b"after"))
        token = next(one["value"] for one in secrets if one["kind"] == "access_token")
        for before in ("", "x", "xy"):
            for code in (base64.b64encode, base64.urlsafe_b64encode):
                self.assertEqual(search.kinds(code(f"{before}{token}zzz".encode())), {"access_token"})
        for number in ("4111 1111 1111 1111", "4111-1111-1111-1111", "1111111111111114", "4.1.1.1111111111111"):
            self.assertEqual(search.kinds(json.dumps({"text": number}).encode()), {"card_number"})
        self.assertEqual(search.kinds(b"4111111111111112 and Bearer"), set())
        self.assertEqual(search.kinds(re.sub(rb"[0-9A-Za-z]", b"x", token.encode())), set())


if __name__ == "__main__":
    main()
