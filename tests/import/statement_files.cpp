// SPDX-License-Identifier: Apache-2.0
#include "tests/import/statement_files.h"

#include <algorithm>

namespace meisai::test {
namespace {

std::string slashed(std::string date) {
  std::ranges::replace(date, '-', '/');
  return date;
}

std::string quoted(const std::string& text) { return '"' + text + '"'; }

std::string rakuten_plan(const Line& line) {
  if (line.count <= 2) return std::to_string(line.count) + "回払い";
  return "分割" + std::to_string(line.count) + "回払い(" + std::to_string(line.index) + "回目)";
}

int total_of(const std::vector<Line>& lines) {
  int total = 0;
  for (const Line& line : lines) total += line.billed;
  return total;
}

}  // namespace

Line once(std::string date, std::string shop, int amount) {
  return {.date = std::move(date), .shop = std::move(shop), .amount = amount, .billed = amount};
}

Line part(std::string date, std::string shop, int amount, int billed, int index, int count) {
  return {.date = std::move(date),
          .shop = std::move(shop),
          .amount = amount,
          .billed = billed,
          .count = count,
          .index = index};
}

std::string rakuten_file(int month, const std::vector<Line>& lines) {
  const std::string now = std::to_string(month);
  const std::string next = std::to_string(month % 12 + 1);
  std::string file =
      "\xEF\xBB\xBF\"利用日\",\"利用店名・商品名\",\"利用者\",\"支払方法\",\"利用金額\",\"手数料/"
      "利息\",\"支払総額\",\"" +
      now + "月支払金額\",\"当月請求額\",\"" + next + "月繰越残高\",\"新規サイン\"\n";
  for (const Line& line : lines) {
    const std::string billed = quoted(std::to_string(line.billed));
    const int rest = line.count == 1 ? 0 : line.amount - line.billed * line.index;
    file += quoted(slashed(line.date)) + ',' + quoted(line.shop) + ',' + quoted(line.holder) + ',' +
            quoted(rakuten_plan(line)) + ',' + quoted(std::to_string(line.amount)) + ",\"0\"," +
            quoted(std::to_string(line.amount)) + ',' + billed + ',' + billed + ',' + quoted(std::to_string(rest)) +
            ",\"*\"\n";
  }
  return file;
}

std::string smbc_file(const std::string& section_line, const std::vector<Line>& lines) {
  std::string file = section_line + "\r\n";
  for (const Line& line : lines)
    file += slashed(line.date) + ',' + line.shop + ',' + std::to_string(line.amount) + ',' +
            std::to_string(line.count) + ',' + std::to_string(line.index) + ',' + std::to_string(line.billed) + ",\r\n";
  return file + ",,,,," + std::to_string(total_of(lines)) + ",\r\n";
}

std::string jcb_file(const std::string& due_date, const std::string& last4, const std::vector<Line>& lines) {
  const std::string total = quoted(std::to_string(total_of(lines)));
  std::string file =
      "\"\",\"\",\"今回のお支払日\"," + quoted(slashed(due_date)) + "\r\n\"\",\"\",\"今回のお支払金額合計(￥)\"," +
      total + "\r\n\"\",\"\",\" うち国内ご利用金額合計(￥)\"," + total +
      "\r\n\"\",\"\",\" うち海外ご利用金額合計(￥)\",\"0\"\r\n\"【ご利用明細】\"\r\n"
      "\"ご利用者\",\"カテゴリ\",\"ご利用日\",\"ご利用先など\",\"ご利用金額(￥)\",\"支払区分\",\"今回回数\","
      "\"訂正サイン\",\"お支払い金額(￥)\",\"国内／海外\",\"摘要\",\"備考\"\r\n";
  for (const Line& line : lines)
    file += quoted("****-****-****-" + last4 + "　ＪＣＢ見本カード　見本　太郎　様") +
            ",\"≪ショッピング取組（国内）≫\"," + quoted(line.date.empty() ? "" : " " + slashed(line.date)) + ',' +
            quoted(line.shop) + ',' + quoted(std::to_string(line.amount)) + ',' +
            quoted(std::to_string(line.count) + "回") + ',' +
            quoted(line.count == 1 ? "" : std::to_string(line.index)) + ",\"\"," + quoted(std::to_string(line.billed)) +
            ",\"国内\",\"\",\"* 1\"\r\n";
  return file;
}

}  // namespace meisai::test
