// SPDX-License-Identifier: Apache-2.0
//
// npm oidc-provider as a child process: installed if need be, started on a free port, told what to do and
// listened to (tests/foreign_servers/oidc_provider.mjs says which commands and events there are).
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/transport/certificates.h"

namespace meisai::test {

struct Event {
  std::string name;
  std::string grant;   ///< for `token_request`
  std::string token;   ///< digest of what was sent or consumed
  std::string detail;  ///< the whole line
  int status = 0;
  bool active = false;
};

class OidcServer {
 public:
  /// Writes its certificate into `folder`. `client_jwk` is our public key.
  OidcServer(const std::filesystem::path& folder, const std::string& client_jwk,
             const std::vector<std::string>& more_arguments = {});
  OidcServer(const OidcServer&) = delete;
  OidcServer& operator=(const OidcServer&) = delete;
  ~OidcServer();

  [[nodiscard]] const std::string& issuer() const noexcept { return issuer_; }
  [[nodiscard]] std::string ca_pem() const { return authority_.pem(); }
  /// Says it and waits until the server has heard it.
  void tell(const std::string& json);
  [[nodiscard]] bool is_active(const std::string& access_token);
  struct Signed {
    std::string jws;
    std::string jwks;
  };
  /// A token that npm jose signs with a key of its own.
  [[nodiscard]] Signed sign(const std::string& algorithm, const std::string& claims);
  /// All that it did until now.
  [[nodiscard]] std::vector<Event> events();
  [[nodiscard]] std::size_t count(const std::string& name);
  /// Whether some event's line holds the text.
  [[nodiscard]] bool said(const std::string& text);
  /// Refresh tokens that came in twice: none, or the client is wrong.
  [[nodiscard]] std::size_t refresh_tokens_sent_twice();

 private:
  void listen();
  [[nodiscard]] std::vector<Event> heard();
  /// Says it and returns the event that answers it.
  Event ask(const std::string& json, const std::string& answer);
  [[nodiscard]] Event wait_for(const std::string& name, std::size_t after);

  Authority authority_;
  std::string issuer_;
  pid_t pid_ = -1;
  std::FILE* in_ = nullptr;
  std::FILE* out_ = nullptr;
  std::mutex mutex_;
  std::vector<Event> events_;
  std::thread listener_;
};

}  // namespace meisai::test
