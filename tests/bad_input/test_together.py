# SPDX-License-Identifier: Apache-2.0
"""Several imports at once: one has the turn, the next waits 10 s for it and then says 11; rows are never doubled. A
document that comes through a pipe holds an import where a test wants it."""
import os
import signal
import time

from documents import sample, sample_bytes, write_jcb
from household import Case, content_of, main, unread


class Stalled:
    """An import that has its turn and waits for the rest of its document."""

    def __init__(self, case, rows=3000, due="2026/12/10", **how):
        path = write_jcb(case.home.path("stalled-source.csv"), rows, due=due)
        with open(path, "rb") as file:
            data = file.read()
        self.data, self.rest = data[:-5000], data[-5000:]
        fifo = case.home.path("stalled.csv")
        os.mkfifo(fifo)
        self.import_ = case.start("import", fifo, **how)
        self.pipe = os.open(fifo, os.O_WRONLY)
        case.addCleanup(self.close)
        for at in range(0, len(self.data), 4096):
            os.write(self.pipe, self.data[at:at + 4096])
        case.wait_until(lambda: unread(self.pipe) == 0 and self.import_.is_waiting(), "it has read its pipe empty")

    def finish(self):
        os.write(self.pipe, self.rest)
        self.close()
        return self.import_.wait()

    def close(self):
        if self.pipe is not None:
            os.close(self.pipe)
        self.pipe = None


class Together(Case):
    def setUp(self):
        super().setUp()
        self.ok(self.home.run("import", sample("jcb")))
        self.before = self.home.ledger()

    def test_the_second_waits_ten_seconds(self):
        first = Stalled(self)
        second = self.start("import", sample("smbc"))
        # Whoever only looks, or cuts off, does not wait.
        for words in (("transactions",), ("statements",), ("status",), ("incident", "list")):
            ran = self.ok(self.home.run(*words))
            self.assertLess(ran.seconds, 3, ran)
        ran = second.wait()
        self.ends(ran, 11, "store_busy", ("document",))
        self.assertGreaterEqual(ran.seconds, 9.9)
        self.assertLess(ran.seconds, 14)
        self.assertEqual(ran.error["retry"], "later")
        self.assertEqual(self.home.ledger(), self.before)
        self.ok(first.finish())
        self.ok(self.home.run("import", sample("smbc")))
        self.sound()

    def test_the_second_goes_on_when_the_first_has_ended(self):
        first = Stalled(self)
        second = self.start("import", sample("smbc"))
        time.sleep(1)
        self.assertTrue(second.is_running())
        self.ok(first.finish())
        self.ok(second.wait())
        self.assertEqual(len(self.home.statements()), 3)
        self.sound()

    def test_the_second_goes_on_when_the_first_is_killed(self):
        first = Stalled(self)
        second = self.start("import", sample("smbc"))
        first.import_.signal(signal.SIGKILL)
        ran = self.ok(second.wait())
        self.assertLess(ran.seconds, 5)
        self.assertEqual(len(self.home.statements()), 2)
        self.sound()

    def test_a_stopped_import(self):
        """SIGSTOP at any moment of a big import: the others get 11 or through, and it ends well when it goes on."""
        big = write_jcb(self.home.path("big.csv"), 6000, due="2026/12/10")
        first = self.start("import", big)
        self.wait_until(lambda: os.path.exists(self.home.vault() + "-wal")
                        and os.path.getsize(self.home.vault() + "-wal") > 100_000, "it is staging")
        first.signal(signal.SIGSTOP)
        ran = self.home.run("import", sample("smbc"))
        self.ends(ran, 11, "store_busy")
        first.signal(signal.SIGCONT)
        self.ok(first.wait())
        self.sound()
        self.assertEqual(len(self.home.transactions()), 6014)

    def test_the_same_file_twice_at_once(self):
        big = write_jcb(self.home.path("big.csv"), 2000, due="2026/12/10")
        running = [self.start("import", big) for _ in range(4)]
        files = [self.ok(one.wait()).file for one in running]
        self.assertEqual(sum(file["added"] for file in files), 2000)
        self.assertEqual(sorted(file["unchanged"] for file in files), [0, 2000, 2000, 2000])
        self.assertEqual(len(self.home.transactions()), 2014)
        self.sound()

    def test_different_files_at_once(self):
        alone = self.household()
        self.ok(alone.init())
        files = [sample("smbc"), sample("rakuten"), write_jcb(self.home.path("big.csv"), 1000, due="2026/12/10")]
        self.ok(alone.run("import", sample("jcb"), *files))
        running = [self.start("import", file) for file in files + files]
        for one in running:
            self.ok(one.wait())
        self.assertEqual(content_of(self.home.transactions()), content_of(alone.transactions()))
        changes = [change["id"] for change in self.home.changes() if change["change"] == "added"]
        self.assertEqual(len(changes), len(set(changes)))
        self.sound()

    def test_a_document_that_grows_while_it_is_read(self):
        path = self.home.write("grows.csv", sample_bytes("smbc"))
        with open(path, "ab") as file:
            running = self.start("import", path)
            while running.is_running():
                file.write(b"\r\n")
                file.flush()
        self.assertIn(running.ran.exit, (0, 4), running.ran)
        if running.ran.exit == 4:
            self.ends(running.ran, 4, "document_changed")
            self.unchanged(self.before)
        self.sound()


if __name__ == "__main__":
    main()
