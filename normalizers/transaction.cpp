// SPDX-License-Identifier: Apache-2.0
//
// One raw record becomes one typed transaction, or a rejection that says which field and why. A wrong date or
// amount refuses the row; a wrong detail is left out and the row is flagged.
#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "meisai/pan_guard.h"
#include "normalizers/date.h"
#include "normalizers/foreign.h"
#include "normalizers/money.h"
#include "normalizers/normalizers.h"
#include "normalizers/plan.h"
#include "normalizers/text.h"

namespace meisai {
namespace {

using namespace normalizers;

constexpr std::size_t field_count = static_cast<std::size_t>(Field::extension) + 1;

/// The first cell of each field, in one pass.
class Cells {
 public:
  Cells(const RawPage& page, const RawRecord& record) {
    for (const RawCell& cell : page.cells(record)) {
      std::string_view& text = text_[static_cast<std::size_t>(cell.field)];
      if (text.data() == nullptr) text = page.text(cell);
      masked_ = masked_ || cell.pan_masked;
    }
  }
  std::string_view operator[](Field field) const noexcept { return text_[static_cast<std::size_t>(field)]; }
  bool masked() const noexcept { return masked_; }

 private:
  std::array<std::string_view, field_count> text_{};
  bool masked_ = false;
};

std::string message_of(Code code) {
  switch (code) {
    case Code::date_not_valid:
      return "the date is not one that exists, or not in a known form";
    case Code::amount_overflow:
      return "the amount is too large";
    case Code::field_empty:
      return "the field is empty";
    default:
      return "the amount is not a number";
  }
}
tl::unexpected<Rejection> reject(const RawRecord& record, Field field, Code code) {
  return tl::unexpected(Rejection{record.row, field, code, message_of(code)});
}

/// White space alone, or the word that a layout writes for "nothing".
bool is_blank(std::string_view text, std::string_view word_for_empty = {}) {
  if (text.empty()) return true;
  const auto byte = static_cast<unsigned char>(text.front());
  if (byte > ' ' && byte < 0x80 && text != word_for_empty) return false;
  const std::string form = normalized_text(text);
  return form.empty() || form == word_for_empty;
}

void flag(TransactionFacts& facts, RowFlag which) {
  facts.flags = static_cast<std::uint16_t>(facts.flags | static_cast<std::uint16_t>(which));
}

bool applies(const KindRule& rule, const TransactionFacts& facts, const Cells& cells, bool amount_stated) {
  const auto merchant_has = [&] { return facts.merchant_normalized.find(rule.text) != std::string::npos; };
  switch (rule.when) {
    case KindWhen::section_is:
      return !cells[Field::section].empty() && cells[Field::section] == rule.text;
    case KindWhen::correction_mark_is:
      return !cells[Field::correction_mark].empty() && normalized_text(cells[Field::correction_mark]) == rule.text;
    case KindWhen::merchant_contains:
      return merchant_has();
    case KindWhen::undated_and_contains:
      return facts.date.precision == DatePrecision::none && merchant_has();
    case KindWhen::amount_negative:
      return facts.amount_minor < 0;
    case KindWhen::amount_empty:
      return !amount_stated;
  }
  return false;
}

TransactionKind kind_of(const Vocabulary& vocabulary, const TransactionFacts& facts, const Cells& cells,
                        bool amount_stated) {
  for (const KindRule& rule : vocabulary.kinds)
    if (applies(rule, facts, cells, amount_stated)) return rule.kind;
  return TransactionKind::purchase;
}

/// Kinds that lower what is owed are negative whatever sign the document uses.
void apply_sign(TransactionFacts& facts) {
  const bool lowers = facts.kind == TransactionKind::refund || facts.kind == TransactionKind::payment ||
                      facts.kind == TransactionKind::discount;
  if (!lowers) return;
  facts.amount_minor = -std::abs(facts.amount_minor);
  if (facts.billed_minor) facts.billed_minor = -std::abs(*facts.billed_minor);
  if (facts.remaining_minor) facts.remaining_minor = -std::abs(*facts.remaining_minor);
}

void read_payment_plan(TransactionFacts& facts, const Cells& cells, const Vocabulary& vocabulary) {
  const std::string_view word = cells[Field::plan];
  if (!is_blank(word)) {
    const ReadPlan read = read_plan(word, cells[Field::plan_index], vocabulary);
    facts.plan = read.plan;
    if (read.dropped) flag(facts, RowFlag::field_dropped);
    return;
  }
  if (facts.kind != TransactionKind::purchase) return;
  if (vocabulary.empty_plan == EmptyPlan::one_time) facts.plan.type = PaymentType::one_time;
  // A revolving purchase is billed through its monthly repayment, so it has no billed amount of its own.
  if (vocabulary.empty_plan == EmptyPlan::revolving && !facts.billed_minor) facts.plan.type = PaymentType::revolving;
}

class JapanNormalizer final : public Normalizer {
 public:
  tl::expected<TransactionFacts, Rejection> transaction(const RawPage& page, const RawRecord& record,
                                                        const Vocabulary& vocabulary) override;
  tl::expected<LocalDate, Rejection> date(const RawPage& page, const RawRecord& record) override;
  tl::expected<std::int64_t, Rejection> money(const RawPage& page, const RawRecord& record,
                                              const Vocabulary& vocabulary) override;
  tl::expected<NamedMonth, Rejection> month(const RawPage& page, const RawRecord& record) override;
  std::string text(std::string_view raw) override { return normalized_text(raw); }

