# SPDX-License-Identifier: Apache-2.0
"""A search of everything that a run leaves on the disk for any merchant, any holder's name and the key: nothing. The
same search finds all of it in the statement files, in what is printed and in the key file."""
import json
import os
import shutil
import signal
import unicodedata

from documents import FILES, sample, sample_bytes, truth, write_jcb
from household import Case, files_below, main, unread

ENCODINGS = ("utf-8", "cp932", "utf-16-le", "utf-16-be")
HOLDERS = ("見本　太郎", "見本　花子", "見本 太郎", "見本 花子", "見本太郎", "見本花子")
NUMBERS = ("4980-00**", "4980-01**", "****-****-****-0000", "****-****-****-0001")


def merchants():
    texts = set()
    for name in FILES:
        for row in truth(name)["transactions"]:
            texts |= {row["merchant_raw"], row["merchant_normalized"]}
            texts |= set(row["merchant_raw"].split("　"))
    return {text for text in texts if len(text) > 3}


def patterns(texts):
    """Each text in each encoding that has it, and as the escapes of JSON."""
    found = {}
    for text in texts:
        for form in (text, unicodedata.normalize("NFKC", text), unicodedata.normalize("NFD", text)):
            for encoding in ENCODINGS:
                data = form.encode(encoding, "ignore")
                if data.decode(encoding) == form:
                    found[data] = text
            found[json.dumps(form)[1:-1].encode()] = text
    return found


WANTED = patterns(merchants() | set(HOLDERS) | set(NUMBERS))


def search(data):
    return sorted({text for pattern, text in WANTED.items() if pattern in data})


