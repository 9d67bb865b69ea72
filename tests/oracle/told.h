// SPDX-License-Identifier: Apache-2.0
//
// For named tests: files and lists into one ledger, and all that it then says.
#pragma once

#include <string>
#include <vector>

#include "engine/sync/import.h"
#include "tests/linked_sync/household.h"

namespace meisai::oracle {

using Lines = std::vector<std::string>;

/// Rows that count, one sorted line each: `2026-11-10 見本書店 900 posted`, with ` in S1` where a statement bills it
/// (for a file: the day it is due), and what that one bills where it is not the whole.
[[nodiscard]] Lines told(test::Household& home);
/// Statements: `S1 closed 900 of 1 balanced`.
[[nodiscard]] Lines bills(test::Household& home);
/// Sum of the months' roll-up.
[[nodiscard]] std::int64_t counted(test::Household& home);

/// Imports a file into the household's ledger.
ImportReport import_file(test::Household& home, const std::string& name, const std::string& bytes);

}  // namespace meisai::oracle
