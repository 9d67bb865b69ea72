// SPDX-License-Identifier: Apache-2.0
#include "adapters/japan_files/utf8.h"

#include <cstring>

namespace meisai::japan_files {
namespace {

/// What a lead byte asks for: how many continuation bytes, and the bounds of the first. 0 bytes: not a lead.
struct Lead {
  std::uint8_t wanted;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xbf;
};
constexpr Lead lead_of(unsigned char byte) noexcept {
  if (byte >= 0xc2 && byte <= 0xdf) return {1};
  if (byte == 0xe0) return {2, 0xa0};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte >= 0xe1 && byte <= 0xef) return {2};
  if (byte == 0xf0) return {3, 0x90};
  if (byte >= 0xf1 && byte <= 0xf3) return {3};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  return {0};
}

}  // namespace

Utf8Check check_utf8(std::string_view bytes) noexcept {
  const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t size = bytes.size();
  std::size_t at = 0;
  while (at < size) {
    if (data[at] < 0x80) {
      std::uint64_t eight = 0;
      while (size - at >= 8 && (std::memcpy(&eight, data + at, 8), (eight & 0x8080808080808080u) == 0)) at += 8;
      while (at < size && data[at] < 0x80) ++at;
      continue;
    }
    const Lead lead = lead_of(data[at]);
    if (lead.wanted == 0) return {at, true};
    for (std::size_t i = 1; i <= lead.wanted; ++i) {
      if (at + i == size) return {at, false};
      const unsigned char byte = data[at + i];
      if (i == 1 ? byte < lead.low || byte > lead.high : (byte & 0xc0) != 0x80) return {at, true};
    }
    at += 1u + lead.wanted;
  }
  return {at, false};
}

void LineIsUtf8::feed(std::string_view part) noexcept {
  std::uint64_t eight = 0;
  for (std::size_t i = 0; i < part.size() && !broken_; ++i) {
    while (wanted_ == 0 && part.size() - i > 8 &&
           (std::memcpy(&eight, part.data() + i, 8), (eight & 0x8080808080808080u) == 0))
      i += 8;
    const auto byte = static_cast<unsigned char>(part[i]);
    if (wanted_ > 0) {
      broken_ = byte < low_ || byte > high_;
      --wanted_;
      low_ = 0x80;
      high_ = 0xbf;
    } else if (byte >= 0x80) {
      const Lead lead = lead_of(byte);
      broken_ = lead.wanted == 0;
      wanted_ = lead.wanted;
      low_ = lead.low;
      high_ = lead.high;
      long_form_ = long_form_ || lead.wanted >= 2;
    }
  }
}

bool LineIsUtf8::end_line() noexcept {
  const bool answer = !broken_ && wanted_ == 0 && long_form_;
  *this = LineIsUtf8();
  return answer;
}

}  // namespace meisai::japan_files
