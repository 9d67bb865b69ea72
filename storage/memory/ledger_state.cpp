// SPDX-License-Identifier: Apache-2.0
#include "storage/memory/ledger_state.h"

#include <algorithm>
#include <limits>
#include <set>

#include "storage/rules/ledger_rules.h"

namespace meisai::memory {

std::uint64_t LedgerState::last_position() const noexcept {
  return changes.empty() ? first_position - 1 : ledger_rules::last_position_of(changes.back());
}

std::uint64_t LedgerState::prune_changes(Instant before) {
  const std::uint64_t first_before = first_position;
  const auto kept = std::ranges::find_if(changes, [&](const ChangeRow& change) { return change.at >= before; });
  first_position = kept == changes.end() ? last_position() + 1 : kept->position;
  changes.erase(changes.begin(), kept);
  return first_position - first_before;
}

bool LedgerState::lists(StatementKey statement, const StoredRow& row) const {
  return row.statement == statement || parts.contains({row.key, statement});
}

std::vector<const StoredRow*> LedgerState::rows_of(StatementKey statement) const {
  std::set<TransactionKey> keys;
  const auto collect = [&](const auto& map) {
    for (auto it = map.lower_bound({statement, 0}); it != map.end() && it->first.first == statement; ++it)
      keys.insert(it->first.second);
  };
  collect(belongs);
  collect(parts_by_statement);
  std::vector<const StoredRow*> found;
  for (const TransactionKey key : keys) found.push_back(&rows.at(key));
  return found;
}

std::vector<BilledPart> LedgerState::parts_of(TransactionKey transaction) const {
  std::vector<BilledPart> found;
  for (auto it = parts.lower_bound({transaction, 0}); it != parts.end() && it->first.first == transaction; ++it)
    found.push_back(it->second);
  return found;
}

std::vector<UserLayer> LedgerState::layers_of(TransactionKey transaction) const {
  std::vector<UserLayer> found;
  for (auto it = layers.lower_bound({transaction, 0}); it != layers.end() && it->first.first == transaction; ++it)
    found.push_back(it->second);
  return found;
}

Result<std::vector<BilledSum>> LedgerState::billed_sums(StatementKey statement) const {
  std::vector<BilledSum> sums;
  for (const StoredRow* row : rows_of(statement)) {
    const auto part = parts.find({row->key, statement});
    const auto billed = part == parts.end() ? row->facts.billed_minor : part->second.billed_minor;
    MEISAI_TRY(ledger_rules::add_billed(sums, row->card, row->facts.region, billed));
  }
  std::ranges::sort(sums, {}, [](const BilledSum& sum) { return std::pair(sum.card, sum.region); });
  return sums;
}

HoldKey LedgerState::open_hold_of(DocumentKey document) const {
  const auto found = std::ranges::find_if(holds, [&](const auto& entry) {
    return entry.second.document == document && entry.second.state == HoldState::open;
  });
  return found == holds.end() ? 0 : found->first;
}

bool LedgerState::in_file(DocumentKey document) const {
  const auto found = documents.find(document);
  return found != documents.end() && found->second.connection.empty();
}

std::vector<CardKey> LedgerState::withheld(const std::vector<ConnectionId>& sealed) const {
  std::vector<CardKey> found;
  for (const auto& [key, card] : cards) {
    const bool has_file_row = std::ranges::any_of(rows, [&, card_key = key](const auto& row) {
      return row.second.card == card_key && in_file(row.second.document);
    });
    if (card.joined_into == 0 && ledger_rules::all_sealed(card.connections, sealed) && !has_file_row)
      found.push_back(key);
  }
  std::vector<CardRow> all;
  for (const auto& [key, card] : cards) all.push_back(card);
  ledger_rules::add_joined(found, all);
  return found;
}

void LedgerState::append_audit(const AuditDraft& draft) {
  audit.push_back(seal_entry(draft, audit.empty() ? std::nullopt : std::optional(audit.back())));
}

}  // namespace meisai::memory
