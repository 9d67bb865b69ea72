// SPDX-License-Identifier: Apache-2.0
#include "meisai/error.h"

#include <array>
#include <utility>

namespace meisai {
namespace {

constexpr auto code_names = std::to_array<std::string_view>({
#define MEISAI_CODE_NAME(name) #name,
    MEISAI_REFUSALS(MEISAI_CODE_NAME) MEISAI_ERRORS(MEISAI_CODE_NAME)
#undef MEISAI_CODE_NAME
});

#define MEISAI_COUNT(name) +1
constexpr std::size_t refusal_count = 0 MEISAI_REFUSALS(MEISAI_COUNT);
#undef MEISAI_COUNT

}  // namespace

std::string_view name_of(Code code) noexcept { return code_names[static_cast<std::size_t>(code)]; }

std::optional<Code> code_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < code_names.size(); ++i)
    if (code_names[i] == name) return static_cast<Code>(i);
  return std::nullopt;
}

bool is_refusal(Code code) noexcept { return static_cast<std::size_t>(code) < refusal_count; }

std::string_view name_of(Retry retry) noexcept {
  switch (retry) {
    case Retry::never:
      return "never";
    case Retry::later:
      return "later";
    case Retry::after_user:
      return "after_user";
  }
  return "never";
}

bool Where::empty() const noexcept { return text().empty(); }

std::string Where::text() const {
  std::string out;
  const auto part = [&out](const std::string& piece) {
    if (piece.empty()) return;
    if (!out.empty()) out += ", ";
    out += piece;
  };
  part(issuer);
  part(layout);
  part(document);
  if (row != 0) part("row " + std::to_string(row));
  if (column != 0) part("column " + std::to_string(column));
  part(source);
  return out;
}

tl::unexpected<Error> fail(Code code, std::string what, std::string remedy, Retry retry) {
  return tl::unexpected<Error>(
      Error{.code = code, .what = std::move(what), .remedy = std::move(remedy), .retry = retry});
}

}  // namespace meisai
