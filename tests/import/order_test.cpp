// SPDX-License-Identifier: Apache-2.0
//
// For any order and repetition of files over the same months the ledger is the same (I6). Random months
// with twins, instalments and refunds; one seed replays a run (MEISAI_SEED).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/import/person.h"
#include "tests/import/statement_files.h"

using namespace meisai::test;

namespace {

std::uint32_t seed_from_environment_or_random() {
  if (const char* text = std::getenv("MEISAI_SEED")) return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
  return std::random_device{}();
}

/// Months of one card: daily rows with twins, and purchases in two to four payments that run on.
std::vector<std::vector<Line>> random_months(std::mt19937& random, int months) {
  const std::vector<std::string> shops = {"見本書店", "見本駅", "ＥＴＣ　見本東", "ソフト見本㈱", "ﾐﾎﾝｺｰﾋｰ"};
  const auto pick = [&random](int from, int to) { return std::uniform_int_distribution(from, to)(random); };
  std::vector<std::vector<Line>> result(static_cast<std::size_t>(months));
  for (int month = 0; month < months; ++month) {
    const auto date = [&](int day) {
      const std::string text = std::to_string(day);
      return "2026-0" + std::to_string(month + 1) + "-" + (day < 10 ? "0" : "") + text;
    };
    for (int i = pick(4, 12); i > 0; --i) {
      const Line line = once(date(pick(1, 28)), shops[static_cast<std::size_t>(pick(0, 4))], pick(-3, 20) * 110 + 10);
      for (int twin = pick(0, 9) == 0 ? 3 : 1; twin > 0; --twin)
        result[static_cast<std::size_t>(month)].push_back(line);
    }
    const int count = pick(2, 4);
    const std::string day = date(pick(1, 28));
    const std::string shop = "家電" + std::to_string(month);
    for (int index = 1; index <= count && month + index - 1 < months; ++index)
      result[static_cast<std::size_t>(month + index - 1)].push_back(
          part(day, shop, 12000, 12000 / count, index, count));
  }
  return result;
}

}  // namespace

TEST_CASE("any order and repetition of the files gives the same ledger", "[property]") {
  const std::uint32_t seed = seed_from_environment_or_random();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20; ++round) {
    const bool named = round % 2 == 0;  // JCB states the due date; 三井住友 does not say which month it is
    const auto months = random_months(random, 5);
    std::vector<std::pair<std::string, std::string>> files;
    for (std::size_t i = 0; i < months.size(); ++i) {
      const std::string month = "0" + std::to_string(i + 3);
      files.emplace_back("2026" + month + ".csv",
                         named ? jcb_file("2026-" + month + "-10", "0000", months[i])
                               : smbc_file("見本　太郎　様,4980-00**-****-****,三井住友カード（ＮＬ）", months[i]));
    }
    Person straight;
    for (const auto& [name, bytes] : files) CHECK_FALSE(straight.must_import(name, bytes).needs_attention());
    const std::string expected = straight.ledger_text();

    std::vector<std::size_t> order = {0, 1, 2, 3, 4, 0, 2, 4, 1};
    std::ranges::shuffle(order, random);
    Person shuffled;
    for (const std::size_t i : order)
      CHECK_FALSE(shuffled.must_import(files[i].first, files[i].second).needs_attention());
    REQUIRE(shuffled.ledger_text() == expected);
  }
}
