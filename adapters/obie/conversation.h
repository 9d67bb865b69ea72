// SPDX-License-Identifier: Apache-2.0
//
// One look at one connection: accounts; then for each card its statements, the rows of those that are not settled, and
// the rows of the wanted days. Holds the place in that order and nothing else.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/obie/accounts.h"
#include "adapters/obie/listing.h"
#include "adapters/obie/row_reader.h"
#include "adapters/obie/statements.h"
#include "meisai/ports/linked_adapter.h"

namespace meisai::obie {

class ObieConversation final : public Conversation {
 public:
  ObieConversation(const Shape& shape, FetchPlan plan);

  Result<std::optional<IssuerRequest>> next_request() override;
  Result<void> accept(const IssuerAnswer& answer) override;
  std::optional<FetchedPiece> take_piece() override;
  std::span<const CardClue> cards() const override { return accounts_.cards(); }

 private:
  enum class Stage : std::uint8_t { accounts, statements, statement_rows, days, done };
  using KnownRow = std::pair<std::string_view, std::string_view>;  ///< id and all of it, as written
  using RowsById = std::unordered_multimap<std::string_view, std::string_view>;
  struct Days {
    LocalDate from;
    LocalDate to;
  };

  Result<void> read(const IssuerAnswer& answer);
  Result<void> take_statements(json::Value answer);
  Result<void> read_rows(json::Value answer, std::string_view document);
  void keep_page(std::string_view document, const std::vector<KnownRow>& rows);
  Result<void> next_list();
  Result<void> begin_card();
  Result<void> begin_statement();
  Result<void> begin_days();
  Result<void> list_of_days();
  void begin_document(const LayoutInfo& layout);
  void end_document(std::string name);
  void begin_record(RecordKind kind);
  void push_page();
  [[nodiscard]] bool is_settled(const StatementHead& head) const;
  [[nodiscard]] LocalDate first_day() const { return known_card_ ? known_card_->from : plan_.from; }
  [[nodiscard]] bool seen_on_last_page(json::Value row);
  [[nodiscard]] Result<std::string> card_url(std::string_view below) const;
  Error located(Error error) const;

  const Shape& shape_;
  const FetchPlan plan_;
  Stage stage_ = Stage::accounts;
  Listing list_;
  json::Reader json_;
  Accounts accounts_;
  std::uint32_t card_ = 0;
  std::optional<KnownCard> known_card_;  ///< what is known of it

  std::vector<StatementHead> statements_;
  std::size_t statement_ = 0;
  std::vector<RefusedStatement> refused_statements_;
  std::vector<Days> days_;
  std::size_t day_range_ = 0;

  const LayoutInfo* layout_ = nullptr;
  std::optional<RowReader> rows_;
  std::uint64_t row_ = 0;
  RawPageBuilder builder_;
  std::deque<FetchedPiece> pieces_;
  RowsById last_page_;         ///< of the answer before, where another follows
  std::string last_document_;  ///< that they point into
  std::optional<Error> failure_;
};

}  // namespace meisai::obie
