// SPDX-License-Identifier: Apache-2.0
//
// JSON string escapes (RFC 8259 section 7). Half a surrogate pair names no character and is refused: it could not be
// written as UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace meisai::json {

/// Appends the characters that `escaped` names; never more bytes than it has. False: an escape names none.
[[nodiscard]] bool unescape(std::string_view escaped, std::string& out);

}  // namespace meisai::json
