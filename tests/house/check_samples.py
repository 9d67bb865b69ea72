# SPDX-License-Identifier: Apache-2.0
"""Writes the statement samples anew and compares every byte with what lies in samples/statements. A line end
that git or an editor changed, or a truth edited by hand, shows here. Usage: check_samples.py ROOT"""
import filecmp
import os
import subprocess
import sys
import tempfile


def files_below(folder):
    return sorted(os.path.relpath(os.path.join(d, n), folder) for d, _, names in os.walk(folder) for n in names)


def main():
    here = os.path.join(sys.argv[1], "samples", "statements")
    with tempfile.TemporaryDirectory() as fresh:
        subprocess.run([sys.executable, os.path.join(here, "make_samples.py"), fresh], check=True)
        written = files_below(fresh)
        kept = [f for f in files_below(here) if os.sep in f and "__pycache__" not in f]
        different = [f for f in written if f in kept
                     and not filecmp.cmp(os.path.join(fresh, f), os.path.join(here, f), shallow=False)]
    for name in different:
        print(f"samples/statements/{name} is not what make_samples.py writes")
    for name in sorted(set(written) ^ set(kept)):
        print(f"samples/statements/{name} is " + ("missing" if name in written else "not written by make_samples.py"))
    return 1 if different or written != kept or not written else 0


if __name__ == "__main__":
    sys.exit(main())
