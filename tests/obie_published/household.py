# SPDX-License-Identifier: Apache-2.0
"""Somebody with a simulated store and card companies at the published bank: profiles, registration, consent, sync, all
by the real program."""
import datetime
import json
import os
import shutil
import subprocess
import sys

from published_bank import API, HERE

PROGRAM = os.environ["MEISAI_PROGRAM"]
NOW = datetime.datetime(2026, 11, 20, 3, 0, tzinfo=datetime.timezone.utc)
# docs/cli.md; what a sync of one connection may end with, whatever an issuer answers.
SYNC_EXITS = {0: "done", 3: "partial", 4: "input", 20: "consent", 22: "person needed", 23: "maintenance",
              24: "rate limited", 25: "schema drift", 27: "policy", 30: "issuer failure"}

PROFILE = """
id = "{company}"
name_ja = "公開例カード"
name_en = "Published Examples"
family = "obie"
api_version = "3.1.11"
sandbox = true
transaction_id_is_stable = true
statements = {statements}
charge_word = "Debit"
credit_word = "Credit"

[endpoints]
authorization_server = "{issuer}"
resource_base = "{origin}/{company}{api}"
origins = ["{issuer}", "{origin}"]
ca_pem = '''
{authority}'''

[authorization]
client_authentication = "{authentication}"
scopes = ["accounts"]
known_scopes = ["openid"]
bearer_reason = "The test's server offers no sender-constrained tokens."

[consent]
at_issuer = {at_issuer}
permissions = {permissions}
text_version = "1"
[consent.texts_ja]
service = "公開例を取り込みます。"
[consent.texts_en]
service = "Published examples are taken in."

[limits]
history_days = 20000
longest_query_days = 36500
total_timeout_seconds = 30

[contact]
name = "Nobody"
address = "{origin}/contact"
"""


def rfc3339(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def parsed(text):
    return None if text is None else datetime.datetime.fromisoformat(text)


class Answer:
    def __init__(self, words, ended):
        self.words, self.exit, self.text, self.notes = words, ended.returncode, ended.stdout, ended.stderr
        if self.exit < 0 or self.exit == 1:
            raise AssertionError(f"the program broke: {self}")

    def __str__(self):
        return f"{' '.join(self.words)} -> {self.exit}\n{self.text[-3000:]}\n{self.notes[-3000:]}"

    @property
    def json(self):
        return json.loads(self.text)


class Household:
    def __init__(self, bank):
        self.bank, self.now, self.connections = bank, NOW, {}
        person = bank.path("person.py")  # $BROWSER is split at blanks and colons: no path of the project in it
        shutil.copy(os.path.join(HERE, "person.py"), person)
        self.environment = {"PATH": os.environ["PATH"], "HOME": bank.folder, "LANG": "C.UTF-8",
                            "PYTHONDONTWRITEBYTECODE": "1", "MEISAI_STORE": bank.path("store"),
                            "MEISAI_KEY_FILE": bank.path("meisai.key"),
                            "BROWSER": f"{sys.executable} {person} {bank.path('ca.pem')} %s"}
        self.done("init", "--new-key-file", bank.path("meisai.key"), "--keyring", bank.path("keyring"), "--simulated",
                  at_now=False)

    def run(self, *words, at_now=True):
        words = [PROGRAM, *(("--now", rfc3339(self.now)) if at_now else ()), "--json", "--no-input", *words]
        return Answer(words, subprocess.run(words, env=self.environment, cwd=self.bank.folder, text=True, timeout=120,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))

    def done(self, *words, **options):
        answer = self.run(*words, **options)
        if answer.exit != 0:
            raise AssertionError(str(answer))
        return answer.json

    def pass_time(self, **amount):
        self.now += datetime.timedelta(**amount)

    def register(self, company, statements=True, permissions=()):
        """The profile says whether statements are asked for. With permissions, the bank keeps a consent of its own,
        and we prove with a key who we are."""
        profile, confidential = self.bank.path(company + ".toml"), bool(permissions)
        with open(profile, "w", encoding="utf-8") as file:
            file.write(PROFILE.format(company=company, issuer=self.bank.issuer, origin=self.bank.origin, api=API,
                                      statements=json.dumps(statements), authority=self.bank.read("ca.pem"),
                                      authentication="private_key_jwt" if confidential else "none",
                                      at_issuer=json.dumps(confidential), permissions=json.dumps(list(permissions))))
        client = ("meisai-confidential", "--key-file", self.bank.path("client.key"), "--key-id", "ours")
        self.done("issuers", "register", company, "--profile", profile, "--client-id",
                  *(client if confidential else ("meisai-public",)))

    def link(self, company, **profile):
        """A person reads the screen, agrees and authorizes."""
        self.register(company, **profile)
        connection, = self.agreed("link", company)["connections"]
        self.connections[company] = connection["id"]
        return connection

    def agree(self, *words):
        shown = self.run(*words)
        if shown.exit != 22:
            raise AssertionError(f"nobody agreed, and yet: {shown}")
        return self.run(*words, "--accept", shown.json["consent_screen"]["hash"])

    def agreed(self, *words):
        answer = self.agree(*words)
        if answer.exit != 0:
            raise AssertionError(str(answer))
        return answer.json

    def sync(self, company):
        """(exit code, what the one connection came to)."""
        answer = self.run("sync", self.connections[company])
        if answer.exit not in SYNC_EXITS:
            raise AssertionError(f"no exit code of a sync: {answer}")
        report, = answer.json["connections"]
        if (report["reason"] is None) != (report["outcome"] in ("fresh", "unchanged")):
            raise AssertionError(f"outcome and reason disagree: {answer}")
        return answer.exit, report

    def lift_cutoffs(self):
        """How many there were."""
        open_ones = [one for one in self.done("incident", "list")["incidents"] if one["state"] == "open"]
        for incident in open_ones:
            self.done("incident", "lift", incident["id"], "--reason", "a person has looked")
        return len(open_ones)

    def listed(self, what, company):
        return [one for one in self.done(what)[what] if one["issuer"] == company]

    def check_soundness(self):
        doctor, audit = self.done("doctor"), self.done("audit", "verify")
        if not doctor["sound"] or not audit["verified"]:
            raise AssertionError(f"{doctor} {audit}")
