// SPDX-License-Identifier: Apache-2.0
#include "engine/model/http_dates.h"

#include <date/date.h>

#include <algorithm>
#include <charconv>
#include <sstream>

namespace meisai {
namespace {

constexpr std::chrono::hours longest_wait{24};  // an absurd header must not stop a connection for good

}  // namespace

std::optional<Instant> http_date(std::string_view text) {
  std::istringstream in{std::string(text)};
  date::sys_seconds at;
  in >> date::parse("%a, %d %b %Y %H:%M:%S GMT", at);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return Instant(at.time_since_epoch());
}

std::optional<Instant> retry_after(std::string_view text, Instant now) {
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error == std::errc() && end == text.data() + text.size())
    return now + std::min<std::chrono::seconds>(std::chrono::seconds(seconds), longest_wait);
  const auto at = http_date(text);
  if (!at) return std::nullopt;
  return std::clamp(*at, now, now + longest_wait);
}

}  // namespace meisai
