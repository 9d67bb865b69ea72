#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs shellcheck over every shell script of the project, found by its first line.
# Usage: check_scripts.sh SHELLCHECK ROOT
set -euo pipefail
shellcheck=$1
cd "$2"
mapfile -t scripts < <(find . \( -path ./.git -o -path ./build -o -path ./third_party -o -path ./bench/yardstick -o -name node_modules \) -prune \
  -o -type f -perm -u+x -exec grep -lE '^#!.*\b(ba)?sh\b' {} + | sort)
[ "${#scripts[@]}" -ge 3 ] || { echo "hardly any script was found"; exit 1; }
echo "${#scripts[@]} scripts"
"$shellcheck" "${scripts[@]}"
