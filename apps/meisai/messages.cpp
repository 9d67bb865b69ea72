// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/messages.h"

#include <array>
#include <cstddef>

namespace meisai::cli {
namespace {

struct Pair {
  std::string_view en, ja;
  [[nodiscard]] constexpr std::string_view in(Language language) const { return language == Language::ja ? ja : en; }
};

constexpr auto texts = std::to_array<Pair>({
#define MEISAI_TEXT(name, en, ja) {en, ja},
#include "apps/meisai/dictionary.def"
#undef MEISAI_TEXT
});

struct CodeText {
  Code code;
  Pair headline, way_out;
};
constexpr auto code_texts = std::to_array<CodeText>({
#define MEISAI_CODE_TEXT(code, en, ja, way_en, way_ja) {Code::code, {en, ja}, {way_en, way_ja}},
#include "apps/meisai/code_texts.def"
#undef MEISAI_CODE_TEXT
});

#define MEISAI_COUNT(name) +1
constexpr std::size_t code_count = 0 MEISAI_REFUSALS(MEISAI_COUNT) MEISAI_ERRORS(MEISAI_COUNT);
#undef MEISAI_COUNT

constexpr bool every_code_is_explained() {
  if (code_texts.size() != code_count) return false;
  for (std::size_t i = 0; i < code_texts.size(); ++i)
    if (code_texts[i].code != static_cast<Code>(i) || code_texts[i].headline.en.empty() ||
        code_texts[i].headline.ja.empty() || code_texts[i].way_out.en.empty() != code_texts[i].way_out.ja.empty())
      return false;
  return true;
}
static_assert(every_code_is_explained(), "code_texts.def needs one line for each Code, in the order of error.h");

constexpr bool every_text_is_written() {
  for (const Pair& pair : texts)
    if (pair.en.empty() || pair.ja.empty()) return false;
  return true;
}
static_assert(every_text_is_written(), "dictionary.def has an empty text");

}  // namespace

std::string_view say(Text text, Language language) noexcept {
  return texts[static_cast<std::size_t>(text)].in(language);
}

std::string say(Text text, Language language, std::initializer_list<std::string_view> arguments) {
  const std::string_view pattern = say(text, language);
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool hole = pattern[i] == '{' && i + 2 < pattern.size() && pattern[i + 2] == '}';
    const std::size_t index = hole ? static_cast<std::size_t>(pattern[i + 1] - '0') : arguments.size();
    if (index >= arguments.size()) {
      out += pattern[i];
      continue;
    }
    out += arguments.begin()[index];
    i += 2;
  }
  return out;
}

std::string_view headline(Code code, Language language) noexcept {
  return code_texts[static_cast<std::size_t>(code)].headline.in(language);
}

std::string_view way_out(Code code, Language language) noexcept {
  return code_texts[static_cast<std::size_t>(code)].way_out.in(language);
}

}  // namespace meisai::cli
