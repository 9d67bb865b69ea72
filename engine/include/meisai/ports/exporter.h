// SPDX-License-Identifier: Apache-2.0
//
// Writes the ledger for another program. Exporters render text in memory and do no I/O; the engine asks
// the gate before each batch and writes what they return. Same input, same bytes (I12): no clock here.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "meisai/ledger.h"

namespace meisai {

/// What one statement takes from the bank, card by card.
struct Settlement {
  Statement statement;
  struct Share {
    CardId card;
    std::string card_label;
    std::int64_t amount_minor = 0;  ///< billed rows and components of the card
  };
  std::vector<Share> shares;  ///< sums to the statement's computed total
};

/// Everything that is known before the first row.
struct ExportContext {
  std::vector<Card> cards;              ///< of the rows that follow
  std::vector<Settlement> settlements;  ///< that fall into the exported period, by due date
  std::vector<Statement> statements;    ///< that the rows that follow may name, settled here or not
};

/// One export under way: head, then rows in batches (by usage date), then tail; each returns bytes to write.
class ExportRun {
 public:
  virtual ~ExportRun() = default;
  [[nodiscard]] virtual Result<std::string> head() = 0;
  [[nodiscard]] virtual Result<std::string> rows(std::span<const Transaction> batch) = 0;
  [[nodiscard]] virtual Result<std::string> tail() = 0;
};

class Exporter {
 public:
  virtual ~Exporter() = default;
  [[nodiscard]] virtual std::string_view target() const noexcept = 0;     ///< `hledger`
  [[nodiscard]] virtual std::string_view extension() const noexcept = 0;  ///< `journal`
  [[nodiscard]] virtual std::string_view name_ja() const noexcept = 0;
  [[nodiscard]] virtual std::string_view name_en() const noexcept = 0;
  /// Whether the target books what a statement takes from the bank.
  [[nodiscard]] virtual bool books_settlements() const noexcept { return false; }
  [[nodiscard]] virtual std::unique_ptr<ExportRun> begin(const ExportContext& context) const = 0;
};

}  // namespace meisai
