// SPDX-License-Identifier: Apache-2.0
//
// Windows-31J to Unicode from our own table: the same on every machine, and no module to load (adapters do no
// I/O). The wave dash and its relatives decode as Windows maps them: 81 60 is U+FF5E.
#pragma once

namespace meisai::japan_files {

[[nodiscard]] constexpr bool is_cp932_lead(unsigned char byte) noexcept {
  return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
}
/// Half-width katakana; 80, A0 and FD to FF are no characters.
[[nodiscard]] constexpr bool is_cp932_single(unsigned char byte) noexcept {
  return byte < 0x80 || (byte >= 0xa1 && byte <= 0xdf);
}
/// The character of two bytes, or 0 where none is assigned.
[[nodiscard]] char16_t cp932_pair(unsigned char lead, unsigned char trail) noexcept;

}  // namespace meisai::japan_files