 private:
  void read_merchant(TransactionFacts& facts, std::string_view raw);
  tl::expected<Currency, Code> currency_of(const Vocabulary& vocabulary);

  TextMemo merchants_;
};

tl::expected<Currency, Code> JapanNormalizer::currency_of(const Vocabulary& vocabulary) {
  if (vocabulary.currency == Currency::jpy().code()) return Currency::jpy();
  const auto currency = Currency::parse(vocabulary.currency);
  if (!currency) return tl::unexpected(currency.error().code);
  return *currency;
}

void JapanNormalizer::read_merchant(TransactionFacts& facts, std::string_view raw) {
  facts.merchant_raw = raw;
  facts.merchant_normalized = merchants_.normalized(raw);
  // Folding can make digits of what the guard took for other characters; then the raw text may not stay either.
  if (pan::mask(facts.merchant_normalized)) {
    facts.merchant_raw = facts.merchant_normalized;
    flag(facts, RowFlag::pan_masked);
  }
}

tl::expected<TransactionFacts, Rejection> JapanNormalizer::transaction(const RawPage& page, const RawRecord& record,
                                                                       const Vocabulary& vocabulary) {
  const Cells cells(page, record);
  TransactionFacts facts;
  if (cells.masked()) flag(facts, RowFlag::pan_masked);

  const auto used = read_date(cells[Field::usage_date]);
  if (!used) return reject(record, Field::usage_date, used.error());
  facts.date = used->date;
  if (used->era_overrun) flag(facts, RowFlag::era_overrun);
  read_merchant(facts, cells[Field::merchant]);

  const auto currency = currency_of(vocabulary);
  if (!currency) return reject(record, Field::amount, currency.error());
  facts.currency = *currency;
  const bool amount_stated = !is_blank(cells[Field::amount], vocabulary.amount_if_empty);
  const bool billed_stated = !is_blank(cells[Field::billed], vocabulary.amount_if_empty);
  if (!amount_stated && !billed_stated) return reject(record, Field::amount, Code::field_empty);
  if (billed_stated) {
    const auto billed = read_money(cells[Field::billed], *currency);
    if (!billed) return reject(record, Field::billed, billed.error());
    facts.billed_minor = *billed;
  }
  const auto amount = amount_stated ? read_money(cells[Field::amount], *currency) : *facts.billed_minor;
  if (!amount) return reject(record, Field::amount, amount.error());
  facts.amount_minor = *amount;

  const auto optional_part = [&](bool was_read) {
    if (!was_read) flag(facts, RowFlag::field_dropped);
  };
  if (!is_blank(cells[Field::remaining], vocabulary.amount_if_empty)) {
    const auto remaining = read_money(cells[Field::remaining], *currency);
    if (remaining) facts.remaining_minor = *remaining;
    optional_part(remaining.has_value());
  }
  if (!is_blank(cells[Field::posting_date])) {
    const auto posted = read_date(cells[Field::posting_date]);
    const bool is_day = posted && posted->date.precision == DatePrecision::day;
    if (is_day) facts.posting_date = posted->date.date;
    optional_part(is_day);
  }
  facts.kind = kind_of(vocabulary, facts, cells, amount_stated);
  apply_sign(facts);
  read_payment_plan(facts, cells, vocabulary);
  if (!vocabulary.billed_column && facts.plan.type == PaymentType::one_time) facts.billed_minor = facts.amount_minor;

  if (!cells[Field::foreign_amount].empty() || !cells[Field::foreign_rate].empty()) {
    ReadForeign read = read_foreign({cells[Field::foreign_amount], cells[Field::foreign_currency],
                                     cells[Field::foreign_rate], cells[Field::foreign_rate_date]},
                                    facts.date);
    facts.foreign = std::move(read.foreign);
    optional_part(!read.dropped);
  }
  if (!vocabulary.overseas_word.empty() && !is_blank(cells[Field::region]))
    facts.region =
        normalized_text(cells[Field::region]) == vocabulary.overseas_word ? Region::overseas : Region::domestic;
  return facts;
}

tl::expected<LocalDate, Rejection> JapanNormalizer::date(const RawPage& page, const RawRecord& record) {
  const auto read = read_date(page.find(record, Field::value).value_or(""));
  if (!read) return reject(record, Field::value, read.error());
  if (read->date.precision == DatePrecision::none) return reject(record, Field::value, Code::field_empty);
  if (read->date.precision != DatePrecision::day) return reject(record, Field::value, Code::date_not_valid);
  return *read->date.date;
}

tl::expected<std::int64_t, Rejection> JapanNormalizer::money(const RawPage& page, const RawRecord& record,
                                                             const Vocabulary& vocabulary) {
  const auto currency = currency_of(vocabulary);
  if (!currency) return reject(record, Field::value, currency.error());
  const auto read = read_money(page.find(record, Field::value).value_or(""), *currency);
  if (!read) return reject(record, Field::value, read.error());
  return *read;
}

tl::expected<Normalizer::NamedMonth, Rejection> JapanNormalizer::month(const RawPage& page, const RawRecord& record) {
  const auto read = read_named_month(page.find(record, Field::value).value_or(""));
  if (!read) return reject(record, Field::value, read.error());
  return NamedMonth{read->month, read->year};
}

}  // namespace

std::unique_ptr<Normalizer> make_normalizer() { return std::make_unique<JapanNormalizer>(); }

}  // namespace meisai
