// SPDX-License-Identifier: Apache-2.0
//
// Faults inside an OBIE document: another person's card, a card number where none belongs, members that are
// missing or of the wrong type, links that never end or lead away.
#pragma once

#include <string>
#include <string_view>

#include "samples/issuer_sandbox/faults.h"

namespace sandbox {

/// Passes the Luhn check and begins like a card; a publisher's test number, nobody's card.
inline constexpr std::string_view planted_card_number = "4111111111111111";

/// Leaves anything but a list of accounts, statements or transactions as it is.
void spoil_document(const Fault& fault, const std::string& origin, const Request& request, Response& response);

}  // namespace sandbox
