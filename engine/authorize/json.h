// SPDX-License-Identifier: Apache-2.0
//
// Small JSON documents from strangers: metadata, token answers, key sets, the two halves of a JWT. Strict
// (METI-2.3-ii): UTF-8 only, no byte-order mark, no member twice, nothing after the end, depth and size
// limited. Text is held as Secret, because some of it is a token; the tree wipes itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/error.h"
#include "meisai/ports/http.h"
#include "meisai/secret.h"

namespace meisai::authorize {

struct Json {
  enum class Kind : std::uint8_t { null, boolean, integer, other_number, text, array, object };
  Kind kind = Kind::null;
  bool truth = false;
  std::int64_t integer = 0;
  Secret text;
  std::vector<Json> items;         ///< of an array; of an object its members, named by
  std::vector<std::string> names;  ///< as many, in the same order

  /// The member of this name, or null.
  [[nodiscard]] const Json* find(std::string_view name) const noexcept;
  /// The text of a member that is a string, or nothing.
  [[nodiscard]] std::optional<std::string_view> text_of(std::string_view name) const noexcept;
  [[nodiscard]] std::optional<std::int64_t> integer_of(std::string_view name) const noexcept;
  /// True only where the member is there and true.
  [[nodiscard]] bool is_true(std::string_view name) const noexcept;
  /// The strings of a member that is an array of strings; nothing if it is absent or anything else.
  [[nodiscard]] std::optional<std::vector<std::string_view>> texts_of(std::string_view name) const;
};

struct JsonLimits {
  std::size_t bytes = 256 * 1024;
  std::size_t depth = 12;
  std::size_t values = 8192;
};

/// The document's root is always an object. `answer_not_valid` with the shape of the mistake, never its content.
[[nodiscard]] Result<Json> parse_json(std::string_view bytes, const JsonLimits& limits = {});
/// The same for the body of an answer whose content type must be JSON. `what` names the document.
[[nodiscard]] Result<Json> parse_json_answer(const HttpResponse& answer, std::string_view what);

/// `"text"`, escaped; for the few small documents that we write ourselves.
[[nodiscard]] std::string json_quoted(std::string_view text);

}  // namespace meisai::authorize
