// SPDX-License-Identifier: Apache-2.0
//
// The pages that a person sees at a company, in Japanese and English. No script, nothing from elsewhere.
#pragma once

#include <optional>
#include <string>

#include "samples/issuer_sandbox/company.h"
#include "samples/issuer_sandbox/grants.h"

namespace sandbox {

[[nodiscard]] std::string login_page(const Company& company, const std::string& interaction);
[[nodiscard]] std::string consent_page(const Company& company, const std::string& interaction, const std::string& name,
                                       const std::optional<ConsentObject>& consent);
[[nodiscard]] std::string refusal_page(const Company& company, const std::string& reason);

}  // namespace sandbox
