// SPDX-License-Identifier: Apache-2.0
//
// The transport over libcurl: HTTPS only, trust and addresses by the rules given, no redirect, no proxy, nothing
// from the environment. A transfer whose crossing closes is broken off within 25 ms and sends nothing more.
#pragma once

#include <memory>

#include "meisai/ports/http.h"

namespace meisai {

/// Use it from one thread. Destroying it breaks off what is under way, and closes kept connections without a word.
[[nodiscard]] std::unique_ptr<HttpTransport> make_curl_transport();

}  // namespace meisai
