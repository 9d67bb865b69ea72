# SPDX-License-Identifier: Apache-2.0
"""Metadata, pushed requests, the two pages, PKCE, tokens and their ends."""
import json
import re
import unittest

from es256 import sign_jwt
from sandbox_client import BASE, REDIRECT, Sandbox


class Authorization(unittest.TestCase):
    def setUp(self):
        self.sandbox = self.enter(Sandbox(*self.options()))
        self.aoba, self.minato = self.sandbox.client("aoba_card"), self.sandbox.client("minato_card")

    def enter(self, manager):
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def options(self):
        return ["--refresh-life", "86400"] + ([] if "forms" in self._testMethodName else ["--auto-approve"])

    def assert_refused(self, answer, error, status=400):
        self.assertEqual((answer.status, answer.json["error"]), (status, error))

    def test_metadata(self):
        for client in (self.aoba, self.minato):
            document = client.send("GET", "/.well-known/oauth-authorization-server").json
            self.assertEqual(document["issuer"], client.origin)
            self.assertEqual(document["code_challenge_methods_supported"], ["S256"])
            self.assertTrue(document["authorization_response_iss_parameter_supported"])
            for endpoint in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
                self.assertTrue(document[endpoint].startswith(client.origin + "/"))
            self.assertNotIn("dpop_signing_alg_values_supported", document)
            self.assertNotIn("tls_client_certificate_bound_access_tokens", document)
        self.assertIn("pushed_authorization_request_endpoint",
                      self.aoba.send("GET", "/.well-known/oauth-authorization-server").json)
        self.assertNotIn("pushed_authorization_request_endpoint", document)

    def test_forms_lead_to_a_code(self):
        consent = self.aoba.new_consent().json["Data"]
        self.assertEqual(consent["Status"], "AwaitingAuthorisation")
        path = self.aoba.authorize_path(self.aoba.request_parameters(consent["ConsentId"]))
        page = self.aoba.send("GET", path)
        self.assertIn("あおばカード", page.body.decode())
        interaction = re.search(r'name="interaction" value="([^"]+)"', page.body.decode()).group(1)
        page = self.aoba.post_form("/authorize/login", {"interaction": interaction, "name": "<花子>"})
        self.assertIn("&lt;花子&gt;", page.body.decode())
        self.assertIn("4821", page.body.decode())
        back = self.aoba.back(self.aoba.post_form("/authorize/consent", {"interaction": interaction,
                                                                         "decision": "allow"}))
        self.assertEqual((back["iss"], back["state"]), (self.aoba.origin, self.aoba.state))
        self.aoba.take(self.aoba.exchange(back))
        self.assertEqual(len(self.aoba.accounts()), 2)
        self.assertEqual(self.aoba.post_form("/authorize/consent", {"interaction": interaction,
                                                                    "decision": "allow"}).status, 400)

    def test_forms_may_be_denied(self):
        consent = self.aoba.new_consent().json["Data"]["ConsentId"]
        page = self.aoba.send("GET", self.aoba.authorize_path(self.aoba.request_parameters(consent)))
        interaction = re.search(r'name="interaction" value="([^"]+)"', page.body.decode()).group(1)
        back = self.aoba.back(self.aoba.post_form("/authorize/consent", {"interaction": interaction,
                                                                         "decision": "deny"}))
        self.assertEqual((back["error"], back["iss"], back["state"]),
                         ("access_denied", self.aoba.origin, self.aoba.state))
        status = self.aoba.send("GET", f"{BASE}/account-access-consents/{consent}", None,
                                {"Authorization": "Bearer " + self.aoba.client_token()}).json["Data"]["Status"]
        self.assertEqual(status, "Rejected")

    def test_pushed_request_is_used_once_and_in_time(self):
        consent = self.aoba.new_consent().json["Data"]["ConsentId"]
        path = self.aoba.authorize_path(self.aoba.request_parameters(consent))
        self.assertEqual(self.aoba.send("GET", path).status, 303)
        self.assertEqual(self.aoba.send("GET", path).status, 400)
        path = self.aoba.authorize_path(self.aoba.request_parameters(consent))
        self.sandbox.set_now("2026-10-03T12:01:30+09:00")
        self.assertEqual(self.aoba.send("GET", path).status, 400)

    def test_aoba_wants_its_requests_pushed(self):
        from urllib.parse import urlencode
        consent = self.aoba.new_consent().json["Data"]["ConsentId"]
        answer = self.aoba.send("GET", "/authorize?" + urlencode(self.aoba.request_parameters(consent)))
        self.assertEqual(answer.status, 400)

    def test_requests_that_are_not_good(self):
        def error(**changes):
            path = self.minato.authorize_path(self.minato.request_parameters(**changes))
            return self.minato.back(self.minato.send("GET", path))["error"]
        self.assertEqual(error(code_challenge_method="plain"), "invalid_request")
        self.assertEqual(error(code_challenge=""), "invalid_request")
        self.assertEqual(error(scope="accounts payments"), "invalid_scope")
        self.assertEqual(error(response_type="token"), "unsupported_response_type")
        for changes in ({"redirect_uri": "https://elsewhere.example/cb"}, {"redirect_uri": "http://localhost:1/cb"},
                        {"client_id": "someone"}):
            path = self.minato.authorize_path(self.minato.request_parameters(**changes))
            self.assertEqual(self.minato.send("GET", path).status, 400)

    def test_code_with_its_verifier_only_once(self):
        def code():
            path = self.minato.authorize_path(self.minato.request_parameters())
            return self.minato.back(self.minato.send("GET", path))
        back = code()
        verifier, self.minato.verifier = self.minato.verifier, "x" * 43
        self.assert_refused(self.minato.exchange(back), "invalid_grant")
        self.minato.verifier = verifier
        self.assert_refused(self.minato.exchange(back), "invalid_grant")  # it was spent by the wrong one
        back = code()
        self.minato.take(self.minato.exchange(back))
        self.assertEqual(self.minato.get("/accounts").status, 200)
        self.assert_refused(self.minato.exchange(back), "invalid_grant")
        self.assertEqual(self.minato.get("/accounts").status, 401)  # replay ends what the code had brought
        back = code()
        self.sandbox.set_now("2026-10-03T12:02:00+09:00")
        self.assert_refused(self.minato.exchange(back), "invalid_grant")

    def test_assertions(self):
        form = {"grant_type": "client_credentials", "scope": "accounts"}
        for changes in ({"aud": self.aoba.origin + "/token"}, {"aud": [self.aoba.origin]}, {"iss": "someone"},
                        {"exp": self.sandbox.now()}, {"exp": self.sandbox.now() + 301},
                        {"iat": self.sandbox.now() + 60}, {"jti": ""}):
            with self.subTest(changes):
                self.assert_refused(self.aoba.post_form("/token", {**form, **self.aoba.proof(**changes)}),
                                    "invalid_client", 401)
        once = self.aoba.proof()
        self.assertEqual(self.aoba.post_form("/token", {**form, **once}).status, 200)
        self.assert_refused(self.aoba.post_form("/token", {**form, **once}), "invalid_client", 401)
        forged = self.aoba.proof()
        head, claims, signature = forged["client_assertion"].split(".")
        other = sign_jwt(self.aoba.key, {"kid": "another"}, {})
        for broken in (f"{head}.{claims}.{signature[:-4]}AAAA", f"{head}.{claims}.", "x", other,
                       f"{head}.{claims}.{other.split('.')[2]}"):
            forged["client_assertion"] = broken
            self.assert_refused(self.aoba.post_form("/token", {**form, **forged}), "invalid_client", 401)
        self.assert_refused(self.aoba.post_form("/token", {**form, "client_id": self.aoba.id}), "invalid_client", 401)

    def test_tokens_expire_by_the_sandbox_clock(self):
        self.aoba.link()
        self.assertEqual(self.aoba.get("/accounts").status, 200)
        self.sandbox.set_now("2026-10-03T12:05:00+09:00")
        answer = self.aoba.get("/accounts")
        self.assertEqual(answer.status, 401)
        self.assertIn("invalid_token", answer.headers["www-authenticate"])
        self.aoba.take(self.aoba.token(grant_type="refresh_token", refresh_token=self.aoba.refresh))
        self.assertEqual(self.aoba.get("/accounts").status, 200)
        self.sandbox.set_now("2026-10-04T12:05:00+09:00")
        self.assert_refused(self.aoba.token(grant_type="refresh_token", refresh_token=self.aoba.refresh),
                            "invalid_grant")

    def test_refresh_rotates_and_reuse_ends_the_grant(self):
        for client in (self.aoba, self.minato):
            client.link()
            old_access, old = client.access, client.refresh
            client.take(client.token(grant_type="refresh_token", refresh_token=old))
            self.assertNotEqual(client.refresh, old)
            new_access, client.access = client.access, old_access
            self.assertEqual(client.get("/accounts").status, 200)  # rotation leaves the old access token alive
            client.access = new_access
            self.assert_refused(client.token(grant_type="refresh_token", refresh_token=old), "invalid_grant")
            self.assertEqual(client.get("/accounts").status, 401)
            self.assert_refused(client.token(grant_type="refresh_token", refresh_token=client.refresh),
                                "invalid_grant")
        self.assertEqual(
            self.sandbox.control("GET", "/state")["companies"]["aoba_card"]["counts"]["refresh_tokens_reused"], 1)

    def test_revocation(self):
        self.aoba.link()
        self.assertEqual(self.aoba.post_form("/revoke", {"token": "unknown", **self.aoba.proof()}).status, 200)
        self.assertEqual(self.aoba.get("/accounts").status, 200)
        self.assertEqual(self.aoba.post_form("/revoke", {"token": self.aoba.refresh}).status, 401)
        self.assertEqual(self.aoba.post_form("/revoke", {"token": self.aoba.refresh, **self.aoba.proof()}).status, 200)
        self.assertEqual(self.aoba.get("/accounts").status, 401)
        self.assert_refused(self.aoba.token(grant_type="refresh_token", refresh_token=self.aoba.refresh),
                            "invalid_grant")

    def test_staff_ends_tokens(self):
        self.aoba.link()
        self.sandbox.control("POST", "/tokens/end", {"issuer": "aoba_card", "which": "access"})
        self.assertEqual(self.aoba.get("/accounts").status, 401)
        self.aoba.take(self.aoba.token(grant_type="refresh_token", refresh_token=self.aoba.refresh))
        self.assertEqual(self.aoba.get("/accounts").status, 200)
        self.sandbox.control("POST", "/tokens/end", {"issuer": "aoba_card"})
        self.assertEqual(self.aoba.get("/accounts").status, 401)
        self.assert_refused(self.aoba.token(grant_type="refresh_token", refresh_token=self.aoba.refresh),
                            "invalid_grant")
        consents = self.sandbox.control("GET", "/state")["companies"]["aoba_card"]["consents"]
        self.assertEqual([each["status"] for each in consents], ["Authorised"])

    def test_no_secret_is_shown_by_the_control_port(self):
        self.aoba.link()
        self.aoba.get("/accounts")
        shown = json.dumps([self.sandbox.control("GET", path) for path in ("/log", "/state", "/faults")])
        self.assertNotIn(self.aoba.access, shown)
        self.assertNotIn(self.aoba.refresh, shown)
        self.assertNotIn("code=", shown)
        self.assertNotIn(REDIRECT, shown)


if __name__ == "__main__":
    unittest.main()
