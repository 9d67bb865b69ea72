// SPDX-License-Identifier: Apache-2.0
//
// nlohmann's lexer does the reading (UTF-8, escapes, numbers); what it is lenient about is refused here: a
// byte-order mark, a NUL that ends its input early, members that come twice, depth.
#include "engine/authorize/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <unordered_set>

namespace meisai::authorize {
namespace {

/// Builds the tree; says no to what is not strict.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return place({.kind = Json::Kind::null}) != nullptr; }
  bool boolean(bool value) override { return place({.kind = Json::Kind::boolean, .truth = value}) != nullptr; }
  bool number_integer(number_integer_t value) override {
    return place({.kind = Json::Kind::integer, .integer = value}) != nullptr;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(INT64_MAX)) return place({.kind = Json::Kind::other_number}) != nullptr;
    return number_integer(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t, const string_t&) override {
    return place({.kind = Json::Kind::other_number}) != nullptr;
  }
  bool string(string_t& value) override {
    const bool placed = place({.kind = Json::Kind::text, .text = Secret(std::string_view(value))}) != nullptr;
    wipe(std::as_writable_bytes(std::span(value)));
    return placed;
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::Kind::object); }
  bool start_array(std::size_t) override { return open(Json::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    Level& level = open_.back();
    if (!level.names.insert(name).second) return refuse("a member comes twice");
    level.name = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return refuse("it is not JSON");
  }

  [[nodiscard]] Json take() { return std::move(root_); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  struct Level {
    Json* value = nullptr;
    std::string name;
    std::unordered_set<std::string> names;
  };

  bool refuse(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    return false;
  }

  /// Children of an open level never move while it is open: only its last child is built, and pointers to it
  /// are dropped before the next one is added.
  Json* place(Json value) {
    if (++values_ > limits_.values) return refuse("it has too many values"), nullptr;
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = open_.back();
    if (level.value->kind == Json::Kind::object) level.value->names.push_back(std::move(level.name));
    return &level.value->items.emplace_back(std::move(value));
  }

  bool open(Json::Kind kind) {
    if (open_.size() >= limits_.depth) return refuse("it is nested too deeply");
    Json* const placed = place({.kind = kind});
    if (placed == nullptr) return false;
    open_.push_back({.value = placed});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  JsonLimits limits_;
  Json root_;
  std::vector<Level> open_;
  std::size_t values_ = 0;
  std::string problem_;
};

bool is_json_type(std::string_view content_type) {
  std::string type(content_type.substr(0, content_type.find(';')));
  std::erase_if(type, [](char c) { return c == ' ' || c == '\t'; });
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (type == "application/json") return true;
  return type.starts_with("application/") && type.ends_with("+json");
}

}  // namespace

const Json* Json::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? nullptr : &items[static_cast<std::size_t>(found - names.begin())];
}

std::optional<std::string_view> Json::text_of(std::string_view name) const noexcept {
  const Json* const member = find(name);
  if (member == nullptr || member->kind != Kind::text) return std::nullopt;
  return member->text.reveal_text();
}

std::optional<std::int64_t> Json::integer_of(std::string_view name) const noexcept {
  const Json* const member = find(name);
  if (member == nullptr || member->kind != Kind::integer) return std::nullopt;
  return member->integer;
}

bool Json::is_true(std::string_view name) const noexcept {
  const Json* const member = find(name);
  return member != nullptr && member->kind == Kind::boolean && member->truth;
}

std::optional<std::vector<std::string_view>> Json::texts_of(std::string_view name) const {
  const Json* const member = find(name);
  if (member == nullptr || member->kind != Kind::array) return std::nullopt;
  std::vector<std::string_view> texts;
  for (const Json& item : member->items) {
    if (item.kind != Kind::text) return std::nullopt;
    texts.push_back(item.text.reveal_text());
  }
  return texts;
}

Result<Json> parse_json(std::string_view bytes, const JsonLimits& limits) {
  const auto refused = [](const std::string& why) { return fail(Code::answer_not_valid, "a JSON document: " + why); };
  if (bytes.size() > limits.bytes) return refused("it is too large");
  if (bytes.starts_with("\xEF\xBB\xBF")) return refused("it begins with a byte-order mark");
  if (bytes.find('\0') != std::string_view::npos) return refused("it holds a NUL");
  TreeBuilder builder(limits);
  if (!nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder)) return refused(builder.problem());
  Json root = builder.take();
  if (root.kind != Json::Kind::object) return refused("it is not an object");
  return root;
}

Result<Json> parse_json_answer(const HttpResponse& answer, std::string_view what) {
  const std::string name(what);
  if (!is_json_type(answer.header("content-type")))
    return fail(Code::answer_not_valid, name + ": its content type is not JSON");
  auto parsed = parse_json(answer.body.reveal_text());
  if (!parsed) parsed.error().what = name + ": " + parsed.error().what;
  return parsed;
}

std::string json_quoted(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace meisai::authorize
