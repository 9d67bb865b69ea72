// SPDX-License-Identifier: Apache-2.0
//
// The yardstick's own CSV, `id,card,date,merchant,amount`, as a layout of the product's grammar: what is
// measured is the table reader, normalizer, ledger and store that read issuers' files, in windows of one card
// and month. No program that ships knows this layout.
#pragma once

#include <array>

#include "adapters/japan_files/layout.h"

namespace meisai::bench {

inline constexpr std::array<japan_files::Column, 5> yardstick_columns{{
    {"id", japan_files::Use::reviewed_id},  // 32 hexadecimal digits: may look like a card number, is none
    {"card", japan_files::Use::card},
    {"date", japan_files::Use::cell, Field::usage_date},
    {"merchant", japan_files::Use::cell, Field::merchant},
    {"amount", japan_files::Use::cell, Field::amount},
}};
inline constexpr std::array<KindRule, 1> yardstick_kinds{{{KindWhen::amount_negative, "", TransactionKind::refund}}};

inline constexpr japan_files::JapanLayout yardstick_layout{
    .issuer = "yardstick",
    .name_ja = "尺",
    .name_en = "Yardstick",
    .layout = "yardstick_csv",
    .certainty = Certainty::experimental,
    .window = WindowRule::card_month,
    .vocabulary = {.kinds = yardstick_kinds},
    .columns = yardstick_columns,
    .card = {.from = japan_files::CardFrom::number_cell},
};

}  // namespace meisai::bench
