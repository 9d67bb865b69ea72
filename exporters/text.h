// SPDX-License-Identifier: Apache-2.0
//
// What text from a statement must lose before it may stand in a line of somebody else's format. Merchant
// names and card labels come from outside: they may hold line ends, characters that turn the reading
// direction, or a format's own marks. Nothing here drops a visible character.
#pragma once

#include <string>
#include <string_view>

namespace meisai::exporters {

/// `utf8` as part of one line: control characters, line and paragraph separators and bidirectional controls
/// become a space, malformed bytes become U+FFFD. Emoji and their joiners stay.
[[nodiscard]] std::string single_line(std::string_view utf8);

/// Runs of white space (Unicode's, ideographic and no-break spaces too) become one ASCII space; both ends are
/// trimmed. REQUIRES: well-formed UTF-8, as single_line gives it.
[[nodiscard]] std::string collapse_spaces(std::string_view utf8);

/// Appends the full-width form of a printable ASCII mark: `;` is `；`, `=` is `＝`.
void append_fullwidth(std::string& out, char mark);

/// `utf8` with each of the ASCII `marks` in its full-width form.
[[nodiscard]] std::string widen_marks(std::string_view utf8, std::string_view marks);

}  // namespace meisai::exporters
