// SPDX-License-Identifier: Apache-2.0
//
// The name service, as a test wants it: the test program's own getaddrinfo comes before the C library's.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace meisai::test {

/// `name` leads to these addresses (dotted IPv4), after this time. For as long as this lives.
class ResolvedName {
 public:
  ResolvedName(std::string name, std::vector<std::string> addresses, std::chrono::milliseconds after = {});
  ResolvedName(const ResolvedName&) = delete;
  ResolvedName& operator=(const ResolvedName&) = delete;
  ~ResolvedName();
  /// How often it was asked for.
  [[nodiscard]] static int asked();
};

}  // namespace meisai::test
