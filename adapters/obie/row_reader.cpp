// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/row_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "meisai/pan_guard.h"
#include "meisai/ports/api_row.h"

namespace meisai::obie {

enum class RowReader::Role : std::uint8_t {
  amount,
  direction,
  status,
  booking,
  id,
  account,
  details,
  information,
  exchange,
  charge,
  left_out,  ///< other people and accounts, and what neither profile nor ledger reads
  kept,      ///< the issuer's own: what the profile does not point at is kept beside its name
  unknown,
};

namespace {

constexpr std::size_t most_unknown = 64;
constexpr std::size_t longest_name = 80;

/// The text of a field, whatever the type: what is no text is left as it was written and refused when it is read.
void put(RawPageBuilder& out, Field field, json::Value value) {
  if (value.is(json::Kind::null)) return;
  if (value.is(json::Kind::array) || value.is(json::Kind::object))
    out.cell(field, json::compact(value));
  else if (!value.text().empty())
    out.cell(field, value.text());
}

std::string_view text_of(const std::optional<json::Value>& value) noexcept {
  return value && !value->is(json::Kind::null) ? value->text() : std::string_view{};
}

}  // namespace

RowReader::RowReader(const Shape& shape, const Vocabulary& vocabulary) : shape_(shape), vocabulary_(vocabulary) {}

RowReader::Role RowReader::role_of(std::size_t position, std::string_view name) {
  struct Known {
    std::string_view name;
    Role role;
  };
  static constexpr std::array known{
      Known{"Amount", Role::amount},
      Known{"CreditDebitIndicator", Role::direction},
      Known{"Status", Role::status},
      Known{"BookingDateTime", Role::booking},
      Known{"TransactionId", Role::id},
      Known{"AccountId", Role::account},
      Known{"MerchantDetails", Role::details},
      Known{"TransactionInformation", Role::information},
      Known{"CurrencyExchange", Role::exchange},
      Known{"ChargeAmount", Role::charge},
      Known{"Balance", Role::left_out},
      Known{"AddressLine", Role::left_out},
      Known{"CardInstrument", Role::left_out},
      Known{"CreditorAgent", Role::left_out},
      Known{"CreditorAccount", Role::left_out},
      Known{"DebtorAgent", Role::left_out},
      Known{"DebtorAccount", Role::left_out},
      Known{"TransactionReference", Role::left_out},
      Known{"StatementReference", Role::left_out},
      Known{"TransactionMutability", Role::left_out},
      Known{"ValueDateTime", Role::left_out},
      Known{"BankTransactionCode", Role::left_out},
      Known{"ProprietaryBankTransactionCode", Role::left_out},
      Known{"SupplementaryData", Role::kept},
  };
  if (position < last_roles_.size() && last_roles_[position].name == name) return last_roles_[position].role;
  const auto found = std::ranges::find(known, name, &Known::name);
  const Role role = found == known.end() ? Role::unknown : found->role;
  if (position >= last_roles_.size()) last_roles_.resize(position + 1, {{}, Role::unknown});
  last_roles_[position] = {std::string(name), role};
  return role;
}

bool RowReader::read(json::Value row, std::string_view account, RawPageBuilder& out) {
  if (!row.is(json::Kind::object)) {
    extension("row", row, out);
    return false;
  }
  ApiRowTexts texts;
  has_details_ = has_information_ = false;
  pointed_.clear();
  point(row, out);
  std::size_t position = 0;
  for (const json::Value value : row.children()) {
    const Role role = role_of(position++, value.name());
    if (role == Role::amount) {
      texts.amount = text_of(value.find("Amount"));
      texts.currency = text_of(value.find("Currency"));
    } else if (role == Role::direction) {
      texts.direction = text_of(value);
    } else if (role == Role::status) {
      texts.status = text_of(value);
    } else if (role == Role::booking) {
      texts.posting_date = text_of(value);
    } else if (role == Role::account) {
      if (value.is(json::Kind::null) || value.text() == account) continue;
    }
    member(role, value, out);
  }
  merchant(out);
  return read_api_row(texts, vocabulary_).has_value();
}

void RowReader::point(json::Value row, RawPageBuilder& out) {
  for (const PointedField& each : shape_.pointed()) {
    const auto value = each.pointer.in(row);
    if (!value) continue;
    pointed_.push_back(value->index());
    if (each.field == Field::pending_reference)
      reference(each.field, *value, out);
    else if (each.field == Field::usage_date)
      date(each.field, *value, out);
    else
      put(out, each.field, *value);
  }
}

void RowReader::member(Role role, json::Value value, RawPageBuilder& out) {
  switch (role) {
    case Role::amount:
      return amount(value, out);
    case Role::direction:
      return put(out, Field::direction, value);
    case Role::status:
      return put(out, Field::status, value);
    case Role::booking:
      return date(Field::posting_date, value, out);
    case Role::account:
      return put(out, Field::other_account, value);
    case Role::id:
      if (shape_.profile().transaction_id_is_stable) return reference(Field::issuer_reference, value, out);
      return extension("TransactionId", value, out);
    case Role::details:
      details_ = value;
      has_details_ = true;
      return;
    case Role::information:
      information_ = value;
      has_information_ = true;
      return;
    case Role::exchange:
      return exchange(value, out);
    case Role::charge:
      if (const auto sum = value.find("Amount")) return put(out, Field::fee, *sum);
      return put(out, Field::fee, value);
    case Role::left_out:
      return;
    case Role::kept:
      return extension(std::string(value.name()), value, out);
    case Role::unknown:
      note_unknown(value.name());
      return extension(std::string(value.name()), value, out);
  }
}

/// Random ids look like card numbers now and then: where the profile says that their format was reviewed, they are not
/// searched for one.
void RowReader::reference(Field field, json::Value value, RawPageBuilder& out) {
  if (shape_.profile().transaction_id_reviewed && value.is(json::Kind::string))
    out.reviewed_id_cell(field, value.text());
  else
    put(out, field, value);
}

/// A date and time as every one is written has no twelve digits in a row: nothing to search.
void RowReader::date(Field field, json::Value value, RawPageBuilder& out) {
  constexpr std::size_t longest_date_time = 30;
  if (value.is(json::Kind::string) && value.text().size() <= longest_date_time && read_api_date(value.text()))
    out.reviewed_id_cell(field, value.text());
  else
    put(out, field, value);
}

void RowReader::amount(json::Value value, RawPageBuilder& out) {
  if (!value.is(json::Kind::object)) return put(out, Field::amount, value);
  if (const auto number = value.find("Amount")) put(out, Field::amount, *number);
  if (const auto currency = value.find("Currency")) put(out, Field::currency, *currency);
}

/// The merchant's own name, where it is given; the free text stands for it otherwise and is kept beside it.
void RowReader::merchant(RawPageBuilder& out) {
  const auto name = has_details_ ? details_.find("MerchantName", json::Kind::string) : std::nullopt;
  const bool named = name && !name->text().empty();
  if (named) put(out, Field::merchant, *name);
  if (has_details_) {
    if (const auto code = details_.find("MerchantCategoryCode")) put(out, Field::category, *code);
    if (!details_.is(json::Kind::object)) extension("MerchantDetails", details_, out);
  }
  if (!has_information_) return;
  if (!information_.is(json::Kind::string)) return extension("TransactionInformation", information_, out);
  if (!named)
    put(out, Field::merchant, information_);
  else if (information_.text() != name->text())
    put(out, Field::remark, information_);
}

void RowReader::exchange(json::Value value, RawPageBuilder& out) {
  if (value.is(json::Kind::null)) return;
  if (!value.is(json::Kind::object)) return put(out, Field::foreign_rate, value);  // alone it is no foreign amount
  const auto instructed = value.find("InstructedAmount");
  if (!instructed) return extension("CurrencyExchange", value, out);
  if (const auto sum = instructed->find("Amount"))
    put(out, Field::foreign_amount, *sum);
  else
    put(out, Field::foreign_amount, *instructed);
  if (const auto currency = instructed->find("Currency"))
    put(out, Field::foreign_currency, *currency);
  else if (const auto source = value.find("SourceCurrency"))
    put(out, Field::foreign_currency, *source);
  if (const auto rate = value.find("ExchangeRate")) put(out, Field::foreign_rate, *rate);
  if (const auto date = value.find("QuotationDate")) put(out, Field::foreign_rate_date, *date);
}

void RowReader::extension(const std::string& name, json::Value value, RawPageBuilder& out) {
  if (value.is(json::Kind::null) || is_pointed(value)) return;
  if (value.is(json::Kind::object) && holds_pointed(value)) {
    for (const json::Value each : value.children()) extension(name + '/' + std::string(each.name()), each, out);
    return;
  }
  const bool is_string = value.is(json::Kind::string);
  out.cell(Field::extension, name + '=' + (is_string ? std::string(value.text()) : json::compact(value)));
}

bool RowReader::is_pointed(json::Value value) const noexcept {
  return std::ranges::find(pointed_, value.index()) != pointed_.end();
}

bool RowReader::holds_pointed(json::Value value) const noexcept {
  return std::ranges::any_of(pointed_,
                             [&](std::uint32_t index) { return index > value.index() && index < value.node().next; });
}

void RowReader::note_unknown(std::string_view name) {
  if (unknown_.size() >= most_unknown) return;
  std::string shown(name.substr(0, longest_name));
  pan::mask(shown);
  if (std::ranges::find(unknown_, shown) == unknown_.end()) unknown_.push_back(std::move(shown));
}

}  // namespace meisai::obie
