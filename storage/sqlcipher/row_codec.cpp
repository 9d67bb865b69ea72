// SPDX-License-Identifier: Apache-2.0
//
// `attrs`, from bit 0: kind 4, precision 2, plan type 3, region 2, flags 16. The usual row needs two bytes.
// `extra`: fields of tag (1 byte), length (4 bytes, little-endian), bytes; only those that the row has.
// Both are file formats: new enumerators are appended, new fields get new tags.
#include "storage/sqlcipher/row_codec.h"

#include <array>
#include <cstring>

#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

constexpr unsigned precision_shift = 4, plan_shift = 6, region_shift = 9, flags_shift = 11;
constexpr std::int64_t kinds = 9, precisions = 3, plans = 7, regions = 3, statuses = 3;
static_assert(static_cast<int>(TransactionKind::authorization) + 1 == kinds);
static_assert(static_cast<int>(DatePrecision::none) + 1 == precisions);
static_assert(static_cast<int>(PaymentType::unknown) + 1 == plans);
static_assert(static_cast<int>(Region::overseas) + 1 == regions);
static_assert(static_cast<int>(TransactionStatus::removed) + 1 == statuses);

enum class Tag : std::uint8_t {
  currency = 1,
  remaining,
  plan_index,
  plan_count,
  foreign_text,
  foreign_amount,
  foreign_currency,
  foreign_rate,
  foreign_rate_date,
  issuer_reference,
  pending_reference,
  absent_since,
  merged_into,
  ignored,
  disputed_minor,
};

std::int64_t pack_attributes(const TransactionFacts& facts) noexcept {
  return static_cast<std::int64_t>(facts.kind) | static_cast<std::int64_t>(facts.date.precision) << precision_shift |
         static_cast<std::int64_t>(facts.plan.type) << plan_shift |
         static_cast<std::int64_t>(facts.region) << region_shift | std::int64_t{facts.flags} << flags_shift;
}

class ExtraWriter {
 public:
  explicit ExtraWriter(std::string& out) : out_(out) {}
  void text(Tag tag, std::string_view bytes) {
    out_.push_back(static_cast<char>(tag));
    for (unsigned shift = 0; shift < 32; shift += 8)
      out_.push_back(static_cast<char>(static_cast<unsigned char>((bytes.size() >> shift) & 0xffU)));
    out_.append(bytes);
  }
  void number(Tag tag, std::int64_t value) {
    std::array<char, 8> bytes{};
    for (unsigned i = 0; i < 8; ++i)
      bytes[i] = static_cast<char>(static_cast<unsigned char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xffU));
    text(tag, {bytes.data(), bytes.size()});
  }
  void number(Tag tag, std::optional<std::int64_t> value) {
    if (value) number(tag, *value);
  }

 private:
  std::string& out_;
};

bool is_plain(const TransactionFacts& facts) noexcept {
  return !facts.remaining_minor && !facts.plan.index && !facts.plan.count && !facts.foreign &&
         facts.currency == Currency::jpy() && facts.issuer_reference.empty() && facts.pending_reference.empty();
}

void write_extra(const StoredRow& row, std::string& out) {
  const TransactionFacts& facts = row.facts;
  out.clear();
  if (is_plain(facts) && !row.absent_since && row.merged_into == 0 && !row.ignored && !row.disputed_minor) return;
  ExtraWriter extra(out);
  if (facts.currency != Currency::jpy()) extra.text(Tag::currency, facts.currency.code());
  extra.number(Tag::remaining, facts.remaining_minor);
  extra.number(Tag::plan_index, facts.plan.index);
  extra.number(Tag::plan_count, facts.plan.count);
  if (!facts.issuer_reference.empty()) extra.text(Tag::issuer_reference, facts.issuer_reference);
  if (!facts.pending_reference.empty()) extra.text(Tag::pending_reference, facts.pending_reference);
  extra.number(Tag::absent_since, to_column(row.absent_since));
  if (row.merged_into != 0) extra.number(Tag::merged_into, row.merged_into);
  if (row.ignored) extra.text(Tag::ignored, {});
  extra.number(Tag::disputed_minor, row.disputed_minor);
  if (!facts.foreign) return;
  const ForeignAmount& foreign = *facts.foreign;
  extra.text(Tag::foreign_text, foreign.amount_text);
  extra.number(Tag::foreign_amount, foreign.amount_minor);
  if (foreign.currency) extra.text(Tag::foreign_currency, foreign.currency->code());
  if (foreign.rate) extra.text(Tag::foreign_rate, foreign.rate->text());
  extra.number(Tag::foreign_rate_date, to_column(foreign.rate_date));
}

