// SPDX-License-Identifier: Apache-2.0
//
// Money as statements write it: digits in either width, commas only between groups of three, one yen mark in
// front or behind, one sign in front (- − － ▲ △ +). Nothing is rounded and nothing is guessed: `1,2,3` is no amount.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "meisai/money.h"

namespace meisai::normalizers {

/// Minor units of `currency`. Errors: field_empty, amount_not_a_number, amount_overflow. A yen mark is accepted
/// for JPY only; a fraction of a yen is refused unless it is zero.
[[nodiscard]] tl::expected<std::int64_t, Code> read_money(std::string_view raw, const Currency& currency);

/// A rate or other decimal in ASCII digits, trailing zeros kept.
[[nodiscard]] tl::expected<DecimalText, Code> read_decimal(std::string_view raw);

}  // namespace meisai::normalizers
