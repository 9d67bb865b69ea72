// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/window_content.h"

#include <algorithm>

#include "engine/ledger/likeness.h"

namespace meisai::sync {
namespace {

/// Card statements did not exist before; an earlier date would also meet the keys of undated rows.
constexpr LocalDate earliest_use{std::chrono::year(1970), std::chrono::January, std::chrono::day(1)};

std::string text_of(const RawPage& page, const RawRecord& record, Field field) {
  return std::string(page.find(record, field).value_or(std::string_view{}));
}

std::string masked_text(const RawPage& page, const RawRecord& record) {
  std::string text;
  for (const RawCell& cell : page.cells(record)) {
    if (!text.empty()) text += '\t';
    text += page.text(cell);
  }
  return text;
}

std::optional<ComponentKind> component_kind(std::string_view name) {
  for (const auto kind : {ComponentKind::revolving_repayment, ComponentKind::carried_over,
                          ComponentKind::previous_balance, ComponentKind::bill_adjustment})
    if (name_of(kind) == name) return kind;
  return std::nullopt;
}

}  // namespace

Result<void> WindowContent::read() {
  entries.reserve(window_.records);
  if (window_.records <= kept_candidates) kept_.reserve(window_.records);
  MEISAI_TRY(document_.each_record(
      window_, [this](const RawPage& page, const RawRecord& record) { return take(page, record); }));
  if (document_.facts.last_record_incomplete)
    rejected.push_back({{.row = document_.facts.lines,
                         .field = Field::extension,
                         .code = Code::document_truncated,
                         .message = "the document ends inside this record"},
                        {}});
  return {};
}

std::uint64_t WindowContent::comparable_rows() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(entries, [](const ledger::Entry& entry) { return !entry.in_parts && !entry.undated; }));
}

Result<void> WindowContent::each_candidate(const CandidateVisitor& visit) {
  if (!kept_.empty() || entries.empty()) {
    for (std::uint32_t i = 0; i < kept_.size(); ++i) MEISAI_TRY(visit(i, std::move(kept_[i])));
    return {};
  }
  std::uint32_t ordinal = 0;
  return document_.each_record(window_, [&](const RawPage& page, const RawRecord& record) -> Result<void> {
    if (record.kind != RecordKind::transaction) return {};
    auto facts = read_transaction(page, record);
    if (!facts) return {};  // rejected on the first pass
    return visit(ordinal++, Candidate{record.card, record.row, std::move(*facts)});
  });
}

Result<void> WindowContent::take(const RawPage& page, const RawRecord& record) {
  if (record.card != no_card) {
    if (record.card >= document_.cards.size())
      return fail(Code::internal_bug, "a record names a card that the reader did not report");
    meet(record.card);
  }
  if (record.kind == RecordKind::transaction) return take_transaction(page, record);
  take_statement_record(page, record);
  return {};
}

Result<void> WindowContent::take_transaction(const RawPage& page, const RawRecord& record) {
  if (record.card == no_card) return fail(Code::internal_bug, "a transaction record belongs to no card");
  ++transaction_records;
  auto facts = read_transaction(page, record);
  if (!facts) {
    reject(page, record, std::move(facts.error()));
    return {};
  }
  if (!currency) currency = facts->currency;
  const auto ordinal = static_cast<std::uint32_t>(entries.size());
  const ledger::LikenessOf likeness_of(normalizer_, document_.layout->vocabulary);
  entries.push_back({.facts = ledger::facts_key(*facts),
                     .in_parts = billed_in_parts(facts->plan.type),
                     .undated = !facts->date.date,
                     .pending = facts->status == TransactionStatus::pending,
                     .plan = facts->plan.type,
                     .part_index = static_cast<std::int16_t>(facts->plan.index.value_or(0)),
                     .part_count = static_cast<std::int16_t>(facts->plan.count.value_or(0)),
                     .day = ledger::day_key(facts->date, 0),
                     .card = record.card,
                     .ordinal = ordinal,
                     .merchant = ledger::merchant_hash(*facts),
                     .content = ledger::content_hash(*facts),
                     .reference = ledger::reference_hash(facts->issuer_reference),
                     .was_pending_as = ledger::reference_hash(facts->pending_reference),
                     .likeness = likeness_of(*facts)});
  count_billed(facts->billed_minor.value_or(facts->amount_minor), entries.back());
  if (facts->date.date) note_date(*facts->date.date, entries.back());
  if (window_.records <= kept_candidates) kept_.push_back({record.card, record.row, std::move(*facts)});
  return {};
}

tl::expected<TransactionFacts, Rejection> WindowContent::read_transaction(const RawPage& page,
                                                                          const RawRecord& record) {
  auto facts = normalizer_.transaction(page, record, document_.layout->vocabulary);
  if (!facts) return facts;
  if (facts->date.date && *facts->date.date < earliest_use)
    return tl::unexpected(Rejection{record.row, Field::usage_date, Code::date_not_valid, "the date lies before 1970"});
  // A list may be of a month that closed long ago (decision 0020): the file does not say, the calendar does.
  if (document_.layout->vocabulary.open_month && facts->billed_minor) {
    const auto payment = normalizer_.payment_month(page, record);
    if (payment && *payment < BillingMonth(today_.year(), today_.month())) facts->status = TransactionStatus::posted;
  }
  return facts;
}

