// SPDX-License-Identifier: Apache-2.0
//
// TOML text to an IssuerProfile. Every mistake of a file is told, with its line and column: whoever writes a profile
// mends it in one go. toml++ is compiled without exceptions, as headers alone.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "adapters/profile/checks.h"
#include "adapters/profile/keys.h"
#include "adapters/profile/nearest_word.h"
#include "adapters/profile/profile.h"

namespace meisai::profile {
namespace {

constexpr std::size_t largest_profile = 256 * 1024;

Place place_of(const toml::node& node) { return {node.source().begin.line, node.source().begin.column}; }

std::vector<std::string_view> words_of(std::string_view choices) {
  std::vector<std::string_view> words;
  while (!choices.empty()) {
    const std::size_t size = std::min(choices.find(' '), choices.size());
    words.push_back(choices.substr(0, size));
    choices.remove_prefix(std::min(size + 1, choices.size()));
  }
  return words;
}

/// Reads one file. Collects mistakes and goes on.
class Reading {
 public:
  explicit Reading(std::vector<Mistake>& mistakes) : mistakes_(mistakes) {}

  IssuerProfile read(const toml::table& root) {
    table(root, {});
    for (const Key& key : keys())
      if (key.required && !places_.contains(std::string(key.path))) missing(key, root);
    check_together(profile_, places_, mistakes_);
    return std::move(profile_);
  }

 private:
  void wrong(Place place, std::string what) { mistakes_.push_back({place, std::move(what)}); }

  void missing(const Key& key, const toml::table& root) {
    const toml::node* const table = key.table().empty() ? nullptr : root.get(key.table());
    const Place place = table != nullptr ? place_of(*table) : Place{1, 1};
    wrong(place, std::string(key.path) + " is missing: " + std::string(key.meaning));
  }

  void table(const toml::table& nodes, std::string_view name) {
    for (const auto& [toml_key, node] : nodes) {
      const std::string_view member = toml_key.str();
      const Place place{toml_key.source().begin.line, toml_key.source().begin.column};
      std::string path(name);
      if (!name.empty()) path += '.';
      path += member;
      const auto found = std::ranges::find(keys(), std::string_view(path), &Key::path);
      if (found != keys().end()) {
        take(*found, node, place);
      } else if (name.empty() && !meaning_of_table(member).empty()) {
        if (node.is_table())
          table(*node.as_table(), member);
        else
          wrong(place, path.append(" is a table: `[").append(member).append("]`"));
      } else {
        unknown(path, name, place);
      }
    }
  }

  void unknown(const std::string& path, std::string_view table, Place place) {
    std::vector<std::string_view> candidates;
    for (const Key& key : keys()) {
      if (key.table() == table) candidates.push_back(key.path);
      if (table.empty() && !key.table().empty()) candidates.push_back(key.table());
    }
    const std::string_view near = nearest_word(path, candidates);
    wrong(place, "there is no key " + path + (near.empty() ? "" : "; did you mean " + std::string(near) + "?"));
  }

  void take(const Key& key, const toml::node& node, Place place) {
    places_[std::string(key.path)] = place;
    Given given;
    std::string mistake = value(key, node, given);
    if (mistake.empty()) mistake = key.put(profile_, std::move(given));
    if (!mistake.empty()) wrong(place_of(node), std::string(key.path) + ": " + mistake);
  }

  static std::string text_of(const toml::node& node, std::size_t longest, std::string& into) {
    if (!node.is_string()) return "a text in quotes is wanted";
    into = node.as_string()->get();
    if (into.empty()) return "the text is empty";
    if (longest != 0 && into.size() > longest) return "the text is longer than " + std::to_string(longest) + " bytes";
    return {};
  }

  static std::string value(const Key& key, const toml::node& node, Given& given) {
    const auto longest = static_cast<std::size_t>(key.most);
    switch (key.type) {
      case Type::text:
        return text_of(node, longest, given.text);
      case Type::pem:
        if (std::string mistake = text_of(node, longest, given.text); !mistake.empty()) return mistake;
        return check_pem(given.text);
      case Type::url:
        if (std::string mistake = text_of(node, longest, given.text); !mistake.empty()) return mistake;
        return check_url(given.text);
      case Type::word:
        if (std::string mistake = text_of(node, 0, given.text); !mistake.empty()) return mistake;
        return one_of(key, given.text);
      case Type::flag:
        if (!node.is_boolean()) return "true or false is wanted";
        given.flag = node.as_boolean()->get();
        return {};
      case Type::number:
        return number(key, node, given.number);
      case Type::list:
      case Type::urls:
        return list(key, node, given.list);
      case Type::texts:
        return texts(key, node, given.texts);
      case Type::words:
        return rows(key, node, given.rows);
    }
    return {};
  }

  static std::string one_of(const Key& key, const std::string& word) {
    const auto words = words_of(key.choices);
    if (std::ranges::find(words, word) != words.end()) return {};
    std::string choices;
    for (const std::string_view each : words) choices += (choices.empty() ? "`" : ", `") + std::string(each) + '`';
    return "one of " + choices + " is wanted";
  }

