// SPDX-License-Identifier: Apache-2.0
//
// Digests, random names and the two text forms that HTTP and OAuth use for bytes.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace sandbox {

[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string base64url(std::string_view bytes);
[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::string random_name(std::size_t bytes = 24);  ///< base64url of random bytes

using Form = std::map<std::string, std::string>;
/// `a=1&b=%20`. A name that comes twice makes the form invalid: it then holds "\0" => the name.
[[nodiscard]] Form read_form(std::string_view text);
[[nodiscard]] std::string percent(std::string_view text);
[[nodiscard]] std::string html(std::string_view text);
[[nodiscard]] std::string at(const Form& form, const std::string& name);  ///< empty where it is not there

}  // namespace sandbox
