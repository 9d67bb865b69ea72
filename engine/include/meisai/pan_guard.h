// SPDX-License-Identifier: Apache-2.0
//
// Finds card numbers in text (METI-1.2-2-ii-a, security profile section 9): digit runs of 12 to 19 after
// NFKC-like folding (full-width digits), across spaces, dashes, dots and zero-width characters, that
// pass Luhn and start like an issuer's number; and masked forms that leave ten or more digits visible.
#pragma once

#include <string>
#include <string_view>

namespace meisai::pan {

/// True if `text` holds a card number. Does not allocate for text with fewer than 12 digits.
[[nodiscard]] bool found_in(std::string_view text) noexcept;

/// True if `text` holds a whole card number, one that no mask character shortens. For identity fields: an
/// issuer's own masked form (`4980-0379-3988-4***`) is not refused there, because only its hash is kept.
[[nodiscard]] bool full_number_in(std::string_view text) noexcept;

/// `text` with every digit of each card number but the last four replaced by `*` (in place: separators
/// and everything else stay). Returns whether anything was masked. `text` is UTF-8.
bool mask(std::string& text);

}  // namespace meisai::pan
