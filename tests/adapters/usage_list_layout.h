// SPDX-License-Identifier: Apache-2.0
//
// A usage list without a bill: `id,card,date,merchant,amount`, ordered by card and month. No issuer writes it; it
// shows that the grammar can say windows of one card and month, reviewed ids and cards that are only numbers.
#pragma once

#include <array>

#include "adapters/japan_files/layout.h"

namespace meisai::test {

inline constexpr std::array<japan_files::Column, 5> usage_list_columns{{
    {"id", japan_files::Use::reviewed_id},  // 32 hexadecimal digits: may look like a card number, is none
    {"card", japan_files::Use::card},
    {"date", japan_files::Use::cell, Field::usage_date},
    {"merchant", japan_files::Use::cell, Field::merchant},
    {"amount", japan_files::Use::cell, Field::amount},
}};
inline constexpr std::array<KindRule, 1> usage_list_kinds{{{KindWhen::amount_negative, "", TransactionKind::refund}}};

inline constexpr japan_files::JapanLayout usage_list{
    .issuer = "usage_list",
    .name_ja = "カード",
    .name_en = "Card",
    .layout = "usage_list_2026",
    .certainty = Certainty::experimental,
    .window = WindowRule::card_month,
    .vocabulary = {.kinds = usage_list_kinds},
    .columns = usage_list_columns,
    .card = {.from = japan_files::CardFrom::number_cell},
};

}  // namespace meisai::test