class Search(Case):
    def key_patterns(self):
        with open(self.home.key, "rb") as file:
            text = file.read().strip()
        return {text, text.upper(), bytes.fromhex(text.decode())}

    def places(self):
        return (self.home.store, os.path.dirname(self.home.key_ring),
                *(self.home.path(name) for name in ("home", "tmp", "data", "config", "cache", "runtime", "work")))

    def nothing_on_disk(self, *places):
        keys, count = self.key_patterns(), 0
        for path in files_below(*(places or self.places())):
            with open(path, "rb") as file:
                data = file.read() + b"\0" + os.fsencode(path)
            self.assertEqual(search(data), [], path)
            self.assertFalse(any(key in data for key in keys), path)
            self.assertFalse(os.path.basename(path).startswith("core"), path)
            count += 1
        self.assertGreater(count, 3, "there must be something to search")

    def nothing_said(self, ran):
        """An output that shows no rows holds none; no output holds a key."""
        self.no_key(ran)
        self.assertEqual(search(ran.out + ran.err), [], ran)

    def no_key(self, ran):
        with open(self.home.key_ring, "rb") as file:
            ring = json.load(file)
        wrapped = [text.encode() for entry in ring["stores"].values() for text in entry["databases"].values()]
        for secret in (*self.key_patterns(), *wrapped):
            self.assertNotIn(secret, ran.out + ran.err)

    def import_all(self):
        for name in FILES:
            self.nothing_said(self.ok(self.home.run("import", sample(name))))

    def test_the_search_finds(self):
        for name in FILES:
            expected = {row["merchant_raw"] for row in truth(name)["transactions"] if len(row["merchant_raw"]) > 3}
            found = search(sample_bytes(name))
            self.assertLessEqual(expected, set(found))
            self.assertLessEqual(expected, set(search(sample_bytes(name).decode(
                "utf-8" if name == "rakuten" else "cp932").encode("utf-16-le"))))
        self.assertIn("見本　太郎", search(sample_bytes("jcb")))
        self.assertIn("4980-00**", search(sample_bytes("smbc")))
        shutil.copy(sample("smbc"), self.home.path("tmp"))
        with self.assertRaises(AssertionError):
            self.nothing_on_disk()

    def test_after_everything(self):
        self.import_all()
        self.nothing_on_disk()
        shown = self.ok(self.home.run("transactions"))
        self.assertGreater(len(search(shown.out)), 20)
        self.assertEqual([text for text in search(shown.out) if text in HOLDERS + NUMBERS], [])
        for words in (("export", "csv"), ("export", "jsonl"), ("export", "hledger"), ("transactions",), ("upcoming",),
                      ("cards",), ("statements",), ("status",), ("coverage",), ("audit", "list"), ("doctor",),
                      ("doctor", "--prune"),
                      ("import", "--dry-run", sample("smbc")), ("import", sample("jcb")), ("changes",)):
            with self.subTest(words):
                ran = self.ok(self.home.run(*words, as_json=False))
                self.no_key(ran)
                self.assertEqual([text for text in search(ran.out + ran.err) if text in HOLDERS + NUMBERS], [])
        for words in (("audit", "list"), ("audit", "verify"), ("doctor",), ("cards",), ("status",), ("changes",),
                      ("coverage",)):
            self.nothing_said(self.home.run(*words))
        self.nothing_on_disk()

    def test_after_errors(self):
        self.import_all()
        text = sample_bytes("jcb")
        bad = (text[:900], text.replace(b'"1,584"', b'"1,2,3"'), text + text, text.replace(b"\r\n", b"\0", 9),
               text.replace("支払区分".encode("cp932"), b"x"), text.replace(b"2026/08/19", b"2026/02/30"),
               text.replace("見本家電".encode("cp932"), b"4111 1111 1111 1111"),
               text[:700] + text[700:1200].decode("cp932", "ignore").encode())
        for number, data in enumerate(bad):
            with self.subTest(number):
                path = self.home.path("tmp", "bad.csv")
                with open(path, "wb") as file:
                    file.write(data)
                ran = self.home.run("import", path)
                ran_dry = self.home.run("import", "--dry-run", path, as_json=False)
                os.remove(path)
                self.assertNotEqual(ran.exit, -11)
                self.nothing_said(ran)
                self.assertEqual(search(ran_dry.err), [])
                self.nothing_on_disk()
        wrong = self.home.write("wrong-key", b"ab" * 32)
        os.chmod(wrong, 0o600)
        self.nothing_said(self.home.run("transactions", key=wrong))
        self.nothing_on_disk()

    def test_a_dry_run_leaves_nothing(self):
        before = sorted(files_below(self.home.folder))
        for name in FILES:
            self.ok(self.home.bare("import", "--dry-run", sample(name)))
        self.assertEqual(sorted(files_below(self.home.folder)), before)

    def test_the_demo_leaves_nothing(self):
        before = sorted(files_below(self.home.folder))
        ran = self.home.bare("demo", "--samples", os.environ["MEISAI_SAMPLES"])
        self.assertEqual(ran.exit, 0, ran)
        self.assertEqual(sorted(files_below(self.home.folder)), before)

    def test_in_the_middle_of_an_import_and_after_its_death(self):
        """Staging, write-ahead log, open and deleted files of a process that holds rows; then what a kill leaves."""
        shared = self.shared_memory()
        data = b"".join([sample_bytes("jcb")] + sample_bytes("jcb").splitlines(keepends=True)[6:] * 1200)
        fifo = self.home.path("work", "stalled.csv")
        os.mkfifo(fifo)
        running = self.start("import", fifo)
        pipe = os.open(fifo, os.O_WRONLY)
        self.addCleanup(os.close, pipe)
        for at in range(0, len(data), 4096):
            os.write(pipe, data[at:at + 4096])
        self.wait_until(lambda: unread(pipe) == 0 and running.is_waiting(), "it has read its pipe empty")
        os.remove(fifo)
        log = self.home.vault() + "-wal"
        self.assertGreater(os.path.getsize(log) + os.path.getsize(self.home.vault()), 150_000, "something is staged")
        self.nothing_on_disk()
        self.nothing_in_deleted_files(running.pid)
        running.signal(signal.SIGABRT)
        ran = running.wait()
        self.assertEqual(ran.signal, signal.SIGABRT)
        self.assertFalse(ran.core, "no core dump")
        self.nothing_said(ran)
        self.nothing_on_disk()
        self.assertEqual(self.shared_memory() - shared, set())
        self.import_all()
        self.nothing_on_disk()

    def nothing_in_deleted_files(self, pid):
        """Files that have no name any more."""
        try:
            descriptors = os.listdir(f"/proc/{pid}/fd")
        except PermissionError:  # its memory is private, and so is this list unless one is root
            print("[open files cannot be seen: not root]", flush=True)
            return
        for descriptor in descriptors:
            path = os.readlink(f"/proc/{pid}/fd/{descriptor}")
            if "(deleted)" in path and int(descriptor) > 2 and "stalled.csv" not in path:
                with open(f"/proc/{pid}/fd/{descriptor}", "rb") as file:
                    self.assertEqual(search(file.read()), [], path)

    def shared_memory(self):
        """What lies in /dev/shm, but for folders of tests."""
        return {name for name in os.listdir("/dev/shm") if not name.startswith("meisai-")}

    def test_big_imports_spill_nothing(self):
        big = write_jcb(self.home.path("big.csv"), 20000)
        self.ok(self.home.run("import", big))
        os.remove(big)
        needle = "見本商店第"
        for path in files_below(*self.places()):
            with open(path, "rb") as file:
                data = file.read()
            for encoding in ENCODINGS:
                self.assertNotIn(needle.encode(encoding), data, path)


if __name__ == "__main__":
    main()
