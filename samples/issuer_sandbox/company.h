// SPDX-License-Identifier: Apache-2.0
//
// What the two card companies are: names, cards, dates of their billing, and in which habits they differ.
// Everything here is invented.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace sandbox {

struct CompanyCard {
  std::string last4;
  std::string nickname;
};

struct Company {
  std::string id;
  std::string name_ja;
  std::string name_en;
  std::string prefix;  ///< of its record ids
  std::string scheme;  ///< as OBIE names it
  std::string mask;    ///< in front of a card's last four
  std::array<CompanyCard, 2> cards;
  unsigned closing_day = 15;    ///< 31: the month's last
  unsigned payment_day = 10;    ///< of the month after
  bool statements = true;       ///< offers them to others
  bool states_usage = true;     ///< usage date, plan and the link from pending to posted stand in its rows
  bool confidential = true;     ///< clients sign (private_key_jwt) and push their requests (PAR)
  std::uint64_t story_key = 0;  ///< keeps the two stories apart under one seed
};

[[nodiscard]] const Company& aoba();
[[nodiscard]] const Company& minato();

}  // namespace sandbox
