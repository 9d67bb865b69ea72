#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What libmeisai.so shows to its host is names in the namespace meisai (later also meisai_*), and nothing of
# the private codec: a host may have a SQLite of its own. Usage: check_symbols.sh LIBRARY
set -eu
names=$(nm --dynamic --demangle --defined-only "$1" | sed 's/^[0-9a-f]* [A-Za-z] //')
count=$(printf '%s\n' "$names" | wc -l)
[ "$count" -gt 100 ] || { echo "only $count exported names: the list is not the library's" >&2; exit 1; }
strange=$(printf '%s\n' "$names" | grep -vE '^((typeinfo|typeinfo name|vtable|VTT|non-virtual thunk|virtual thunk) (for|to) )?meisai::|^meisai_' || true)
codec=$(printf '%s\n' "$names" | grep -E '^(meisai_codec_|sqlite3|sqlcipher)' || true)
[ -z "$strange$codec" ] || { printf 'these names must not be exported:\n%s\n%s\n' "$strange" "$codec" >&2; exit 1; }
echo "$count names, all in meisai::"