  static std::string number(const Key& key, const toml::node& node, std::int64_t& into) {
    if (!node.is_integer()) return "a whole number is wanted";
    into = node.as_integer()->get();
    if (into >= key.least && into <= key.most) return {};
    return "a number from " + std::to_string(key.least) + " to " + std::to_string(key.most) + " is wanted";
  }

  static std::string list(const Key& key, const toml::node& node, std::vector<std::string>& into) {
    if (!node.is_array()) return "a list in brackets is wanted";
    for (const toml::node& each : *node.as_array()) {
      std::string& text = into.emplace_back();
      if (std::string mistake = text_of(each, 500, text); !mistake.empty()) return mistake;
      if (key.type == Type::urls && origin_of(text) != text)
        return "an origin is `https://host` or `https://host:port`, in small letters and with nothing behind it";
      if (std::ranges::count(into, text) > 1) return "the same text stands twice";
    }
    if (into.size() < static_cast<std::size_t>(key.least)) return "the list is empty";
    if (into.size() > static_cast<std::size_t>(key.most))
      return "the list has more than " + std::to_string(key.most) + " elements";
    return {};
  }

  static std::string texts(const Key& key, const toml::node& node, std::map<std::string, std::string>& into) {
    if (!node.is_table()) return "a table is wanted: `[" + std::string(key.path) + "]`";
    for (const auto& [toml_key, each] : *node.as_table()) {
      const std::string_view item = toml_key.str();
      if (item.empty() || item.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string_view::npos)
        return "an item key is small letters and '_'";
      if (std::string mistake = text_of(each, static_cast<std::size_t>(key.most), into[std::string(item)]);
          !mistake.empty())
        return mistake;
    }
    return into.empty() ? "the table is empty" : "";
  }

  static std::string rows(const Key& key, const toml::node& node, std::vector<Given::Row>& into) {
    const std::string name(key.path);
    if (!node.is_array_of_tables()) return "an array of tables is wanted: `[[" + name + "]]`";
    const auto members = words_of(key.choices);
    for (const toml::node& each : *node.as_array()) {
      Given::Row& row = into.emplace_back();
      for (const auto& [toml_key, member] : *each.as_table()) {
        const std::string_view known = toml_key.str();
        if (std::ranges::find(members, known) == members.end())
          return "an element has no key " + std::string(known) + "; it has " + std::string(key.choices);
        if (known == "count" && member.is_integer())
          row.count = member.as_integer()->get();
        else if (std::string mistake = text_of(member, 100, row.texts[std::string(known)]); !mistake.empty())
          return std::string(known) + ": " + mistake;
      }
      for (const std::string_view member : members)
        if (member != "count" && !row.texts.contains(std::string(member)))
          return "an element lacks " + std::string(member);
      if (row.texts.contains("count")) return "count: a whole number is wanted";
    }
    return into.size() > static_cast<std::size_t>(key.most) ? "more elements than are read" : "";
  }

  IssuerProfile profile_;
  std::map<std::string, Place> places_;
  std::vector<Mistake>& mistakes_;
};

Error error_of(std::vector<Mistake> mistakes, const std::string& name) {
  std::ranges::sort(mistakes, {}, [](const Mistake& m) { return std::tuple(m.place.line, m.place.column, m.what); });
  Error error{.code = Code::profile_not_valid,
              .what = {},
              .remedy = "docs/issuer-profile.md lists every key; mend the file and give it again"};
  error.where.document = name;
  error.where.row = mistakes.front().place.line;
  error.where.column = mistakes.front().place.column;
  for (const Mistake& mistake : mistakes) {
    if (!error.what.empty()) error.what += '\n';
    error.what += std::to_string(mistake.place.line) + ':' + std::to_string(mistake.place.column) + ": " + mistake.what;
  }
  return error;
}

class TomlProfileReader final : public ProfileReader {
 public:
  Result<IssuerProfile> read(std::string_view toml, const std::string& name) const override {
    std::vector<Mistake> mistakes;
    if (toml.size() > largest_profile) {
      mistakes.push_back({{1, 1}, "a profile has at most 256 KiB"});
      return fail(error_of(std::move(mistakes), name));
    }
    const toml::parse_result parsed = toml::parse(toml);
    if (!parsed) {
      const toml::source_position at = parsed.error().source().begin;
      mistakes.push_back({{at.line, at.column}, "not TOML: " + std::string(parsed.error().description())});
      return fail(error_of(std::move(mistakes), name));
    }
    IssuerProfile profile = Reading(mistakes).read(parsed.table());
    if (!mistakes.empty()) return fail(error_of(std::move(mistakes), name));
    return profile;
  }
};

}  // namespace

std::unique_ptr<ProfileReader> make_toml_profile_reader() { return std::make_unique<TomlProfileReader>(); }

}  // namespace meisai::profile
