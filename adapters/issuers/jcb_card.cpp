// SPDX-License-Identifier: Apache-2.0
//
// JCB (MyJCB) and cards on its system: セブンカード, J-WEST, ANA JCB, ソラチカ. Due date and sums come before the
// header; the card cell holds masked number, product and holder. A row marked 取消 has no billed amount: the
// row below it, お支払済分　ご返金額, carries the money, and the two are one refund.
#include <array>

#include "adapters/issuers/issuers.h"

namespace meisai::issuers {
namespace {

using namespace japan_files;  // NOLINT(google-build-using-namespace): the grammar's words, read as a table

constexpr std::array<PreambleRule, 5> preamble{{
    {2, 3, "今回のお支払日", RecordKind::payment_due_date},
    {2, 3, "今回のお支払日", RecordKind::billing_month},
    {2, 3, "今回のお支払金額合計(￥)", RecordKind::stated_total},
    {2, 3, "うち国内ご利用金額合計(￥)", RecordKind::stated_subtotal, "国内"},
    {2, 3, "うち海外ご利用金額合計(￥)", RecordKind::stated_subtotal, "海外"},
}};

constexpr std::array<Column, 12> columns{{
    {"ご利用者", Use::card},
    {"カテゴリ", Use::cell, Field::category, Need::sometimes},
    {"ご利用日", Use::cell, Field::usage_date},
    {"ご利用先など", Use::cell, Field::merchant},
    {"ご利用金額(￥)", Use::cell, Field::amount},
    {"支払区分", Use::cell, Field::plan},
    {"今回回数", Use::cell, Field::plan_index},
    {"訂正サイン", Use::cell, Field::correction_mark},
    {"お支払い金額(￥)", Use::cell, Field::billed},
    {"国内／海外", Use::cell, Field::region},
    {"摘要", Use::cell, Field::remark, Need::sometimes},
    {"備考", Use::known, Field::extension, Need::sometimes},
}};

constexpr std::array<RowRule, 2> rows{{
    {.when = {{Test::all_empty}}, .action = Action::skip},
    {.when = {{Test::empty, Field::usage_date},
              {Test::starts_with, Field::merchant, "お支払済分"},
              {Test::empty, Field::amount},
              {Test::filled, Field::billed},
              {Test::previous_mark_is, Field::correction_mark, "取消"}},
     .action = Action::fold,
     .moves = {{Field::billed, Field::billed}}},
}};

constexpr std::array<KindRule, 6> kinds{{
    {KindWhen::correction_mark_is, "取消", TransactionKind::refund},
    {KindWhen::amount_negative, "", TransactionKind::refund},
    {KindWhen::amount_empty, "", TransactionKind::adjustment},
    {KindWhen::merchant_contains, "年会費", TransactionKind::fee},
    {KindWhen::undated_and_contains, "用紙料", TransactionKind::fee},
    {KindWhen::undated_and_contains, "手数料", TransactionKind::fee},
}};

}  // namespace

constexpr JapanLayout jcb_closed{
    .issuer = "jcb_card",
    .name_ja = "JCB",
    .name_en = "JCB",
    .layout = "jcb_closed_2018_03",
    .certainty = Certainty::fixture_seen,
    .since = "2018-03",
    .vocabulary = {.kinds = kinds, .overseas_word = "海外"},
    .preamble = preamble,
    .columns = columns,
    .rows = rows,
    .card = {CardFrom::masked_cell,
             {"カード", "ＣＡＲＤ", "CARD", "ＪＣＢ", "JCB", "ソラチカ", "Ｊ－ＷＥＳＴ", "J-WEST"}},
};

}  // namespace meisai::issuers
