// SPDX-License-Identifier: Apache-2.0
//
// One transaction of an answer becomes one raw record: texts as written, by field. Members of other people and accounts
// are left out; members that nobody knows are kept beside their name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/json/json.h"
#include "adapters/obie/shape.h"
#include "meisai/raw_page.h"

namespace meisai::obie {

class RowReader {
 public:
  RowReader(const Shape& shape, const Vocabulary& vocabulary);

  /// Adds the cells of `row` to the record begun last. False: a mandatory field cannot be read, so the normalizer will
  /// refuse the record.
  [[nodiscard]] bool read(json::Value row, std::string_view account, RawPageBuilder& out);
  /// Names of members that no version known here has, each once.
  [[nodiscard]] std::vector<std::string> take_unknown() { return std::exchange(unknown_, {}); }

 private:
  enum class Role : std::uint8_t;
  struct NamedRole {
    std::string name;
    Role role;
  };

  [[nodiscard]] Role role_of(std::size_t position, std::string_view name);
  void point(json::Value row, RawPageBuilder& out);
  void member(Role role, json::Value value, RawPageBuilder& out);
  void reference(Field field, json::Value value, RawPageBuilder& out);
  static void date(Field field, json::Value value, RawPageBuilder& out);
  void amount(json::Value value, RawPageBuilder& out);
  void merchant(RawPageBuilder& out);
  void exchange(json::Value value, RawPageBuilder& out);
  void extension(const std::string& name, json::Value value, RawPageBuilder& out);
  void note_unknown(std::string_view name);
  [[nodiscard]] bool is_pointed(json::Value value) const noexcept;
  [[nodiscard]] bool holds_pointed(json::Value value) const noexcept;

  const Shape& shape_;
  const Vocabulary& vocabulary_;
  std::vector<NamedRole> last_roles_;  ///< members mostly come in the order of the row before
  std::vector<std::uint32_t> pointed_;
  std::vector<std::string> unknown_;
  json::Value details_;
  json::Value information_;
  bool has_details_ = false;
  bool has_information_ = false;
};

}  // namespace meisai::obie
