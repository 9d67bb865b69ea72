// SPDX-License-Identifier: Apache-2.0
//
// A ledger in memory that a test fills row by row, and what readers say of it on a day that the test names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/gate/gate.h"
#include "engine/reading/surroundings.h"
#include "meisai/ports/control.h"
#include "meisai/ports/gate_lock.h"
#include "meisai/ports/system.h"
#include "storage/memory/memory.h"

namespace meisai::test {

[[nodiscard]] LocalDate on(const std::string& date);
[[nodiscard]] BillingMonth in(const std::string& month);

/// What a test says of a row; the rest is filled in.
struct Use {
  std::string date;
  std::int64_t amount = 1000;
  StatementKey statement = 0;
  std::optional<std::int64_t> billed = {};
  TransactionStatus status = TransactionStatus::posted;
  PaymentPlan plan = {PaymentType::one_time, {}, {}};
  std::optional<std::int64_t> remaining = {};
  TransactionKind kind = TransactionKind::purchase;
  std::string merchant = "shop";
};

/// What a test says of a statement.
struct Bill {
  std::string month;
  std::string due = {};
  std::string closing = {};
  std::optional<std::int64_t> total = {};
  StatementStatus status = StatementStatus::closed;
  std::vector<Component> components = {};
};

class Desk {
 public:
  explicit Desk(const std::string& today = "2026-11-20");

  CardKey card(const std::string& label, const std::string& connection = "");
  StatementKey bill(std::vector<CardKey> cards, const Bill& bill);
  TransactionKey use(CardKey card, const Use& use);
  void part(TransactionKey row, StatementKey statement, std::int64_t billed, int index);
  void known(CardKey card, const std::string& from, const std::string& to, const std::string& channel = "api",
             const std::string& certainty = "complete");
  void unlisted(StatementKey statement, std::vector<TransactionKey> rows);
  void rejected(StatementKey statement, const std::string& masked);
  /// A document that something came with through the connection.
  void arrived(const std::string& connection, const std::string& at);
  void tell(TransactionKey first, TransactionKey last);
  /// A connection that was linked then, with what its last look came to.
  Connection& linked(const std::string& id, const std::string& since, SyncOutcome last = SyncOutcome::none,
                     const std::string& looked = "");
  void agreed(const std::string& connection, const std::string& from, const std::string& to);
  /// The connection's consent ends, and its data is sealed.
  void seal(const std::string& connection);
  void today(const std::string& date);

  Upcoming upcoming();
  std::vector<CoverageOfCard> coverage();
  Status status();
  Result<StatementDetail> statement(StatementKey key);
  Result<ChangeList> changes(const std::string& cursor, std::size_t limit);
  std::string cursor();
  StoreHealth prune();

  reading::Surroundings around;
  IssuerProfile::Limits& limits() { return around.limits[issuer]; }
  const IssuerId issuer{"sample_card"};

 private:
  std::unique_ptr<LedgerView> view();
  void write(const std::function<void(LedgerWrite&)>& fill);

  SeededEntropy entropy_{7};
  std::unique_ptr<Control> control_;
  memory::Stores stores_;
  std::unique_ptr<GateLock> lock_;
  ScriptedClock clock_;
  std::unique_ptr<Gate> gate_;
  std::uint32_t facts_ = 0;
};

}  // namespace meisai::test
