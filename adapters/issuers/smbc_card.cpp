// SPDX-License-Identifier: Apache-2.0
//
// 三井住友カード (Vpass), two forms without a header; also Olive, Amazon Mastercard and other brands that Vpass
// serves. Statement, seven columns: each card has a section of holder line, rows, sum. 弁済金 of マイ・ペイすリボ is
// part of the sum but no transaction; revolving rows carry no plan and no billed amount.
// List, thirteen columns: a row says role and month of payment (`'26/08`), nothing says whether that month is closed,
// and nothing is summed. 当月支払額 is filled for domestic one-time purchases only.
#include <array>

#include "adapters/issuers/issuers.h"

namespace meisai::issuers {
namespace {

using namespace japan_files;  // NOLINT(google-build-using-namespace): the grammar's words, read as a table

constexpr Split foreign_detail{.pieces = {{"", Shape::number, Field::foreign_amount},
                                          {"", Shape::currency, Field::foreign_currency},
                                          {"", Shape::number, Field::foreign_rate},
                                          {"", Shape::month_day, Field::foreign_rate_date}},
                               .count = 4};

constexpr std::array<Column, 7> columns{{
    {"利用日", Use::cell, Field::usage_date},
    {"利用店名", Use::cell, Field::merchant},
    {"利用金額", Use::cell, Field::amount},
    {"支払区分", Use::cell, Field::plan},
    {"今回回数", Use::cell, Field::plan_index},
    {"お支払い金額", Use::cell, Field::billed},
    {.name = "備考", .field = Field::remark, .split = &foreign_detail},
}};

constexpr std::array<RowRule, 5> rows{{
    {.when = {{Test::all_empty}}, .action = Action::skip},
    {.when = {{Test::ends_with, Field::usage_date, "様"},
              {Test::card_number, Field::merchant},
              {Test::empty, Field::plan},
              {Test::empty, Field::billed}},
     .action = Action::open_card},
    {.when = {{Test::only, Field::billed}}, .action = Action::subtotal},
    {.when = {{Test::empty, Field::usage_date},
              {Test::contains, Field::merchant, "弁済金"},
              {Test::empty, Field::amount},
              {Test::filled, Field::billed}},
     .action = Action::component,
     .word = "revolving_repayment"},
    {.when = {{Test::only, Field::merchant}}, .action = Action::skip},
}};

constexpr std::array<KindRule, 5> kinds{{
    {KindWhen::merchant_contains, "ご入金", TransactionKind::payment},
    {KindWhen::undated_and_contains, "割引", TransactionKind::discount},
    {KindWhen::amount_empty, "", TransactionKind::adjustment},
    {KindWhen::amount_negative, "", TransactionKind::refund},
    {KindWhen::merchant_contains, "年会費", TransactionKind::fee},
}};

constexpr std::array<Column, 13> open_columns{{
    {"利用日", Use::cell, Field::usage_date},
    {"利用店名", Use::cell, Field::merchant},
    {"利用者", Use::card},
    {"支払方法", Use::cell, Field::plan},
    {"分割回数", Use::cell, Field::plan_count},
    {"支払月", Use::cell, Field::payment_month},
    {"利用金額", Use::cell, Field::amount},
    {"当月支払額", Use::cell, Field::billed},
    {"", Use::known},
    {"現地通貨額", Use::cell, Field::foreign_amount},
    {"通貨", Use::cell, Field::foreign_currency},
    {"換算レート", Use::cell, Field::foreign_rate},
    {"換算日", Use::cell, Field::foreign_rate_date},
}};

constexpr std::array<RowRule, 2> open_rows{{
    {.when = {{Test::all_empty}}, .action = Action::skip},
    {.when = {{Test::date, Field::usage_date},
              {Test::filled, Field::merchant},
              {Test::year_month, Field::payment_month},
              {Test::filled, Field::amount}},
     .action = Action::transaction},
}};

constexpr std::array<KindRule, 5> open_kinds{{
    {KindWhen::merchant_contains, "ご入金", TransactionKind::payment},
    {KindWhen::undated_and_contains, "割引", TransactionKind::discount},
    {KindWhen::merchant_contains, "キャッシュバック", TransactionKind::adjustment},
    {KindWhen::amount_negative, "", TransactionKind::refund},
    {KindWhen::merchant_contains, "年会費", TransactionKind::fee},
}};

}  // namespace

constexpr JapanLayout smbc_closed{
    .issuer = "smbc_card",
    .name_ja = "三井住友カード",
    .name_en = "Sumitomo Mitsui Card",
    .layout = "smbc_closed_2019_12",
    .certainty = Certainty::fixture_seen,
    .since = "2019-12",
    .vocabulary = {.kinds = kinds, .plan_is_count = true, .empty_plan = EmptyPlan::revolving},
    .has_header = false,
    .columns = columns,
    .rows = rows,
    .card = {CardFrom::section_line},
    .sections_end_with_sum = true,
};

constexpr JapanLayout smbc_open{
    .issuer = "smbc_card",
    .name_ja = "三井住友カード",
    .name_en = "Sumitomo Mitsui Card",
    .layout = "smbc_open_2018_07",
    .certainty = Certainty::fixture_seen,
    .since = "2018-07",
    .window = WindowRule::card_list,
    .vocabulary = {.kinds = open_kinds, .open_month = true},
    .has_header = false,
    .columns = open_columns,
    .rows = open_rows,
    .card = {CardFrom::role_cell, {"ご本人", "ご家族"}},
};

}  // namespace meisai::issuers
