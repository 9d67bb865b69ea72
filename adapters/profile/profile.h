// SPDX-License-Identifier: Apache-2.0
//
// Issuer profiles as TOML. One table of keys (keys.cpp) says what may stand in the file, reads it and is the text of
// docs/issuer-profile.md, so the three cannot drift apart.
#pragma once

#include <memory>
#include <string>

#include "meisai/ports/linked_adapter.h"

namespace meisai::profile {

[[nodiscard]] std::unique_ptr<ProfileReader> make_toml_profile_reader();

/// The text of docs/issuer-profile.md.
[[nodiscard]] std::string profile_document();
/// The complete example in it: a sandbox issuer.
[[nodiscard]] std::string example_profile();

}  // namespace meisai::profile
