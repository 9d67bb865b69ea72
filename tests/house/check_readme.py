# SPDX-License-Identifier: Apache-2.0
"""Runs what the documents promise: every ```sh block after a line `<!-- run -->` in README.md, all in one shell and
in order, in a home folder of its own; each command must end with 0. Then compares docs/cli.md with the program:
its commands, its exit codes. Usage: check_readme.py ROOT PROGRAM"""
import os
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^<!-- run -->\n```sh\n(.*?)^```$", re.M | re.S)


def runnable(text):
    return BLOCK.findall(text)


def exit_codes(enum):
    return {int(number) for number in re.findall(r"^\s+\w+ = (\d+),", enum, re.M)}


def main():
    root, program = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])

    def read(path):
        with open(os.path.join(root, path), encoding="utf-8") as source:
            return source.read()

    faults = []
    blocks = runnable(read("README.md"))
    if len(blocks) < 2:
        faults.append("README.md: the blocks to run were not found")
    with tempfile.TemporaryDirectory() as home:
        os.symlink(os.path.join(root, "samples"), os.path.join(home, "samples"))
        environment = {"PATH": os.path.dirname(program) + ":" + os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8"}
        for name in ("LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        run = subprocess.run(["bash", "-exc", "\n".join(blocks)], cwd=home, env=environment, text=True,
                             capture_output=True, check=False)
        if run.returncode != 0:
            faults.append(f"README.md: a command ended with {run.returncode}:\n{run.stdout[-2000:]}\n{run.stderr[-2000:]}")
        if not os.path.exists(os.path.join(home, "card.journal")):
            faults.append("README.md: the journal that it exports is not there")

    manual = read("docs/cli.md")
    help_text = subprocess.run([program, "--lang", "en", "--help"], text=True, capture_output=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+) {2,}\S", help_text.split("Commands:")[1], re.M)
    if len(commands) < 10:
        faults.append("meisai --help: the commands were not found")
    for command in commands:
        if not re.search(rf"`{command}\b", manual):
            faults.append(f"docs/cli.md does not tell of the command '{command}'")
    documented = {int(number) for number in re.findall(r"^\| (\d+) \|", manual, re.M)}
    for number in sorted(documented ^ exit_codes(read("apps/meisai/exit.h"))):
        faults.append(f"exit code {number} is in only one of docs/cli.md and apps/meisai/exit.h")

    for fault in faults:
        print(fault)
    print(f"{len(blocks)} blocks, {len(commands)} commands, {len(documented)} exit codes, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
