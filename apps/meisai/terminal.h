// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai::cli {

/// Asks on the controlling terminal with echo off, whatever stdin and stdout are. Fails with `wrong_key`
/// where there is no terminal, with `interrupted` on a signal.
[[nodiscard]] Result<Secret> ask_on_terminal(std::string_view prompt);

/// Asks on the controlling terminal for a line that may be seen. Fails with `consent_not_accepted` where there is
/// no terminal, with `interrupted` on a signal.
[[nodiscard]] Result<std::string> ask_line_on_terminal(std::string_view prompt);

/// Columns of the terminal behind a descriptor; 0 if it is none.
[[nodiscard]] int terminal_columns(int descriptor);

}  // namespace meisai::cli
