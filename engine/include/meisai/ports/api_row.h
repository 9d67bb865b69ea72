// SPDX-License-Identifier: Apache-2.0
//
// The facts without which a row of an API is no transaction: amount, currency, direction, status and booking date.
// An adapter counts the rows of a page where one of them cannot be read (schema drift), and the normalizer puts each
// such row into quarantine; both ask this one function, so they cannot disagree.
#pragma once

#include <cstdint>
#include <string_view>

#include "meisai/ports/adapter.h"
#include "meisai/raw_page.h"

namespace meisai {

/// The texts of the five fields as the issuer wrote them; empty: the row has none.
struct ApiRowTexts {
  std::string_view amount;
  std::string_view currency;
  std::string_view direction;
  std::string_view status;
  std::string_view posting_date;
};
enum class ApiRowStatus : std::uint8_t { pending, posted, declined };
struct ApiRow {
  std::int64_t amount_minor = 0;  ///< charge positive, credit negative
  bool credited = false;
  Currency currency = Currency::jpy();
  ApiRowStatus status = ApiRowStatus::posted;
  LocalDate posted_on{};
};
/// The first field that cannot be read, and why.
struct ApiRowFault {
  Field field = Field::amount;
  Code code = Code::field_empty;
};
[[nodiscard]] tl::expected<ApiRow, ApiRowFault> read_api_row(const ApiRowTexts& texts, const Vocabulary& vocabulary);

/// An amount without sign: digits, and up to five decimals; leading zeros are taken. No exponent, no comma, no more
/// decimals than the currency has unless they are zeros. Errors: field_empty, amount_not_a_number, amount_overflow.
[[nodiscard]] tl::expected<std::int64_t, Code> read_api_amount(std::string_view text, const Currency& currency);

/// The calendar date of an RFC 3339 date or date-time as the issuer wrote it: no zone is converted. Errors:
/// `field_empty` (also for 0001-01-01, which stands for "none"), `date_not_valid`.
[[nodiscard]] tl::expected<LocalDate, Code> read_api_date(std::string_view text);

}  // namespace meisai
