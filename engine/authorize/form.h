// SPDX-License-Identifier: Apache-2.0
//
// application/x-www-form-urlencoded, out and in: bodies to the token endpoint, the query of an authorization
// request, and the query that the browser brings back. Codes, verifiers and tokens pass through here, so what
// is built is wiped and what is read is Secret.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meisai/error.h"
#include "meisai/secret.h"

namespace meisai::authorize {

class Form {
 public:
  Form() = default;
  Form(const Form&) = delete;
  Form& operator=(const Form&) = delete;
  Form(Form&&) noexcept = default;
  Form& operator=(Form&&) noexcept = default;
  ~Form();

  Form& add(std::string_view name, std::string_view value);
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] Secret secret() const { return Secret(text_); }

 private:
  void put(char c);
  void put_encoded(std::string_view text);
  std::string text_;
};

/// The parameters of a query. `answer_not_valid` for a name that comes twice, a broken escape or too many.
[[nodiscard]] Result<std::vector<std::pair<std::string, Secret>>> read_query(std::string_view query);

/// `url` with the form as its query, or added to the query that it has.
[[nodiscard]] std::string with_query(const std::string& url, const Form& form);

}  // namespace meisai::authorize
