// SPDX-License-Identifier: Apache-2.0
//
// A consent as the text of one column: all of it, since what a person agreed to must be provable as a whole.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meisai/consent.h"

namespace meisai::sqlcipher {

/// `invalid_argument` for texts that are not UTF-8.
[[nodiscard]] Result<std::string> encode_consent(const Consent& consent);
/// Strict: `store_damaged` for anything that `encode_consent` does not write.
[[nodiscard]] Result<Consent> decode_consent(std::string_view text);

/// Scopes of tokens, as text and back.
[[nodiscard]] Result<std::string> encode_texts(const std::vector<std::string>& texts);
[[nodiscard]] Result<std::vector<std::string>> decode_texts(std::string_view text);

}  // namespace meisai::sqlcipher
