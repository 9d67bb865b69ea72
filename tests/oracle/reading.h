// SPDX-License-Identifier: Apache-2.0
//
// What has become of a ledger: read through its views and its change feed, and held against the model.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/oracle/prediction.h"
#include "tests/store/store_fixture.h"

namespace meisai::oracle {

/// The ledger is not what it must be. Thrown, so that a property shrinks it and a thread hands it on.
class Mismatch : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
inline void hold(bool holds, const char* otherwise) {
  if (!holds) throw Mismatch(otherwise);
}
template <class T>
T must(Result<T> result) {
  if (!result) throw Mismatch(std::string(name_of(result.error().code)) + ": " + result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// A consumer of the change feed: it knows the transactions by what it was told, and nothing else.
class Follower {
 public:
  /// Takes the next change; fails where a position is missing, a row comes twice, or one changes that was never added.
  void take(const ChangeRow& change);
  /// Reads what is new, to the view's end.
  void read(LedgerView& view);
  [[nodiscard]] std::uint64_t position() const { return position_; }
  [[nodiscard]] const std::set<TransactionKey>& visible() const { return visible_; }
  [[nodiscard]] const std::map<TransactionKey, std::string>& why_removed() const { return why_removed_; }

 private:
  void take_row(const ChangeRow& change, TransactionKey key);

  std::uint64_t position_ = 0;
  std::set<TransactionKey> visible_;
  std::map<TransactionKey, std::string> why_removed_;
};

class Reading {
 public:
  explicit Reading(test::World& world) : world_(world) {}

  [[nodiscard]] std::unique_ptr<LedgerView> view();
  /// What must hold after every step, whatever it was: the feed has told exactly the rows that are there, each that
  /// went says why, and the months' sums are those of the rows.
  void check_order();
  /// Every row that counts, as the model writes it, without the statements that bill it.
  [[nodiscard]] std::multimap<std::string, TransactionKey> plain_rows();
  /// Whether the ledger is what the model says.
  void compare(const Prediction& prediction);

 private:
  void read_names(LedgerView& view);
  [[nodiscard]] std::string plain_line(const StoredRow& row) const;
  [[nodiscard]] std::string line(LedgerView& view, const StoredRow& row);
  void compare_statements(LedgerView& view, const Prediction& prediction);
  void compare_removed(LedgerView& view, const Prediction& prediction);

  test::World& world_;
  Follower follower_;
  std::map<CardKey, int> cards_;
  std::map<StatementKey, std::string> statements_;  // by the model's reference
};

}  // namespace meisai::oracle
