# SPDX-License-Identifier: Apache-2.0
"""docs/link-a-card-company.md, step by step, as it stands: every block runs in one shell and ends with 0, and what
the text promises is what the programs show."""
import os
import re
import signal
import subprocess
import tempfile
import unittest

DOCUMENT = os.environ["MEISAI_WALK"]
FOLDERS = [os.path.dirname(os.environ[name]) for name in ("MEISAI_PROGRAM", "MEISAI_ISSUER_SANDBOX")]
# A step ends the walk where its last command fails; the sandbox goes with it.
FRAME = """set -u
trap 'kill $(jobs -p) 2>/dev/null' EXIT
step() { code=$?; echo "--- step $1 ended with $code"; test $code -eq 0 || exit 1; }
"""


class Walk(unittest.TestCase):
    def test_every_step(self):
        with open(DOCUMENT, encoding="utf-8") as file:
            blocks = re.findall(r"^```sh\n(.*?)^```", file.read(), re.S | re.M)
        self.assertGreater(len(blocks), 20)
        script = FRAME + "".join(f"{block}step {number}\n" for number, block in enumerate(blocks, 1))
        environment = {"PATH": os.pathsep.join(FOLDERS + [os.environ["PATH"]]), "HOME": os.environ.get("HOME", "/"),
                       "LANG": "C.UTF-8"}
        with tempfile.TemporaryDirectory(prefix="meisai-walk-") as folder:
            shell = subprocess.Popen(["bash", "-c", script], cwd=folder, env=environment, text=True,
                                     start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT)
            try:
                shown, _ = shell.communicate(timeout=240)
            finally:
                if shell.poll() is None:
                    os.killpg(shell.pid, signal.SIGKILL)
                    shell.wait()
        self.assertIn(f"--- step {len(blocks)} ended with 0", shown, shown[-4000:])
        for promised in ("cutoff_issuer", "consent_expired", "consent_withdrawn", "20,000", "14,800"):
            self.assertIn(promised, shown)


if __name__ == "__main__":
    unittest.main()
