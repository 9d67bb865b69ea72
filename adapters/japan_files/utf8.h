// SPDX-License-Identifier: Apache-2.0
//
// Strict UTF-8 (RFC 3629): no surrogates, no overlong forms, nothing beyond U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace meisai::japan_files {

struct Utf8Check {
  std::size_t valid = 0;  ///< bytes that are whole characters
  bool broken = false;    ///< what follows cannot become valid; otherwise it is the start of a character
};
/// How far `bytes` are valid.
[[nodiscard]] Utf8Check check_utf8(std::string_view bytes) noexcept;

/// Whether one line is valid UTF-8 and holds a character of three bytes or more, however the line is split.
class LineIsUtf8 {
 public:
  void feed(std::string_view part) noexcept;
  /// The answer for the line fed so far, and a new line.
  [[nodiscard]] bool end_line() noexcept;

 private:
  std::uint8_t wanted_ = 0;  // continuation bytes still to come
  std::uint8_t low_ = 0x80;  // bounds of the next one
  std::uint8_t high_ = 0xbf;
  bool broken_ = false;
  bool long_form_ = false;
};

}  // namespace meisai::japan_files
