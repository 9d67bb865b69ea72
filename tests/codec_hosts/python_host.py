# SPDX-License-Identifier: Apache-2.0
#
# Python with its own sqlite3 module loads the codec and uses both: python_host.py LIBRARY
import ctypes
import os
import sqlite3
import sys
import tempfile


def expect(condition, what):
    if not condition:
        sys.exit(f"host: failed: {what}")


with tempfile.TemporaryDirectory(prefix="meisai-host-") as folder:
    path = os.path.join(folder, "host.db")
    mine = sqlite3.connect(path)
    mine.execute("CREATE TABLE mine(v)")
    mine.execute("INSERT INTO mine VALUES('clear host row')")
    mine.commit()

    library = ctypes.CDLL(sys.argv[1], mode=ctypes.RTLD_GLOBAL)
    library.meisai_codec_probe.argtypes = [ctypes.c_char_p]
    library.meisai_codec_probe.restype = ctypes.c_int
    for _ in range(3):
        outcome = library.meisai_codec_probe(folder.encode())
        expect(outcome == 0, f"the probe ({outcome})")

    mine.execute("INSERT INTO mine VALUES('after the codec')")
    mine.commit()
    expect(mine.execute("SELECT count(*) FROM mine").fetchone() == (2,), "the host's rows are all there")
    expect(mine.execute("PRAGMA cipher_version").fetchone() is None, "the host's SQLite has not become a codec")
    mine.close()
    with open(path, "rb") as file:
        expect(file.read(15) == b"SQLite format 3", "the host writes clear text")
    try:
        sqlite3.connect(os.path.join(folder, "probe.db")).execute("SELECT * FROM sqlite_master").fetchall()
        sys.exit("host: failed: the host can read the probe's file")
    except sqlite3.DatabaseError:
        pass
