// SPDX-License-Identifier: Apache-2.0
//
// The memory store's ledger as plain maps, and the record of how to undo a window. A view shares the state
// as it stands; a writer changes it in place when nobody looks, else a copy. A view opened while a window
// is being written gets a copy with the window undone: nothing uncommitted is ever seen.
#pragma once

#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "meisai/ports/store.h"

namespace meisai::memory {

struct RowPlace {
  CardKey card = 0;
  DayKey day = 0;
  Fingerprint fingerprint;
  friend auto operator<=>(const RowPlace&, const RowPlace&) = default;
};

using ListedKey = std::pair<StatementKey, TransactionKey>;
/// Encoded raw pages in order, shared between states.
using PageList = std::vector<std::shared_ptr<const std::string>>;
using QuarantineKey = std::tuple<DocumentKey, std::uint64_t, Code>;

/// The highest number that a thing had which was erased: none is used again.
struct UsedNumbers {
  CardKey card = 0;
  StatementKey statement = 0;
  DocumentKey document = 0;
  TransactionKey transaction = 0;
  HoldKey hold = 0;
  SuggestionKey suggestion = 0;
};

struct LedgerState {
  std::map<CardKey, CardRow> cards;
  std::map<StatementKey, StatementRow> statements;
  std::map<DocumentKey, DocumentRow> documents;
  std::map<DocumentKey, PageList> pages;
  std::map<TransactionKey, StoredRow> rows;
  std::map<RowPlace, TransactionKey> places;
  std::map<ListedKey, bool> belongs;  ///< rows by the statement they belong to
  std::map<ListedKey, BilledPart> parts_by_statement;
  std::map<std::pair<TransactionKey, StatementKey>, BilledPart> parts;
  std::map<std::pair<TransactionKey, std::size_t>, StoredRow> revisions;
  std::map<std::tuple<CardKey, BillingMonth, std::string>, MonthTotal> months;
  std::map<std::pair<TransactionKey, std::size_t>, UserLayer> layers;  ///< the last of a row is the one of now
  std::map<std::int64_t, CoverageRow> coverage;
  std::map<QuarantineKey, QuarantineRow> quarantine;
  std::map<HoldKey, HoldRow> holds;
  std::map<RowPlace, TransactionKey> aliases;
  std::map<std::pair<TransactionKey, std::size_t>, ReasonRow> reasons;
  std::map<SuggestionKey, SuggestionRow> suggestions;
  std::map<std::pair<StatementKey, ConnectionId>, bool> origins;  ///< through what it was seen; empty: a file
  UsedNumbers used;
  std::map<StatementKey, std::vector<TransactionKey>> unlisted;  ///< what the newest copy does not list any more
  std::vector<ChangeRow> changes;
  std::uint64_t first_position = 1;  ///< of `changes`: older ones were pruned
  std::vector<AuditEntry> audit;
  std::uint64_t generation = 0;

  [[nodiscard]] std::uint64_t last_position() const noexcept;
  /// Takes away the oldest changes, up to the first that was not committed before `before`. How many positions went.
  std::uint64_t prune_changes(Instant before);
  [[nodiscard]] bool lists(StatementKey statement, const StoredRow& row) const;
  [[nodiscard]] std::vector<const StoredRow*> rows_of(StatementKey statement) const;
  [[nodiscard]] std::vector<BilledPart> parts_of(TransactionKey transaction) const;
  [[nodiscard]] Result<std::vector<BilledSum>> billed_sums(StatementKey statement) const;
  /// Oldest first.
  [[nodiscard]] std::vector<UserLayer> layers_of(TransactionKey transaction) const;
  void append_audit(const AuditDraft& draft);
  /// Cards that only sealed connections brought, ascending.
  [[nodiscard]] std::vector<CardKey> withheld(const std::vector<ConnectionId>& sealed) const;
  /// The open hold of the document; 0: none.
  [[nodiscard]] HoldKey open_hold_of(DocumentKey document) const;
  [[nodiscard]] bool in_file(DocumentKey document) const;
  /// Takes away what came through the connection and through nothing else (erase.cpp).
  [[nodiscard]] Result<void> take_away(const ConnectionId& connection, Instant at);
};

/// What the map holds of things that are `wanted`, in its order.
template <class Map, class Wanted>
[[nodiscard]] std::vector<typename Map::mapped_type> values_of(const Map& map, const Wanted& wanted) {
  std::vector<typename Map::mapped_type> found;
  for (const auto& [key, value] : map)
    if (wanted(value)) found.push_back(value);
  return found;
}
/// What the map holds under the key, if anything.
template <class Map>
[[nodiscard]] std::optional<typename Map::mapped_type> value_of(const Map& map, const typename Map::key_type& key) {
  const auto found = map.find(key);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

/// Changes to a state's maps, and the way back.
class UndoLog {
 public:
  template <class Map>
  void put(LedgerState& state, Map LedgerState::* member, typename Map::key_type key, typename Map::mapped_type value) {
    Map& map = state.*member;
    if (const auto known = map.find(key); known != map.end()) {
      steps_.push_back([member, key = std::move(key), old = std::move(known->second)](LedgerState& target) {
        (target.*member).insert_or_assign(key, old);
      });
      known->second = std::move(value);
      return;
    }
    map.emplace(key, std::move(value));
    steps_.push_back([member, key = std::move(key)](LedgerState& target) { (target.*member).erase(key); });
  }
  template <class Map>
  void drop(LedgerState& state, Map LedgerState::* member, typename Map::key_type key) {
    Map& map = state.*member;
    const auto known = map.find(key);
    if (known == map.end()) return;
    steps_.push_back([member, key = std::move(key), old = std::move(known->second)](LedgerState& target) {
      (target.*member).insert_or_assign(key, old);
    });
    map.erase(known);
  }
  void undo(LedgerState& state) const {
    for (const auto& step : std::views::reverse(steps_)) step(state);
  }

 private:
  std::vector<std::function<void(LedgerState&)>> steps_;
};

}  // namespace meisai::memory
