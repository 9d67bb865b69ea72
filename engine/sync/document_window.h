// SPDX-License-Identifier: Apache-2.0
//
// The window of a document that is being applied: chosen and matched in document_import.cpp, written in
// document_write.cpp, and nobody else's business.
#pragma once

#include <cstdint>
#include <map>
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
  DayKey shift = 0;                                ///< days by which a doubtful list is later than what is known
  std::map<StatementKey, std::uint64_t> disputed;  ///< rows that a list states otherwise than the statement bills them
};

}  // namespace meisai::sync
