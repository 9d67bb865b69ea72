// SPDX-License-Identifier: Apache-2.0
//
// An address of an issuer, shown to the person in their own browser: never in a view of ours, because the
// person has to see whose page it is (METI-3.4.2-iii). The address holds no secret.
#pragma once

#include <string>
#include <vector>

#include "apps/meisai/session.h"

namespace meisai::cli {

/// The words of each browser to try, in order: $BROWSER (a list with ':' between, `%s` is the address), then
/// xdg-open.
[[nodiscard]] std::vector<std::vector<std::string>> browsers(const std::string& variable, const std::string& url);

/// Prints the address, and without `no_browser` starts a browser on it. That none starts is no failure: the
/// person can open the address.
[[nodiscard]] Result<void> show_address(const Session& session, bool no_browser, const std::string& url);

/// Starts a program that goes on by itself, without a shell, with nothing of ours but the environment. False:
/// it cannot be started.
[[nodiscard]] bool launch_program(const std::vector<std::string>& words);

}  // namespace meisai::cli