void WindowContent::count_billed(std::int64_t minor, const ledger::Entry& entry) {
  const auto add = [minor](std::optional<std::int64_t>& total) {
    std::int64_t sum = 0;
    if (!total || __builtin_add_overflow(*total, minor, &sum))
      total.reset();
    else
      total = sum;
  };
  add(listed_total_minor);
  const bool may_repeat = document_.layout->window == WindowRule::statement && ledger::is_by_reference(entry.facts);
  if (!may_repeat || stated_.emplace(entry.facts, entry.card, entry.part_index, entry.content).second)
    add(once_total_minor);
}

/// A purchase billed once dates its statement; payment k of an older one is billed k months after it.
void WindowContent::note_date(LocalDate date, const ledger::Entry& entry) {
  const int payments_before = entry.in_parts ? std::max<int>(entry.part_index, 1) - 1 : 0;
  const BillingMonth month = BillingMonth(date.year(), date.month()) + std::chrono::months(payments_before);
  billed_after = std::max(billed_after.value_or(month), month);
  if (entry.in_parts) return;
  newest_use = std::max(newest_use.value_or(date), date);
  const auto [span, first] = days.try_emplace(entry.card, DaySpan{date, date});
  if (!first) span->second = {std::min(span->second.from, date), std::max(span->second.to, date)};
}

void WindowContent::take_statement_record(const RawPage& page, const RawRecord& record) {
  const auto date_into = [&](std::optional<LocalDate>& into) {
    if (auto date = normalizer_.date(page, record)) {
      into = *date;
    } else {
      reject(page, record, std::move(date.error()));
    }
  };
  switch (record.kind) {
    case RecordKind::stated_total:
      if (auto money = normalizer_.money(page, record, document_.layout->vocabulary)) {
        stated_total_minor = *money;
        if (const auto named = Currency::parse(text_of(page, record, Field::currency))) currency = *named;
      } else {
        reject(page, record, std::move(money.error()));
      }
      return;
    case RecordKind::stated_subtotal:
      return take_subtotal(page, record);
    case RecordKind::component:
      return take_component(page, record);
    case RecordKind::payment_due_date:
      date_into(payment_due_date);
      payment_due_label = text_of(page, record, Field::label);
      return;
    case RecordKind::closing_date:
      return date_into(closing_date);
    case RecordKind::billing_month:
      if (auto month = normalizer_.month(page, record)) {
        named_month = *month;
        named_month_text = text_of(page, record, Field::value);
      } else {
        reject(page, record, std::move(month.error()));
      }
      return;
    case RecordKind::statement_reference:
      statement_reference = text_of(page, record, Field::value);
      return;
    case RecordKind::statement_status:
      statement_status = text_of(page, record, Field::value) == name_of(StatementStatus::open)
                             ? StatementStatus::open
                             : StatementStatus::closed;
      return;
    case RecordKind::transaction:
    case RecordKind::window_end:
      return;
  }
}

void WindowContent::take_subtotal(const RawPage& page, const RawRecord& record) {
  auto money = normalizer_.money(page, record, document_.layout->vocabulary);
  if (!money) return reject(page, record, std::move(money.error()));
  const std::string region = text_of(page, record, Field::region);
  Subtotal subtotal{.label = text_of(page, record, Field::label), .card_label = {}, .stated_minor = *money};
  if (!region.empty()) {
    const bool overseas = normalizer_.text(region) == normalizer_.text(document_.layout->vocabulary.overseas_word);
    subtotal.region = overseas ? Region::overseas : Region::domestic;
  }
  subtotals.push_back({std::move(subtotal), record.card});
}

void WindowContent::take_component(const RawPage& page, const RawRecord& record) {
  auto money = normalizer_.money(page, record, document_.layout->vocabulary);
  if (!money) return reject(page, record, std::move(money.error()));
  const auto kind = component_kind(text_of(page, record, Field::section));
  components.push_back({{.kind = kind.value_or(ComponentKind::bill_adjustment),
                         .label = text_of(page, record, Field::label),
                         .card_label = {},
                         .amount_minor = *money},
                        record.card});
}

void WindowContent::meet(std::uint32_t card) {
  // Windows list a handful of cards and mostly the same one as the row before: a search from the back is enough.
  if (std::find(cards.rbegin(), cards.rend(), card) == cards.rend()) cards.push_back(card);
}

void WindowContent::reject(const RawPage& page, const RawRecord& record, Rejection rejection) {
  if (rejection.row == 0) rejection.row = record.row;
  rejected.push_back({std::move(rejection), masked_text(page, record)});
}

}  // namespace meisai::sync
