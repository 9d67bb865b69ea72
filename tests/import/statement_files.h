// SPDX-License-Identifier: Apache-2.0
//
// Writes statement files as three issuers do, from a few facts, so that a test can say what happened in a
// month and get the bytes that a person would download. Layouts: samples/statements.
#pragma once

#include <string>
#include <vector>

namespace meisai::test {

struct Line {
  std::string date;  ///< 2026-08-30, or empty
  std::string shop;
  int amount = 0;
  int billed = 0;
  int count = 1;  ///< payments: 1, 2, 3...
  int index = 1;
  std::string holder = "本人";  ///< 楽天 only
};

/// A one-payment line that is billed at its amount.
Line once(std::string date, std::string shop, int amount);
/// Payment `index` of `count` of a purchase.
Line part(std::string date, std::string shop, int amount, int billed, int index, int count);

/// 楽天カード closed month; `month` is the payment month's number in the header cells.
std::string rakuten_file(int month, const std::vector<Line>& lines);
/// 三井住友カード closed month with one section and its closing sum, in UTF-8 (as re-saved).
std::string smbc_file(const std::string& section_line, const std::vector<Line>& lines);
/// JCB with its preamble sums, in UTF-8 (as re-saved).
std::string jcb_file(const std::string& due_date, const std::string& last4, const std::vector<Line>& lines);

}  // namespace meisai::test
