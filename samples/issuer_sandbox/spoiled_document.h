// SPDX-License-Identifier: Apache-2.0
//
// Faults inside an OBIE document: another person's card, a card number where none belongs, members that are
// missing or of the wrong type, links that never end or lead away.
#pragma once

#include <string>

#include "samples/issuer_sandbox/faults.h"

namespace sandbox {

/// Leaves anything but a list of accounts, statements or transactions as it is.
void spoil_document(const Fault& fault, const std::string& origin, const Request& request, Response& response);

}  // namespace sandbox