Result<std::int64_t> number_from(std::string_view bytes) {
  if (bytes.size() != 8) return damaged_value("a packed number");
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return static_cast<std::int64_t>(value);
}

Result<void> read_field(Tag tag, std::string_view bytes, StoredRow& row) {
  TransactionFacts& facts = row.facts;
  const auto foreign = [&facts]() -> ForeignAmount& {
    return facts.foreign ? *facts.foreign : facts.foreign.emplace();
  };
  switch (tag) {
    case Tag::currency: {
      MEISAI_ASSIGN(facts.currency, currency_from(bytes));
      return {};
    }
    case Tag::remaining: {
      MEISAI_ASSIGN(facts.remaining_minor, number_from(bytes));
      return {};
    }
    case Tag::plan_index: {
      MEISAI_ASSIGN(const std::int64_t number, number_from(bytes));
      facts.plan.index = static_cast<int>(number);
      return {};
    }
    case Tag::plan_count: {
      MEISAI_ASSIGN(const std::int64_t number, number_from(bytes));
      facts.plan.count = static_cast<int>(number);
      return {};
    }
    case Tag::foreign_text:
      foreign().amount_text = bytes;
      return {};
    case Tag::foreign_amount: {
      MEISAI_ASSIGN(foreign().amount_minor, number_from(bytes));
      return {};
    }
    case Tag::foreign_currency: {
      MEISAI_ASSIGN(foreign().currency, currency_from(bytes));
      return {};
    }
    case Tag::foreign_rate: {
      auto rate = DecimalText::parse(bytes);
      if (!rate) return damaged_value("an exchange rate");
      foreign().rate = std::move(*rate);
      return {};
    }
    case Tag::foreign_rate_date: {
      MEISAI_ASSIGN(const std::int64_t day, number_from(bytes));
      foreign().rate_date = ledger_rules::date_of(static_cast<DayKey>(day));
      return {};
    }
    case Tag::issuer_reference:
      facts.issuer_reference = bytes;
      return {};
    case Tag::pending_reference:
      facts.pending_reference = bytes;
      return {};
    case Tag::absent_since: {
      MEISAI_ASSIGN(const std::int64_t day, number_from(bytes));
      row.absent_since = ledger_rules::date_of(static_cast<DayKey>(day));
      return {};
    }
    case Tag::merged_into: {
      MEISAI_ASSIGN(row.merged_into, number_from(bytes));
      return {};
    }
    case Tag::ignored:
      row.ignored = true;
      return {};
    case Tag::disputed_minor: {
      MEISAI_ASSIGN(row.disputed_minor, number_from(bytes));
      return {};
    }
  }
  return damaged_value("an unknown packed field");
}

