// SPDX-License-Identifier: Apache-2.0
//
// What has become of a ledger: read through its views and its change feed, and held against the model.
#pragma once

#include <rapidcheck.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/oracle/prediction.h"
#include "tests/store/store_fixture.h"

namespace meisai::oracle {

/// As test::must, but a failure is one of the property: rapidcheck shrinks it.
template <class T>
T must(Result<T> result) {
  if (!result) RC_FAIL(std::string(name_of(result.error().code)) + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A consumer of the change feed: it knows the transactions by what it was told, and nothing else.
class Follower {
 public:
  /// Reads what is new; fails where a position is missing, a row comes twice, or one changes that was never added.
  void read(LedgerView& view);
  [[nodiscard]] const std::set<TransactionKey>& visible() const { return visible_; }
  [[nodiscard]] const std::map<TransactionKey, std::string>& why_removed() const { return why_removed_; }

 private:
  void take(const ChangeRow& change);

  std::uint64_t position_ = 0;
  std::set<TransactionKey> visible_;
  std::map<TransactionKey, std::string> why_removed_;
};

class Reading {
 public:
  explicit Reading(test::World& world) : world_(world) {}

  [[nodiscard]] std::unique_ptr<LedgerView> view();
  /// What must hold after every step, whatever it was: the feed has told exactly the rows that are there, and each that
  /// went says why.
  void check_order();
  /// Whether the ledger is what the model says.
  void compare(const Prediction& prediction);

 private:
  [[nodiscard]] std::vector<StoredRow> stored(TransactionStatus status);
  void read_names(LedgerView& view);
  [[nodiscard]] std::string line(LedgerView& view, const StoredRow& row);
  void compare_statements(LedgerView& view, const Prediction& prediction);
  void compare_removed(LedgerView& view, const Prediction& prediction);

  test::World& world_;
  Follower follower_;
  std::map<CardKey, int> cards_;
  std::map<StatementKey, std::string> statements_;  // by the model's reference
};

}  // namespace meisai::oracle
