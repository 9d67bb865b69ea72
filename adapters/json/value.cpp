// SPDX-License-Identifier: Apache-2.0
//
// Looking things up in a read document, and the JSON string that we write ourselves.
#include <algorithm>
#include <charconv>

#include "adapters/json/json.h"

namespace meisai::json {
namespace {

std::optional<Value> element(Value array, std::string_view step) noexcept {
  std::uint32_t wanted = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), wanted);
  const bool canonical = step == "0" || !step.starts_with('0');
  if (error != std::errc() || end != step.data() + step.size() || !canonical) return std::nullopt;
  for (const Value each : array.children())
    if (wanted-- == 0) return each;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "boolean";
    case Kind::number:
      return "number";
    case Kind::string:
      return "string";
    case Kind::array:
      return "array";
    case Kind::object:
      return "object";
  }
  return "";
}

std::optional<Value> Value::find(std::string_view member) const noexcept {
  if (!is(Kind::object)) return std::nullopt;
  for (const Value each : children())
    if (each.name() == member) return each;
  return std::nullopt;
}

std::optional<Value> Value::find(std::string_view member, Kind wanted) const noexcept {
  const auto found = find(member);
  return found && found->is(wanted) ? found : std::nullopt;
}

std::string_view Value::string(std::string_view member) const noexcept {
  const auto found = find(member, Kind::string);
  return found ? found->text() : std::string_view{};
}

Result<Pointer> Pointer::parse(std::string_view text) {
  const auto refused = [] {
    return fail(Code::invalid_argument, "not a JSON pointer: each step begins with '/', '~' is '~0' and '/' is '~1'");
  };
  Pointer pointer;
  if (text.empty() || text.front() != '/') return refused();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '/') {
      pointer.steps_.emplace_back();
    } else if (text[at] != '~') {
      pointer.steps_.back() += text[at];
    } else {
      ++at;
      if (at == text.size() || (text[at] != '0' && text[at] != '1')) return refused();
      pointer.steps_.back() += text[at] == '0' ? '~' : '/';
    }
  }
  return pointer;
}

std::optional<Value> Pointer::in(Value value) const noexcept {
  if (steps_.empty()) return std::nullopt;
  for (const std::string& step : steps_) {
    const auto below = value.is(Kind::array) ? element(value, step) : value.find(step);
    if (!below) return std::nullopt;
    value = *below;
  }
  return value;
}

std::string compact(Value value) {
  if (value.is(Kind::string)) return quoted(value.text());
  if (!value.is(Kind::array) && !value.is(Kind::object)) return std::string(value.text());
  const bool is_object = value.is(Kind::object);
  std::string out(1, is_object ? '{' : '[');
  for (const Value each : value.children()) {
    if (out.size() > 1) out += ',';
    if (is_object) out += quoted(each.name()) + ':';
    out += compact(each);
  }
  return out += is_object ? '}' : ']';
}

std::string quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '"';
  return out;
}

}  // namespace meisai::json
