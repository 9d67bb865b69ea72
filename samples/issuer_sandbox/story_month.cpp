// SPDX-License-Identifier: Apache-2.0
//
// One month of one card: ordinary purchases drawn from the seed, and on fixed days the things that make
// statements difficult. README.md lists those days; tests and tutorials count on them.
#include <algorithm>
#include <array>
#include <utility>

#include "samples/issuer_sandbox/story.h"

namespace sandbox {
namespace {

constexpr Civil hour = 3'600;

struct Shop {
  const char* name;
  std::int64_t least;
  std::int64_t most;
};

// Wide, narrow and mixed forms stand side by side, as they do on paper.
constexpr std::array<Shop, 16> shops{{
    {"あおぞらマート　駅前店", 180, 2'400},
    {"ｽｰﾊﾟｰﾊﾅｿﾞﾉ ﾆｼｸﾞﾁ", 900, 9'800},
    {"カフェ　すずらん", 420, 1'600},
    {"ＭＩＤＯＲＩ　ＤＲＵＧ", 350, 6'400},
    {"つばめ電鉄　モバイルチャージ", 1'000, 5'000},
    {"ひまわり書店", 660, 5'200},
    {"ｻｸﾗ ｶﾞｿﾘﾝ ｽﾀﾝﾄﾞ", 2'800, 8'200},
    {"食堂　まるいち", 780, 2'300},
    {"KUJIRA ONLINE STORE", 1'200, 18'000},
    {"やまびこ運輸", 740, 2'600},
    {"ねこじゃらしクリニック", 1'100, 7'500},
    {"そらいろモバイル　ご利用料金", 2'980, 7'800},
    {"ﾎﾟﾌﾟﾗ ﾃﾞﾝｷ ｺﾞﾘﾖｳﾘｮｳｷﾝ", 4'200, 13'500},
    {"花屋　こもれび", 600, 4'400},
    {"MUSIC BOX PLUS", 980, 1'480},
    {"ベーカリー　小麦畑", 300, 1'900},
}};

/// SplitMix64: small, and the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  std::uint64_t roll() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(roll() % static_cast<std::uint64_t>(most - least + 1));
  }

 private:
  std::uint64_t state_;
};

std::string padded(std::int64_t number, std::size_t width) {
  const std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

class Month {
 public:
  explicit Month(const MonthOfCard& month)
      : month_(month),
        dice_(month.seed * 0x100000001B3U + month.company.story_key * 1'000'003U +
              static_cast<std::uint64_t>(month.number) * 131U + month.card) {}

  std::vector<Row> rows() {
    ordinary();
    if (month_.card == 0) {
      hotel();
      twins();
      instalments();
      refund();
      late();
      fee();
    } else {
      foreign();
      revolving();
    }
    return std::move(rows_);
  }

 private:
  [[nodiscard]] Civil day(int number) const { return month_.first + (number - 1) * day_length; }

  // The id says nothing about the row: card, month and a running number that no later row can shift.
  std::string next_id(const char* series) {
    const std::string first = civil_text(month_.first);
    return month_.company.prefix + "-" + series + std::to_string(month_.card + 1) + "-" + first.substr(0, 4) +
           first.substr(5, 2) + "-" + padded(++numbered_, 3);
  }

  Row sale(Civil used, int days_to_posting, const std::string& merchant, std::int64_t yen) {
    Row row;
    row.id = next_id("T");
    row.card = month_.card;
    row.used = used;
    row.booked = used - used % day_length + days_to_posting * day_length + 6 * hour;
    row.from = row.booked;
    row.merchant = merchant;
    row.yen = yen;
    return row;
  }

  // Shown at once as pending, under an id of its own, until `posted` takes its place.
  void add_with_pending(Row posted, std::int64_t asked_for) {
    Row row = posted;
    row.id = next_id("A");
    row.pending = true;
    row.booked = row.from = row.used;
    row.until = posted.from;
    row.yen = month_.company.states_usage ? asked_for : posted.yen;
    posted.authorisation = row.authorisation = row.id;
    rows_.push_back(std::move(row));
    rows_.push_back(std::move(posted));
  }

  void ordinary() {
    const std::int64_t count = dice_.between(9, 14);
    for (std::int64_t i = 0; i < count; ++i) {
      const Shop& shop = shops.at(static_cast<std::size_t>(dice_.between(0, shops.size() - 1)));
      const auto on = static_cast<int>(dice_.between(1, 28));
      const Civil used = day(on) + dice_.between(8, 21) * hour + dice_.between(0, 59) * 60;
      const std::int64_t yen = dice_.between(shop.least, shop.most);
      const std::int64_t pending = dice_.between(0, 9);
      if (pending < 3) {
        Row posted = sale(used, static_cast<int>(2 + pending % 2), shop.name, yen);
        add_with_pending(std::move(posted), yen + 100 * (pending + 1));
      } else {
        rows_.push_back(sale(used, 1, shop.name, yen));
      }
    }
  }

  // 2nd: asked for with a deposit, posted on the 5th with what was really owed.
  void hotel() { add_with_pending(sale(day(2) + 15 * hour, 3, "ホテル　しらなみ", 14'800), 20'000); }

  // 10th of every third month: two rows that differ in nothing but their ids.
  void twins() {
    if (month_.number % 3 == 2) {
      rows_.push_back(sale(day(10) + 12 * hour, 1, "カフェ　すずらん", 560));
      rows_.push_back(sale(day(10) + 12 * hour, 1, "カフェ　すずらん", 560));
    }
  }

  // 8th of every fourth month: billed in parts; the first takes what does not divide.
  void instalments() {
    if (month_.number % 4 != 2) {
      return;
    }
    const int count = month_.number % 8 == 2 ? 6 : 3;
    const std::int64_t total = 89'800;
    const std::int64_t part = total / count;
    std::int64_t left = total;
    Civil booked = day(9) + 6 * hour;
    for (int index = 1; index <= count; ++index) {
      Row row = sale(day(8) + 14 * hour, 1, "家電のつくし　本店", index == 1 ? total - part * (count - 1) : part);
      left -= row.yen;
      row.booked = row.from = booked;
      row.plan = Plan::instalments;
      row.index = index;
      row.count = count;
      row.remaining = left;
      rows_.push_back(std::move(row));
      booked = closing_of(month_.company, closing_of(month_.company, booked) + 1) - day_length + 1 + 6 * hour;
    }
  }

  // 12th of every third month: bought, and given back six days later.
  void refund() {
    if (month_.number % 3 != 1) {
      return;
    }
    rows_.push_back(sale(day(12) + 13 * hour, 1, "KUJIRA ONLINE STORE", 7'480));
    Row back = sale(day(18) + 10 * hour, 1, "KUJIRA ONLINE STORE", 7'480);
    back.kind = Kind::refund;
    back.credit = true;
    back.plan = Plan::none;
    rows_.push_back(std::move(back));
  }

  // 3rd of every third month: the shop sends it in 20 days late.
  void late() {
    if (month_.number % 3 == 0) {
      rows_.push_back(sale(day(3) + 19 * hour, 20, "旅館　みねのゆ", 32'400));
    }
  }

  void fee() {
    if (month_.number % 12 == 2) {
      Row row = sale(day(1), 0, "年会費", 11'000);
      row.kind = Kind::fee;
      row.plan = Plan::none;
      rows_.push_back(std::move(row));
    }
  }

  // 6th of every second month: in dollars, euros or won, at a rate.
  void foreign() {
    if (month_.number % 2 != 0) {
      return;
    }
    struct Abroad {
      const char* merchant;
      const char* currency;
      const char* amount;
      const char* rate;
      std::int64_t yen;
      std::int64_t asked_for;
    };
    static constexpr std::array<Abroad, 3> places{{
        {"LIGHTHOUSE BOOKS PORTLAND", "USD", "42.50", "152.314", 6'473, 6'460},
        {"CAFE DU PETIT PONT LYON", "EUR", "18.90", "163.872", 3'097, 3'102},
        {"HANBIT MART SEOUL", "KRW", "38500", "0.1114", 4'289, 4'275},
    }};
    const Abroad& place = places.at(static_cast<std::size_t>(month_.number / 2) % places.size());
    Row posted = sale(day(6) + 18 * hour, 2, place.merchant, place.yen);
    posted.foreign = Foreign{place.currency, place.amount, place.rate, posted.booked};
    add_with_pending(std::move(posted), place.asked_for);
  }

  // 4th of every seventh month: 20,000 yen, repaid in four parts with interest on what was left.
  void revolving() {
    if (month_.number % 7 != 2) {
      return;
    }
    Row bought = sale(day(4) + 16 * hour, 1, "家具の丘", 20'000);
    bought.plan = Plan::revolving;
    bought.billed = false;
    Civil closing = closing_of(month_.company, bought.booked);
    rows_.push_back(std::move(bought));
    for (std::int64_t left = 20'000; left > 0; left -= 5'000) {
      closing = closing_of(month_.company, closing + 1);
      Row part = sale(closing - day_length + 1, 0, "リボ払い　元金お支払い分", 5'000);
      part.kind = Kind::repayment;
      part.plan = Plan::revolving;
      part.remaining = left - 5'000;
      rows_.push_back(std::move(part));
      Row interest = sale(closing - day_length + 1, 0, "リボ払い　手数料（実質年率15.0%）", left * 15 / 1'200);
      interest.kind = Kind::interest;
      interest.plan = Plan::none;
      rows_.push_back(std::move(interest));
    }
  }

  const MonthOfCard& month_;
  Dice dice_;
  std::int64_t numbered_ = 0;
  std::vector<Row> rows_;
};

}  // namespace

std::vector<Row> rows_of_month(const MonthOfCard& month) { return Month(month).rows(); }

}  // namespace sandbox