Result<void> read_extra(std::span<const std::byte> blob, StoredRow& row) {
  TransactionFacts& facts = row.facts;
  row.absent_since.reset();
  row.merged_into = 0;
  row.ignored = false;
  row.disputed_minor.reset();
  facts.currency = Currency::jpy();
  facts.remaining_minor.reset();
  facts.plan.index.reset();
  facts.plan.count.reset();
  facts.foreign.reset();
  facts.issuer_reference.clear();
  facts.pending_reference.clear();
  std::string_view rest(reinterpret_cast<const char*>(blob.data()), blob.size());
  while (!rest.empty()) {
    if (rest.size() < 5) return damaged_value("packed fields");
    std::size_t length = 0;
    for (unsigned i = 0; i < 4; ++i)
      length |= static_cast<std::size_t>(static_cast<unsigned char>(rest[1 + i])) << (8 * i);
    const auto tag = static_cast<Tag>(static_cast<unsigned char>(rest[0]));
    rest.remove_prefix(5);
    if (length > rest.size()) return damaged_value("packed fields");
    MEISAI_TRY(read_field(tag, rest.substr(0, length), row));
    rest.remove_prefix(length);
  }
  return {};
}

Result<void> read_attributes(std::int64_t attributes, DayKey day, TransactionFacts& facts) {
  const auto field = [attributes](unsigned shift, unsigned bits) {
    return (attributes >> shift) & ((std::int64_t{1} << bits) - 1);
  };
  MEISAI_ASSIGN(facts.kind, enum_from<TransactionKind>(field(0, 4), kinds));
  MEISAI_ASSIGN(facts.date.precision, enum_from<DatePrecision>(field(precision_shift, 2), precisions));
  MEISAI_ASSIGN(facts.plan.type, enum_from<PaymentType>(field(plan_shift, 3), plans));
  MEISAI_ASSIGN(facts.region, enum_from<Region>(field(region_shift, 2), regions));
  facts.flags = static_cast<std::uint16_t>(field(flags_shift, 16));
  facts.date.date.reset();
  if (facts.date.precision != DatePrecision::none) facts.date.date = ledger_rules::date_of(day);
  return {};
}

}  // namespace

void bind_row(Statement& statement, TransactionKey key, const StoredRow& row, std::string& scratch) {
  const TransactionFacts& facts = row.facts;
  statement.bind(1, key).bind(2, row.card).bind(3, row.day).bind_static(4, bytes_of(row.fingerprint.bytes));
  statement.bind(5, row.statement).bind(6, row.document).bind(7, static_cast<std::int64_t>(row.row));
  statement.bind(8, facts.amount_minor).bind(9, facts.billed_minor).bind(10, to_column(facts.posting_date));
  statement.bind(11, static_cast<std::int64_t>(facts.status)).bind(12, pack_attributes(facts));
  statement.bind_static(13, facts.merchant_raw);
  if (facts.merchant_normalized == facts.merchant_raw)
    statement.bind(14, nullptr);
  else
    statement.bind_static(14, facts.merchant_normalized);
  write_extra(row, scratch);
  if (scratch.empty())
    statement.bind(15, nullptr);
  else
    statement.bind_static(15, std::as_bytes(std::span(scratch.data(), scratch.size())));
}

Result<void> read_row(const Statement& statement, StoredRow& row) {
  TransactionFacts& facts = row.facts;
  row.key = statement.int64(0);
  row.card = statement.int64(1);
  row.day = static_cast<DayKey>(statement.int64(2));
  if (!copy_bytes(statement.blob(3), row.fingerprint.bytes)) return damaged_value("a fingerprint");
  row.statement = statement.int64(4);
  row.document = statement.int64(5);
  row.row = static_cast<std::uint64_t>(statement.int64(6));
  facts.amount_minor = statement.int64(7);
  facts.billed_minor = statement.optional_int64(8);
  facts.posting_date = date_from(statement.optional_int64(9));
  MEISAI_ASSIGN(facts.status, enum_from<TransactionStatus>(statement.int64(10), statuses));
  MEISAI_TRY(read_attributes(statement.int64(11), row.day, facts));
  facts.merchant_raw = statement.text(12);
  facts.merchant_normalized = statement.is_null(13) ? std::string_view(facts.merchant_raw) : statement.text(13);
  return read_extra(statement.blob(14), row);
}

}  // namespace meisai::sqlcipher
