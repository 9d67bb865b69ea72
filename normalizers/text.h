// SPDX-License-Identifier: Apache-2.0
//
// Text in one form: NFKC, trimmed, each run of white space one space, nothing else changed. Half-width katakana
// become full-width, full-width Latin becomes ASCII; look-alike dashes stay what they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace meisai::normalizers {

/// The form above. `raw` is UTF-8, as every raw cell is; other bytes pass unchanged.
[[nodiscard]] std::string normalized_text(std::string_view raw);

/// Remembers the form of texts seen: shops repeat, and NFKC costs more than a look-up. Bounded in entries and
/// bytes; forgets everything when full.
class TextMemo {
 public:
  /// Valid until the next call.
  [[nodiscard]] const std::string& normalized(std::string_view raw);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> seen_;
  std::size_t bytes_ = 0;
  std::string unremembered_;
};

}  // namespace meisai::normalizers
