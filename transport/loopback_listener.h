// SPDX-License-Identifier: Apache-2.0
//
// Where the browser comes back to (RFC 8252): a listener on the loopback interface that takes one request of one
// path and then is gone. Every program of this machine can talk to it, so nothing that it is told is believed
// here; state and code are checked by whoever gets the query.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "meisai/ports/user_agent.h"

namespace meisai {

[[nodiscard]] Result<std::unique_ptr<RedirectListener>> listen_on_loopback();

/// A user agent that listens on the loopback interface and shows addresses by `open`.
[[nodiscard]] std::unique_ptr<UserAgent> make_user_agent(std::function<Result<void>(const std::string& url)> open);

}  // namespace meisai
