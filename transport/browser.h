// SPDX-License-Identifier: Apache-2.0
//
// Showing an address in the person's own browser. Never a web view of ours (METI-3.4.2-iii).
#pragma once

#include <string>

#include "meisai/error.h"

namespace meisai {

/// Starts `command` with the address as its only argument, without a shell, and does not wait for the browser to
/// end. `invalid_argument` for anything but an https address; `io_error` if there is no such program or it fails
/// within half a second: then the person opens the address.
[[nodiscard]] Result<void> open_in_browser(const std::string& url, const std::string& command = "xdg-open");

}  // namespace meisai
