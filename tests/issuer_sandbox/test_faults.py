# SPDX-License-Identifier: Apache-2.0
"""Every fault switch, as it looks from outside, and the log that proves when a client fell silent."""
import gzip
import http.client
import json
import socket
import ssl
import struct
import time
import unittest
import urllib.error

from sandbox_client import BASE, REDIRECT, Sandbox

ROWS = "*/transactions"


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox("--auto-approve", "--access-life", "1000000").__enter__()
        cls.addClassCleanup(cls.sandbox.__exit__, None, None, None)
        cls.client = cls.sandbox.client("aoba_card").link()
        cls.account = cls.client.accounts()[0]["AccountId"]

    def setUp(self):
        self.addCleanup(self.sandbox.control, "DELETE", "/faults")
        self.rows = f"/accounts/{self.account}/transactions"

    def records(self, path=None):
        return next(iter(self.client.get(path or self.rows).json["Data"].values()))

    def test_nothing_is_wrong_without_a_fault(self):
        self.assertEqual(self.sandbox.control("GET", "/faults"), {"faults": []})
        self.assertEqual(len(self.records()), 25)

    def test_unknown_faults_are_refused(self):
        for body in ({"fault": "gremlins"}, {"fault": "slow", "issuer": "nobody_card"}, {}):
            with self.assertRaises(urllib.error.HTTPError) as refusal:
                self.sandbox.control("POST", "/faults", body)
            self.assertEqual(refusal.exception.code, 400)
            refusal.exception.close()

    def test_counts_and_paths(self):
        self.sandbox.fault("unavailable", issuer="aoba_card", path=ROWS, after=1, times=2)
        self.assertEqual([self.client.get(self.rows).status for _ in range(5)], [200, 503, 503, 200, 200])
        self.sandbox.fault("unavailable", issuer="minato_card")
        self.assertEqual(self.client.get(self.rows).status, 200)
        self.sandbox.fault("unavailable", issuer="aoba_card", path=BASE + "/accounts")
        self.assertEqual([self.client.get(p).status for p in ("/accounts", self.rows)], [503, 200])

    def test_too_many_requests(self):
        for wait in ("120", "Sat, 03 Oct 2026 03:02:00 GMT"):
            self.sandbox.fault("too_many_requests", path=ROWS, retry_after=wait, times=1)
            answer = self.client.get(self.rows)
            self.assertEqual((answer.status, answer.headers["retry-after"], answer.body), (429, wait, b""))
        self.sandbox.fault("too_many_requests", path=ROWS, times=1)
        self.assertNotIn("retry-after", self.client.get(self.rows).headers)

    def test_redirect(self):
        self.sandbox.fault("redirect", path=ROWS, to="https://elsewhere.invalid/x", status=307)
        answer = self.client.get(self.rows)
        self.assertEqual((answer.status, answer.headers["location"]), (307, "https://elsewhere.invalid/x"))

    def test_slow(self):
        whole = self.client.get(self.rows).body
        self.sandbox.fault("slow", path=ROWS, ms=20, bytes=len(whole) // 10)
        begun = time.monotonic()
        self.assertEqual(self.client.get(self.rows).body, whole)
        self.assertGreater(time.monotonic() - begun, 0.2)

    def test_cut_off(self):
        whole = len(self.client.get(self.rows).body)
        self.sandbox.fault("cut_off", path=ROWS, per_cent=50)
        with self.assertRaises((http.client.IncompleteRead, ssl.SSLEOFError)) as broken:
            self.client.get(self.rows)
        if isinstance(broken.exception, http.client.IncompleteRead):
            self.assertLessEqual(len(broken.exception.partial), whole // 2)

    def test_wrong_owner(self):
        mine = self.client.accounts()
        self.sandbox.fault("wrong_owner")
        theirs = self.client.accounts()
        self.assertFalse({a["AccountId"] for a in mine} & {a["AccountId"] for a in theirs})
        self.assertNotEqual(mine[0]["Account"], theirs[0]["Account"])
        self.assertNotIn(self.account, {row["AccountId"] for row in self.records()})

    def test_card_number_in_a_field(self):
        self.sandbox.fault("pan_in_field", path=ROWS, record=3, times=1)
        rows = self.records()
        self.assertTrue(rows[3]["TransactionInformation"].endswith(" 4111111111111111"))
        self.assertEqual(json.dumps(rows).count("4111111111111111"), 1)
        self.sandbox.fault("pan_in_field", path=ROWS, field="TransactionId", times=1)
        self.assertEqual({row["TransactionId"] for row in self.records()}, {"4111111111111111"})

    def test_schema_drift(self):
        self.sandbox.fault("schema_drift", path=ROWS, times=1)
        self.assertFalse([row for row in self.records() if "Amount" in row])
        self.sandbox.fault("schema_drift", path=ROWS, member="BookingDateTime", renamed="BookedAt", record=0, times=1)
        rows = self.records()
        self.assertEqual((sum("BookingDateTime" in row for row in rows), "BookedAt" in rows[0]), (24, True))

    def test_optional_member_of_a_wrong_type(self):
        self.sandbox.fault("optional_wrong", path=ROWS, record=1, times=1)
        self.assertEqual(self.records()[1]["CurrencyExchange"], 42)
        self.sandbox.fault("optional_wrong", path=ROWS, member="SupplementaryData", times=1)
        self.assertEqual({row["SupplementaryData"] for row in self.records()}, {42})

    def test_endless_next(self):
        self.sandbox.fault("endless_next", path=ROWS)
        links = self.client.get(self.rows).json["Links"]
        self.assertEqual(links["Next"], links["Self"])
        self.sandbox.control("DELETE", "/faults")
        self.sandbox.fault("endless_next", path=ROWS, growing=True)
        link, seen = self.rows, set()
        for _ in range(5):
            link = self.client.get(link).json["Links"]["Next"]
            seen.add(link)
        self.assertEqual(len(seen), 5)

    def test_next_on_another_host(self):
        self.sandbox.fault("next_other_host", path=ROWS)
        self.assertTrue(self.client.get(self.rows).json["Links"]["Next"].startswith("https://elsewhere.invalid/"))

    def test_huge_body(self):
        for declared in (False, True):
            self.sandbox.fault("huge_body", path=ROWS, bytes=3_000_000, declared=declared, times=1)
            answer = self.client.get(self.rows)
            self.assertGreater(len(answer.body), 3_000_000)
            self.assertEqual("content-length" in answer.headers, declared)
        self.sandbox.fault("huge_body", path=ROWS, bytes=30_000_000, gzip=True, times=1)
        answer = self.client.get(self.rows)
        self.assertEqual(answer.headers["content-encoding"], "gzip")
        self.assertLess(len(answer.body), 100_000)
        self.assertGreater(len(gzip.decompress(answer.body)), 30_000_000)

    def test_deep_json(self):
        self.sandbox.fault("deep_json", path=ROWS, depth=5000)
        self.assertEqual(self.client.get(self.rows).body.count(b"["), 5000)

    def test_turned_sign(self):
        signs = [row["CreditDebitIndicator"] for row in self.records()]
        self.assertIn("Debit", signs)
        self.sandbox.fault("turned_sign", path=ROWS, times=1)
        self.assertEqual([row["CreditDebitIndicator"] for row in self.records()],
                         ["Credit" if sign == "Debit" else "Debit" for sign in signs])
        self.assertEqual([row["CreditDebitIndicator"] for row in self.records()], signs)

    def test_not_json(self):
        self.sandbox.fault("not_json", path=ROWS)
        self.assertTrue(self.client.get(self.rows).body.startswith(b"<html>"))

    def test_lost_refresh(self):
        client = self.sandbox.client("minato_card").link()
        self.sandbox.fault("lost_refresh", issuer="minato_card", path="/token", times=1)
        with self.assertRaises((ConnectionError, http.client.RemoteDisconnected, ssl.SSLError)):
            client.token(grant_type="refresh_token", refresh_token=client.refresh)
        again = client.token(grant_type="refresh_token", refresh_token=client.refresh)
        self.assertEqual((again.status, again.json["error"]), (400, "invalid_grant"))
        self.assertEqual(client.get("/accounts").status, 401)  # it was processed, and now reused

    def test_answers_of_the_browser(self):
        client = self.sandbox.client("minato_card")
        for fault, name, other in (("wrong_iss", "iss", "https://elsewhere.invalid"), ("wrong_state", "state", "another")):
            self.sandbox.fault(fault, issuer="minato_card", path="/authorize", times=1)
            answer = client.send("GET", client.authorize_path(client.request_parameters()))
            self.assertTrue(answer.headers["location"].startswith(REDIRECT))
            self.assertEqual(client.back(answer)[name], other)
        self.sandbox.fault("scope_excess", issuer="minato_card", path="/token", times=1)
        back = client.back(client.send("GET", client.authorize_path(client.request_parameters())))
        self.assertEqual(client.exchange(back).json["scope"], "accounts payments")

    def test_log_shows_when_a_client_fell_silent(self):
        self.sandbox.control("DELETE", "/log")
        self.sandbox.fault("slow", path=ROWS, ms=20, bytes=16)
        connection = self.client.connect()
        connection.request("GET", BASE + self.rows, None, {"Authorization": "Bearer " + self.client.access})
        connection.getresponse().read(64)
        # A client that cuts off says nothing more, not even goodbye.
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        silent = time.monotonic_ns()
        connection.sock.close()
        connection.close()
        for _ in range(100):
            *_, entry = [each for each in self.sandbox.control("GET", "/log")["connections"] if each["requests"]
                        and each["requests"][0]["path"].endswith("/transactions")]
            if entry["closed_ns"]:
                break
            time.sleep(0.05)
        self.assertTrue(entry["closed_ns"], "the sandbox did not notice")
        self.assertLess(entry["last_received_ns"], silent)
        self.assertEqual(entry["received"], sum(each["bytes"] for each in entry["arrivals"]))
        (request,) = entry["requests"]
        self.assertFalse(request["complete"])
        self.assertLess(request["sent"], 10_000)
        self.assertEqual(entry["issuer"], "aoba_card")

    def test_log_counts_what_comes_late(self):
        self.sandbox.control("DELETE", "/log")
        self.sandbox.fault("slow", path=ROWS, ms=20, bytes=16)
        connection = self.client.connect()
        connection.request("GET", BASE + self.rows, None, {"Authorization": "Bearer " + self.client.access})
        connection.getresponse().read(64)
        late = time.monotonic_ns()
        connection.sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
        time.sleep(0.3)
        connection.close()
        entry = self.sandbox.control("GET", "/log")["connections"][-1]
        self.assertGreater(entry["last_received_ns"], late)
        self.assertGreater(sum(each["bytes"] for each in entry["arrivals"] if each["at_ns"] > late), 18)


class Program(unittest.TestCase):
    def test_it_ends_when_told(self):
        sandbox = Sandbox().__enter__()
        client = sandbox.client("minato_card")
        kept = client.connect()
        kept.request("GET", "/.well-known/oauth-authorization-server")
        kept.getresponse().read()
        sandbox.program.terminate()
        sandbox.__exit__()
        kept.close()
        self.assertEqual(sandbox.code, 0)

    def test_files(self):
        import os
        with Sandbox() as sandbox:
            self.assertEqual(sorted(os.listdir(sandbox.folder)), [
                "aoba_card.toml", "aoba_client_key.pem", "ca.pem", "clients.json", "control.url", "minato_card.toml"])
            self.assertEqual(os.stat(os.path.join(sandbox.folder, "aoba_client_key.pem")).st_mode & 0o777, 0o600)
            self.assertNotIn("PRIVATE", sandbox.read("ca.pem"))


if __name__ == "__main__":
    unittest.main()
