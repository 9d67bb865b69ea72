// SPDX-License-Identifier: Apache-2.0
//
// A person with a browser: libcurl with a cookie jar that fills in the server's two forms (login, consent) and
// follows it back to our loopback address. Works on a thread of its own, because the program waits meanwhile.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "meisai/ports/user_agent.h"

namespace meisai::test {

class Person final : public UserAgent {
 public:
  explicit Person(std::string ca_pem);
  Person(const Person&) = delete;
  Person& operator=(const Person&) = delete;
  ~Person() override;

  Result<std::unique_ptr<RedirectListener>> listen() override;
  Result<void> open(const std::string& url) override;

  bool declines = false;
  std::string brings_code;  ///< another code than the one that was given; empty: that one
  [[nodiscard]] const std::string& last_code() const noexcept { return last_code_; }
  [[nodiscard]] const std::string& last_address() const noexcept { return last_address_; }
  /// Waits until the browser is done.
  void finish();

 private:
  void visit(std::string url);
  std::string ca_pem_;
  std::string last_code_;
  std::string last_address_;
  std::unique_ptr<UserAgent> loopback_;
  std::thread browser_;
};

}  // namespace meisai::test
