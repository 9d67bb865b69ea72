// SPDX-License-Identifier: Apache-2.0
//
// Files of the card that the household's connection fetches as well: statements, and the list of an open month. Their
// bytes are not read: adapters are tested elsewhere.
#pragma once

#include <string>
#include <vector>

#include "engine/sync/document_import.h"
#include "tests/linked_sync/household.h"

namespace meisai::test {

struct FileLine {
  std::string date;
  std::string merchant;
  std::string amount;
};

/// A statement that is due on this day.
sync::WindowsResult take_statement_file(Household& home, const std::string& due, const std::vector<FileLine>& lines);
/// The list of an open month: every row is pending.
sync::WindowsResult take_open_month_file(Household& home, const std::vector<FileLine>& lines);

/// What the ledger asks about, in one state.
std::vector<SuggestionRow> suggestions(Household& home, SuggestionState state = SuggestionState::open);
/// The rules of a row's reasons, oldest first.
std::vector<std::string> rules_of(Household& home, TransactionKey key);

}  // namespace meisai::test
