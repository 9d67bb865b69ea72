// SPDX-License-Identifier: Apache-2.0
//
// Everything that `meisai` says, in Japanese and English. A text is an enumerator with both languages in
// one line of dictionary.def, so that a missing translation does not compile. `{0}`, `{1}` stand for
// arguments. JSON is not translated: it is a contract.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "meisai/error.h"

namespace meisai::cli {

enum class Language { en, ja };

enum class Text {
#define MEISAI_TEXT(name, en, ja) name,
#include "apps/meisai/dictionary.def"
#undef MEISAI_TEXT
};

/// The text in a language.
[[nodiscard]] std::string_view say(Text text, Language language) noexcept;
/// The same with `{0}`, `{1}`, ... replaced.
[[nodiscard]] std::string say(Text text, Language language, std::initializer_list<std::string_view> arguments);

/// One line on what a code means, and the usual way out (may be empty).
[[nodiscard]] std::string_view headline(Code code, Language language) noexcept;
[[nodiscard]] std::string_view way_out(Code code, Language language) noexcept;

}  // namespace meisai::cli
