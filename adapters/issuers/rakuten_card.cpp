// SPDX-License-Identifier: Apache-2.0
//
// 楽天カード (e-NAVI), closed and open month. The header names the billed month and exists in three generations;
// the open month's has a column 支払月 and no 新規サイン, and its rows are pending. 利用者 is a role, not a card
// number, so two cards of one person look alike here. A foreign purchase is followed by a row without a date; below
// ■ご利用キャンセル the amounts are refunds whatever their sign.
#include <array>

#include "adapters/issuers/issuers.h"

namespace meisai::issuers {
namespace {

using namespace japan_files;  // NOLINT(google-build-using-namespace): the grammar's words, read as a table

constexpr std::string_view open_month =
    "this is the list of an open month: a closed month's has no columns 支払月 and N月以降請求額";
constexpr std::string_view newer = "this is the layout since the payment of June 2026";

constexpr Split local_amount{.pieces = {{"現地利用額", Shape::number, Field::foreign_amount},
                                        {"変換レート", Shape::number, Field::foreign_rate}},
                             .count = 2,
                             .after = "円"};

constexpr Column used{"利用日", Use::cell, Field::usage_date};
constexpr Column shop{"利用店名・商品名", Use::cell, Field::merchant};
constexpr Column user{"利用者", Use::card};
constexpr Column plan{"支払方法", Use::cell, Field::plan};
constexpr Column amount{"利用金額", Use::cell, Field::amount};
constexpr Column fee{"手数料/利息", Use::cell, Field::fee};
constexpr Column old_fee{"支払手数料", Use::cell, Field::fee};
constexpr Column total{"支払総額", Use::cell, Field::total};
constexpr Column billed{.name = "#月支払金額", .field = Field::billed, .names_month = true};
constexpr Column billed_now{"当月請求額", Use::known};
constexpr Column remaining{"#月繰越残高", Use::cell, Field::remaining};
constexpr Column payment_month{"支払月", Use::cell, Field::payment_month};
constexpr Column billed_month{"#月支払金額", Use::cell, Field::billed};  // names no statement: there is none yet
constexpr Column billed_later{"#月以降請求額", Use::known};
constexpr Column new_mark{"新規サイン", Use::known, Field::extension, Need::sometimes};

constexpr std::array columns_2026_06{used,  shop,   user,       plan,      amount,  fee,
                                     total, billed, billed_now, remaining, new_mark};
constexpr std::array columns_before{used, shop, user, plan, amount, fee, total, billed, remaining, new_mark};
constexpr std::array columns_fee{used, shop, user, plan, amount, old_fee, total, billed, remaining, new_mark};

constexpr std::array open_columns_2026_06{used,  shop,          user,         plan,       amount,    fee,
                                          total, payment_month, billed_month, billed_now, remaining, billed_later};
constexpr std::array open_columns_before{used,  shop,          user,         plan,      amount,      fee,
                                         total, payment_month, billed_month, remaining, billed_later};
constexpr std::array open_columns_fee{used,  shop,          user,         plan,      amount,      old_fee,
                                      total, payment_month, billed_month, remaining, billed_later};

constexpr std::array<Refusal, 2> refused_2026_06{{{"支払月", open_month}, {"#月以降請求額", open_month}}};
constexpr std::array<Refusal, 3> refused_before{
    {{"支払月", open_month}, {"#月以降請求額", open_month}, {"当月請求額", newer}}};
constexpr std::array<Refusal, 1> open_refused_before{{{"当月請求額", newer}}};

constexpr std::array<RowRule, 4> rows{{
    {.when = {{Test::all_empty}}, .action = Action::skip},
    {.when = {{Test::starts_with, Field::usage_date, "■ご利用キャンセル"}},
     .action = Action::section,
     .word = "cancel"},
    {.when = {{Test::starts_with, Field::usage_date, "■"}},
     .action = Action::refuse,
     .word = "a section begins that this layout does not know"},
    {.when = {{Test::empty, Field::usage_date}, {Test::starts_with, Field::merchant, "現地利用額"}},
     .action = Action::fold,
     .moves = {{Field::merchant, Field::remark, &local_amount}}},
}};

constexpr std::array<KindRule, 3> kinds{{
    {KindWhen::section_is, "cancel", TransactionKind::refund},
    {KindWhen::amount_negative, "", TransactionKind::refund},
    {KindWhen::merchant_contains, "年会費", TransactionKind::fee},
}};
constexpr std::array<PlanWord, 3> plans{{
    {"1回払い", PaymentType::one_time, 1},
    {"2回払い", PaymentType::two_times, 2},
    {"リボ変更", PaymentType::revolving, 0},
}};

// The open month says how a purchase reached the issuer and the closed one where it was made. What stands before the
// space is a network, the code behind it a way of paying (MZZ, MYY, VS, QP); both have been seen in these shapes only.
constexpr std::array<std::string_view, 5> prefixes{"マスター国内利用 @ ", "VISA国内利用 @ ", "JCB国内利用 @ ",
                                                   "海外利用 # ", "返済方法変更WEB #"};
constexpr std::string_view country_suffix = "利用国@";

constexpr Vocabulary words{.kinds = kinds,
                           .plans = plans,
                           .amount_if_empty = "-",
                           .merchant_prefixes = prefixes,
                           .merchant_country_suffix = country_suffix};

constexpr JapanLayout closed(std::string_view name, Certainty certainty, std::string_view since,
                             std::span<const Column> columns, std::span<const Refusal> refusals) {
  return {.issuer = "rakuten_card",
          .name_ja = "楽天カード",
          .name_en = "Rakuten Card",
          .layout = name,
          .certainty = certainty,
          .since = since,
          .vocabulary = words,
          .columns = columns,
          .refusals = refusals,
          .rows = rows,
          .card = {CardFrom::role_cell, {"本人", "家族"}}};
}

constexpr JapanLayout open(std::string_view name, Certainty certainty, std::string_view since,
                           std::span<const Column> columns, std::span<const Refusal> refusals) {
  JapanLayout layout = closed(name, certainty, since, columns, refusals);
  layout.window = WindowRule::card_list;
  layout.vocabulary.open_month = true;
  return layout;
}

}  // namespace

constexpr JapanLayout rakuten_closed_2026_06 =
    closed("rakuten_closed_2026_06", Certainty::fixture_seen, "2026-06", columns_2026_06, refused_2026_06);
constexpr JapanLayout rakuten_closed_before_2026_06 =
    closed("rakuten_closed_before_2026_06", Certainty::fixture_seen, "", columns_before, refused_before);
constexpr JapanLayout rakuten_closed_fee_column =
    closed("rakuten_closed_fee_column", Certainty::code_seen, "", columns_fee, refused_before);

constexpr JapanLayout rakuten_open_2026_06 =
    open("rakuten_open_2026_06", Certainty::described, "2026-06", open_columns_2026_06, {});
constexpr JapanLayout rakuten_open_before_2026_06 =
    open("rakuten_open_before_2026_06", Certainty::described, "", open_columns_before, open_refused_before);
constexpr JapanLayout rakuten_open_fee_column =
    open("rakuten_open_fee_column", Certainty::described, "", open_columns_fee, open_refused_before);

}  // namespace meisai::issuers
