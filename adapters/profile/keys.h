// SPDX-License-Identifier: Apache-2.0
//
// Every key of an issuer profile: type, limits, meaning, and where its value goes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "meisai/issuer_profile.h"

namespace meisai::profile {

enum class Type : std::uint8_t {
  text,
  word,    ///< one of `choices`
  url,     ///< https, without user, query and fragment
  pem,     ///< certificates
  flag,    ///< true or false
  number,  ///< from `least` to `most`
  list,    ///< of texts
  urls,    ///< of origins: scheme, host and port alone
  texts,   ///< a table: item key to text
  words,   ///< an array of tables with the keys of `choices`
};
[[nodiscard]] std::string_view name_of(Type type) noexcept;

/// A value of the file, before it goes into the profile. Only what its type needs is set.
struct Given {
  std::string text;
  std::int64_t number = 0;
  bool flag = false;
  std::vector<std::string> list;
  std::map<std::string, std::string> texts;
  struct Row {
    std::map<std::string, std::string> texts;
    std::int64_t count = 0;
  };
  std::vector<Row> rows;
};

struct Key {
  std::string_view path;  ///< `endpoints.origins`: a table of the file and a name in it
  Type type = Type::text;
  bool required = false;
  std::int64_t least = 0;    ///< of a number; otherwise the fewest elements
  std::int64_t most = 0;     ///< of a number; otherwise the longest text or the most elements
  std::string_view choices;  ///< the words that are accepted, separated by spaces
  std::string_view usual;    ///< what stands for the key where it is left out
  std::string_view meaning;
  /// Empty where the value was taken, otherwise what is wrong with it.
  std::string (*put)(IssuerProfile& into, Given&& given) = nullptr;

  [[nodiscard]] std::string_view table() const noexcept;  ///< `endpoints`; empty: the top of the file
  [[nodiscard]] std::string_view name() const noexcept;   ///< `origins`
};

/// In the order of the document; keys of one table stand together.
[[nodiscard]] std::span<const Key> keys() noexcept;
/// What a table is for; empty for a name that is no table.
[[nodiscard]] std::string_view meaning_of_table(std::string_view table) noexcept;

/// `https://host:port` of an absolute https address without user; empty where it is none.
[[nodiscard]] std::string origin_of(std::string_view url);
/// An origin on this machine: localhost, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback(std::string_view origin);

}  // namespace meisai::profile
