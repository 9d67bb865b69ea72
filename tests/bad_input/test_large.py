# SPDX-License-Identifier: Apache-2.0
"""Documents of any size in bounded memory; above 1 GiB: 4, without reading. With MEISAI_LONG in the environment:
200 MB, and a pipe that goes on beyond 1 GiB."""
import os
import threading

from documents import jcb_head, jcb_row, sample_bytes, write_jcb
from household import Case, main

BOUND_KIB = 300 << 10
LONG = os.environ.get("MEISAI_LONG")


class LargeDocuments(Case):
    place = None

    def read_in_bounded_memory(self, rows, least_bytes):
        path = write_jcb(self.home.path("202610meisai.csv"), rows)
        self.assertGreater(os.path.getsize(path), least_bytes)
        ran = self.ok(self.home.run("import", path, seconds=900))
        self.assertEqual(ran.file["added"], rows)
        self.assertIs(ran.file["statements"][0]["balanced"], True)
        self.assertLess(ran.peak_kib, BOUND_KIB)
        again = self.ok(self.home.run("import", path, seconds=900))
        self.assertEqual((again.file["added"], again.file["modified"], again.file["unchanged"]), (0, 0, rows))
        self.assertLess(again.peak_kib, BOUND_KIB)
        doctor = self.ok(self.home.run("doctor", seconds=900))
        self.assertLess(doctor.peak_kib, BOUND_KIB)
        self.ok(self.home.run("audit", "verify", seconds=900))
        os.remove(path)

    def too_large(self, path):
        before = self.home.ledger()
        ran = self.home.run("import", path)
        self.ends(ran, 4, "document_too_large", ("document",))
        self.assertLess(ran.peak_kib, BOUND_KIB)
        self.unchanged(before)
        return ran

    def sparse(self, data, size):
        path = self.home.write("sparse.csv", data)
        os.truncate(path, size)
        return path


class Large(LargeDocuments):
    def test_40_mb(self):
        self.read_in_bounded_memory(250_000, 40_000_000)

    def test_above_1_gib(self):
        ran = self.too_large(self.sparse(sample_bytes("jcb"), (1 << 30) + 1))
        self.assertLess(ran.seconds, 5)
        self.ends(self.home.run("import", "--dry-run", self.home.path("sparse.csv")), 4, "document_too_large")

    def test_1_gib_is_read(self):
        """The limit itself is no fault: what this one is refused for is the hole behind its rows."""
        self.ends(self.home.run("import", self.sparse(sample_bytes("jcb"), 1 << 30)), 4, "not_text")


class VeryLarge(LargeDocuments):
    def test_200_mb(self):
        self.read_in_bounded_memory(1_200_000, 200_000_000)

    def test_a_pipe_beyond_1_gib(self):
        fifo = self.home.path("endless.csv")
        os.mkfifo(fifo)
        row = jcb_row("見本" * 50_000, 100)

        def feed():
            try:
                with open(fifo, "wb") as pipe:
                    pipe.write(jcb_head(1))
                    for _ in range((1 << 30) // len(row) + 2):
                        pipe.write(row)
            except BrokenPipeError:
                pass

        writer = threading.Thread(target=feed)
        writer.start()
        before = self.home.ledger()
        ran = self.home.run("import", fifo, seconds=900)
        writer.join()
        self.ends(ran, 4, "document_too_large")
        self.assertLess(ran.peak_kib, BOUND_KIB)
        self.unchanged(before)


def load_tests(loader, _standard, _pattern):
    return loader.loadTestsFromTestCase(VeryLarge if LONG else Large)


if __name__ == "__main__":
    main()
