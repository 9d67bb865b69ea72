// SPDX-License-Identifier: Apache-2.0
//
// The window of a document that is being applied: chosen and matched in document_import.cpp, written in
// document_write.cpp, and nobody else's business.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "engine/sync/document_import.h"

namespace meisai::sync {

struct DocumentImport::Window {
  explicit Window(WindowContent read) : content(std::move(read)) {}
  WindowContent content;
  bool has_statement = false;
  bool new_statement = false;
  StatementRow statement;                ///< key 0: none
  std::vector<StatementRow> statements;  ///< all of the issuer
  ledger::Outcome outcome;
  DayKey shift = 0;                               ///< days by which a doubtful list is later than what is known
  std::map<StatementKey, std::int64_t> disputed;  ///< by how many more rows a list states otherwise than it bills them
  std::set<TransactionKey> settled;               ///< rows of which it is known now what becomes of them
};

/// From when on a statement is taken to list every purchase: one that reached the issuer late does not make the months
/// before the statement known.
[[nodiscard]] inline LocalDate first_day_of_statement(const DaySpan& days) {
  constexpr std::chrono::days longest_period{45};
  return std::max(days.from, LocalDate(std::chrono::sys_days(days.to) - longest_period));
}

}  // namespace meisai::sync
