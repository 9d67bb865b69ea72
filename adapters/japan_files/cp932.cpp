// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/cp932.h"

#include <array>
#include <string_view>

namespace meisai::japan_files {
namespace {

struct Row {
  unsigned char lead;
  std::u16string_view characters;
};
constexpr Row assigned[] = {
#include "adapters/japan_files/cp932_table.inc"
};
constexpr auto rows = [] {
  std::array<std::u16string_view, 256> table{};
  for (const Row& row : assigned) table[row.lead] = row.characters;
  return table;
}();
constexpr unsigned row_size = 188;
constexpr char16_t user_defined = 0xe000;

}  // namespace

char16_t cp932_pair(unsigned char lead, unsigned char trail) noexcept {
  if (trail < 0x40 || trail == 0x7f || trail > 0xfc) return 0;
  const unsigned at = trail - (trail > 0x7f ? 0x41u : 0x40u);
  if (lead >= 0xf0 && lead <= 0xf9) return static_cast<char16_t>(user_defined + (lead - 0xf0u) * row_size + at);
  const std::u16string_view row = rows[lead];
  return at < row.size() && row[at] != u'\xfffd' ? row[at] : u'\0';
}

}  // namespace meisai::japan_files
