# SPDX-License-Identifier: Apache-2.0
"""A person at a command line, for tests of the real program: a folder with a home, a key ring and a simulated
store in it, and an environment in which nothing of this machine shows. Stores made by copying one store have the
same ids, so what they hold can be compared byte by byte."""
import array
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import termios
import time
import unicodedata
import unittest

PROGRAM = os.environ["MEISAI_PROGRAM"]
NOW = "2026-09-28T03:00:00Z"
READS = ("cards", "statements", "transactions", "coverage")


class Ran:
    """How a command ended. `peak_kib` is the most memory that it held."""

    def __init__(self, words, status, out, err, seconds, peak_kib):
        self.words = words
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        self.exit = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -self.signal
        self.core = os.WCOREDUMP(status)
        self.out, self.err = out, err
        self.seconds, self.peak_kib = seconds, peak_kib

    def json(self):
        return json.loads(self.out.decode("utf-8"))

    @property
    def error(self):
        return self.json()["error"]

    @property
    def file(self):
        (only,) = self.json()["files"]
        return only

    def __str__(self):
        return (f"{' '.join(map(str, self.words))}\nexit {self.exit} after {self.seconds:.2f} s"
                f"\nout: {self.out[:2000]!r}\nerr: {self.err[:2000]!r}")


class Running:
    """A command under way. Its output goes to files, so it never waits for us, unless `out` is a pipe's end."""

    def __init__(self, words, variables, cwd, out=None, prepare=None):
        self.words, self.started = words, time.monotonic()
        self.out, self.err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.process = subprocess.Popen([PROGRAM, *map(str, words)], stdin=subprocess.DEVNULL,
                                        stdout=self.out if out is None else out, stderr=self.err,
                                        env=variables, cwd=cwd, start_new_session=True, preexec_fn=prepare)
        self.pid = self.process.pid
        self.ran = None

    def signal(self, number):
        os.kill(self.pid, number)

    def is_waiting(self):
        """It sleeps: in a read of an empty pipe or a write to a full one, where a test has brought it there."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "S"

    def is_running(self):
        if self.ran is None:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                self._end(status, usage)
        return self.ran is None

    def wait(self, seconds=120):
        """Waits for the end; a command that does not come to one fails the test."""
        pause = 0.001
        while self.is_running():
            if time.monotonic() - self.started > seconds:
                self.signal(9)
                self._end(*os.wait4(self.pid, 0)[1:])
                raise AssertionError(f"did not end within {seconds} s: {self.ran}")
            time.sleep(pause)
            pause = min(pause * 1.3, 0.02)
        return self.ran

    def _end(self, status, usage):
        self.process.returncode = status
        texts = []
        for file in (self.out, self.err):
            file.seek(0)
            texts.append(file.read())
            file.close()
        self.ran = Ran(self.words, status, *texts, time.monotonic() - self.started, usage.ru_maxrss)


def unread(pipe):
    """Bytes that wait in a pipe; either end tells."""
    number = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, number)
    return number[0]


class Household:
    def __init__(self, folder):
        self.folder = folder
        self.variables = {"LANG": "en_US.UTF-8", "PATH": os.environ.get("PATH", "")}
        for variable, name in (("HOME", "home"), ("TMPDIR", "tmp"), ("XDG_DATA_HOME", "data"),
                               ("XDG_CONFIG_HOME", "config"), ("XDG_CACHE_HOME", "cache"),
                               ("XDG_RUNTIME_DIR", "runtime"), (None, "work")):
            os.makedirs(os.path.join(folder, name), exist_ok=True)
            if variable:
                self.variables[variable] = os.path.join(folder, name)
        self.store, self.key = self.path("store"), self.path("key")
        self.key_ring = os.path.join(self.variables["XDG_CONFIG_HOME"], "meisai", "keyring")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    # ---- commands ------------------------------------------------------------------------------------------

    def start(self, *words, now=NOW, store=None, key=None, as_json=True, variables=None, **how):
        line = ["--store", store or self.store, "--key-file", key or self.key]
        line += ["--now", now] if now else []
        line += ["--json"] if as_json else []
        return Running([*line, *words], {**self.variables, **(variables or {})}, self.path("work"), **how)

    def run(self, *words, seconds=120, **how):
        return self.start(*words, **how).wait(seconds)

    def bare(self, *words, **how):
        return Running(list(words), self.variables, self.path("work"), **how).wait()

    def start_init(self, store=None, key=None, key_ring=None, variables=None, **how):
        more = ["--keyring", key_ring] if key_ring else []
        return Running(["--store", store or self.store, "--now", NOW, "--json", "init", "--simulated",
                        "--new-key-file", key or self.key, *more],
                       {**self.variables, **(variables or {})}, self.path("work"), **how)

    def init(self, **how):
        return self.start_init(**how).wait()

    def copy_store(self, name, of=None):
        """The same store once more, under the same key."""
        target = self.path(name)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(of or self.store, target)
        return target

    # ---- what a store holds --------------------------------------------------------------------------------

    def vault(self, store=None):
        folder = os.path.join(store or self.store, "vaults")
        (name,) = [name for name in os.listdir(folder) if name.endswith(".db")]
        return os.path.join(folder, name)

    def control(self, store=None):
        return os.path.join(store or self.store, "control.db")

    def ledger(self, store=None, **how):
        """Everything that can be read, as the bytes of the answers."""
        answers = {name: self._answer(name, store=store, **how) for name in READS}
        return answers | {"changes": self.changes(store, **how)}

    def changes(self, store=None, **how):
        answers, since = [], []
        while True:
            answer = json.loads(self._answer("changes", "--limit", "5000", *since, store=store, **how))
            answers += answer["changes"]
            if not answer["has_more"]:
                return answers
            since = ["--since", answer["cursor"]]

    def transactions(self, store=None, **how):
        return json.loads(self._answer("transactions", store=store, **how))["transactions"]

    def statements(self, store=None, **how):
        return json.loads(self._answer("statements", store=store, **how))["statements"]

    def _answer(self, *words, **how):
        ran = self.run(*words, **how)
        if ran.exit != 0:
            raise AssertionError(f"cannot read: {ran}")
        return ran.out


COVERAGE_THAT_IS_STORED = ("card_id", "ranges", "statements", "known_to", "newest_use")


def without_marks(ledger):
    """The ledger's answers without what is no part of what is stored: the mark that an incident is open, and what
    coverage makes of the day on which it is asked."""
    marked = json.loads(ledger["transactions"])
    marked.pop("cutoff_open")
    cards = [{name: card[name] for name in COVERAGE_THAT_IS_STORED} for card in json.loads(ledger["coverage"])["cards"]]
    return ledger | {"transactions": marked, "coverage": cards}


def content_of(transactions):
    """What transactions say, without what differs from store to store and from file to file."""
    return sorted(json.dumps({name: value for name, value in row.items()
                              if name not in ("id", "card_id", "statement_id", "source")}, sort_keys=True)
                  for row in transactions)


def plain(data):
    """Text as a search for digits wants it: NFKC, and without what may stand between the digits of one number."""
    text = unicodedata.normalize("NFKC", data.decode("utf-8", "replace"))
    between = "-.·‐‑‒–—−ー・"
    return "".join(c for c in text
                   if not (c.isspace() or c in between or unicodedata.category(c) in ("Cf", "Mn")))


def files_below(*folders):
    for folder in folders:
        if os.path.isfile(folder):
            yield folder
        for place, _, names in os.walk(folder):
            yield from (os.path.join(place, name) for name in names)


def in_memory():
    """A place in memory with room for a store, else None: thousands of commits need no disk to wait for."""
    place = "/dev/shm"
    if not os.access(place, os.W_OK):
        return None
    facts = os.statvfs(place)
    return place if facts.f_bavail * facts.f_frsize > 1 << 29 else None


class Case(unittest.TestCase):
    """A test with a household. `home` has a store; ended commands and folders are cleared away."""

    wants_store = True
    place = in_memory()
    maxDiff = 2000

    def setUp(self):
        self.home = self.household()
        if self.wants_store:
            self.ok(self.home.init())

    def household(self):
        folder = tempfile.mkdtemp(prefix="meisai-", dir=self.place)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        return Household(folder)

    def start(self, *words, **how):
        running = self.home.start(*words, **how)
        self.addCleanup(lambda: running.is_running() and (running.signal(9), running.wait()))
        return running

    # ---- expectations --------------------------------------------------------------------------------------

    def ok(self, ran):
        self.assertEqual(ran.exit, 0, ran)
        return ran

    def ends(self, ran, number, code=None, where=()):
        """The command ended with `number`, and its error document says what, where and what to do."""
        self.assertEqual(ran.exit, number, ran)
        error = ran.error
        self.assertRegex(error["code"], r"^[a-z][a-z_]+$", ran)
        if code:
            self.assertEqual(error["code"], code, ran)
        self.assertTrue(error["message"].strip(), ran)
        self.assertTrue(error["remedy"].strip(), ran)
        self.assertTrue(error["where"], f"the error names no place: {ran}")
        for name in where:
            self.assertIn(name, error["where"], ran)
        self.assertIn(error["retry"], ("never", "later", "after_user"), ran)
        return error

    def sound(self, store=None, **how):
        """The store opens, and neither its own check nor the audit's finds anything."""
        doctor = self.ok(self.home.run("doctor", store=store, **how))
        self.assertTrue(doctor.json()["sound"], doctor)
        audit = self.ok(self.home.run("audit", "verify", store=store, **how))
        self.assertTrue(audit.json()["verified"], audit)

    def unchanged(self, before, store=None, **how):
        """The store is sound and holds what it held."""
        self.sound(store, **how)
        self.assertEqual(without_marks(self.home.ledger(store, **how)), without_marks(before))

    def wait_until(self, condition, what, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.fail(f"did not happen within {seconds} s: {what}")
            time.sleep(0.002)


def main():
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
