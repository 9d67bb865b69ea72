// SPDX-License-Identifier: Apache-2.0
//
// A complete window, read: typed candidates, rejections, and what the statement says of itself. Candidates
// of a small window are kept; those of a large one are normalized again when they are needed, so that
// memory grows by some forty bytes a row only.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "engine/ledger/matching.h"
#include "engine/sync/staged_document.h"

namespace meisai::sync {

struct Candidate {
  std::uint32_t card = 0;  ///< index into the document's cards
  std::uint64_t row = 0;   ///< line of the document
  TransactionFacts facts;
};

struct RejectedCandidate {
  Rejection rejection;
  std::string masked_text;
};

/// A sum or component with the card it is about (no_card: none), before cards have labels.
struct SubtotalSeen {
  Subtotal subtotal;
  std::uint32_t card = no_card;
};
struct ComponentSeen {
  Component component;
  std::uint32_t card = no_card;
};

struct DaySpan {
  LocalDate from{};
  LocalDate to{};
};

class WindowContent {
 public:
  using CandidateVisitor = std::function<Result<void>(std::uint32_t ordinal, Candidate&&)>;

  /// `today`: the day in Japan on which the document is taken in.
  WindowContent(StagedDocument& document, const WindowSpan& window, Normalizer& normalizer, LocalDate today)
      : document_(document), window_(window), normalizer_(normalizer), today_(today) {}

  /// Reads the window. An incomplete last record of the document is a rejection here.
  [[nodiscard]] Result<void> read();
  /// Hands out each candidate in order of the document. Once: the visitor may take it.
  [[nodiscard]] Result<void> each_candidate(const CandidateVisitor& visit);

  /// Rows that can be found again by day and facts alone.
  [[nodiscard]] std::uint64_t comparable_rows() const;

  std::vector<ledger::Entry> entries;  ///< one a candidate; undated ones have no day yet
  std::vector<RejectedCandidate> rejected;
  std::vector<SubtotalSeen> subtotals;
  std::vector<ComponentSeen> components;
  std::vector<std::uint32_t> cards;          ///< met in this window, by first appearance
  std::map<std::uint32_t, DaySpan> days;     ///< days of use by card, of purchases billed once
  std::optional<LocalDate> newest_use;       ///< of a purchase billed once
  std::optional<BillingMonth> billed_after;  ///< no statement can list these rows in an earlier month
  std::optional<std::int64_t> stated_total_minor;
  std::optional<std::int64_t> listed_total_minor = 0;  ///< what all rows bill; empty: more than can be counted
  std::optional<std::int64_t> once_total_minor = 0;    ///< the same where pages overlap: equal rows of one id once
  std::optional<Currency> currency;                    ///< of the stated total; where it names none, of the first row
  std::optional<LocalDate> payment_due_date;
  std::string payment_due_label;
  std::optional<LocalDate> closing_date;
  std::optional<Normalizer::NamedMonth> named_month;
  std::string named_month_text;
  std::string statement_reference;  ///< the issuer's own id of the statement; empty: it states none
  std::optional<StatementStatus> statement_status;
  std::uint64_t transaction_records = 0;

 private:
  [[nodiscard]] Result<void> take(const RawPage& page, const RawRecord& record);
  [[nodiscard]] Result<void> take_transaction(const RawPage& page, const RawRecord& record);
  [[nodiscard]] tl::expected<TransactionFacts, Rejection> read_transaction(const RawPage& page,
                                                                           const RawRecord& record);
  void count_billed(std::int64_t minor, const ledger::Entry& entry);
  void note_date(LocalDate date, const ledger::Entry& entry);
  void take_statement_record(const RawPage& page, const RawRecord& record);
  void take_component(const RawPage& page, const RawRecord& record);
  void take_subtotal(const RawPage& page, const RawRecord& record);
  void meet(std::uint32_t card);
  void reject(const RawPage& page, const RawRecord& record, Rejection rejection);

  static constexpr std::uint64_t kept_candidates = 8192;

  StagedDocument& document_;
  WindowSpan window_;
  Normalizer& normalizer_;
  LocalDate today_;
  std::vector<Candidate> kept_;
  /// Of a statement: its rows with an issuer's id, by id, card, payment and content.
  std::set<std::tuple<ledger::FactsKey, std::uint32_t, std::int16_t, std::uint64_t>> stated_;
};

}  // namespace meisai::sync
