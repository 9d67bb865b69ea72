# SPDX-License-Identifier: Apache-2.0
"""Checks the whole source tree against tree_rules.py; prints one line a violation. Usage: check_tree.py ROOT"""
import os
import sys

import tree_rules


def main():
    root = sys.argv[1]
    files = tree_rules.read_tree(root)
    if sum(f.path.endswith(".cpp") for f in files) < 10:
        print(f"{root} does not look like the project: hardly any source file")
        return 1
    violations = list(tree_rules.check_all(files, lambda path: os.path.exists(os.path.join(root, path))))
    for violation in violations:
        print(violation)
    print(f"{len(files)} files, {len(violations)} violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
