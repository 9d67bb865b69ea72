// SPDX-License-Identifier: Apache-2.0
//
// Text in one form: NFKC, trimmed, each run of white space one space, nothing else changed. Half-width katakana
// become full-width, full-width Latin becomes ASCII; look-alike dashes stay what they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meisai::normalizers {

/// The form above. `raw` is UTF-8, as every raw cell is; other bytes pass unchanged.
[[nodiscard]] std::string normalized_text(std::string_view raw);

/// Remembers the form of texts seen: shops repeat, and NFKC costs more than a look-up. Bounded in entries and
/// bytes; forgets everything when full. A look-up touches two places in memory and no more: with the thousands
/// of shops of a long file, waiting for memory is most of its cost.
class TextMemo {
 public:
  /// Valid until the next call.
  [[nodiscard]] std::string_view normalized(std::string_view raw);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t at = 0;         ///< in texts_: the raw text, its form behind it
    std::uint16_t raw_bytes = 0;  ///< 0: the slot is free
    std::uint16_t form_bytes = 0;
  };
  [[nodiscard]] Slot& slot_of(std::string_view raw, std::uint32_t hash);
  void make_room(std::size_t bytes);

  std::vector<Slot> slots_;  // open addressing; a power of two, at most half of it taken
  std::size_t taken_ = 0;
  std::string texts_;
  std::string unremembered_;
};

}  // namespace meisai::normalizers
