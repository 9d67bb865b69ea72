// SPDX-License-Identifier: Apache-2.0
//
// Names of HTTP methods and looking up headers: the parts of the transport's port that are plain values, so
// that no caller and no transport of a host writes them again.
#include "meisai/ports/http.h"

#include <algorithm>

namespace meisai {

std::string_view name_of(HttpMethod method) noexcept {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::delete_:
      return "DELETE";
  }
  return "";
}

std::string_view HttpResponse::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find_if(headers, [name](const auto& each) { return each.first == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace meisai
