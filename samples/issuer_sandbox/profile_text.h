// SPDX-License-Identifier: Apache-2.0
//
// The issuer profile (TOML) of each company: what a card company would hand to whoever wants to link.
#pragma once

#include <string>

#include "samples/issuer_sandbox/company.h"

namespace sandbox {

[[nodiscard]] std::string profile_text(const Company& company, const std::string& origin,
                                       const std::string& authority_pem);

}  // namespace sandbox
