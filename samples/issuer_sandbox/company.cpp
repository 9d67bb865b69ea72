// SPDX-License-Identifier: Apache-2.0
//
// あおばカード closes on the 15th and states much; みなとカード closes at the month's end and states little.
#include "samples/issuer_sandbox/company.h"

namespace sandbox {

const Company& aoba() {
  static const Company company{
      .id = "aoba_card",
      .name_ja = "あおばカード",
      .name_en = "Aoba Card",
      .prefix = "AOB",
      .scheme = "VISA",
      .mask = "************",
      .cards = {{{"4821", "あおばカード ゴールド"}, {"4839", "あおばカード 家族"}}},
      .closing_day = 15,
      .payment_day = 10,
      .statements = true,
      .states_usage = true,
      .confidential = true,
      .story_key = 0xA0BA,
  };
  return company;
}

const Company& minato() {
  static const Company company{
      .id = "minato_card",
      .name_ja = "みなとカード",
      .name_en = "Minato Card",
      .prefix = "MNT",
      .scheme = "MasterCard",
      .mask = "xxxxxxxxxxxx",
      .cards = {{{"3307", "みなとカード"}, {"3315", "みなとカード 海"}}},
      .closing_day = 31,
      .payment_day = 27,
      .statements = false,
      .states_usage = false,
      .confidential = false,
      .story_key = 0x317A,
  };
  return company;
}

}  // namespace sandbox
