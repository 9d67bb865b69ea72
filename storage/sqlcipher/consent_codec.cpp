// SPDX-License-Identifier: Apache-2.0
//
// JSON with every field present. It is a file format: a new field is added with a new `format`.
#include "storage/sqlcipher/consent_codec.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "storage/keys/key_wrap.h"
#include "storage/sqlcipher/values.h"

namespace meisai::sqlcipher {
namespace {

using Json = nlohmann::ordered_json;

constexpr int format = 1;
constexpr std::int64_t terms = 3, ends = 5, held_states = 4, revocations = 3;

Json json_of(const ConsentItem& item) {
  return {{"key", item.key},         {"title_ja", item.title_ja}, {"title_en", item.title_en},
          {"text_ja", item.text_ja}, {"text_en", item.text_en},   {"important", item.important}};
}

Json json_of(const ConsentScreen& screen) {
  Json items = Json::array();
  for (const ConsentItem& item : screen.items) items.push_back(json_of(item));
  return {{"issuer", screen.issuer.text()},
          {"items", std::move(items)},
          {"ends_at", to_column(screen.ends_at)},
          {"end_terms", static_cast<int>(screen.end_terms)},
          {"scopes", screen.scopes},
          {"text_version", screen.text_version},
          {"hash", hex(screen.hash)}};
}

Result<std::string> text_of(const Json& json) {
  // Without a replacement for broken UTF-8, which would be another text than the one that was agreed to.
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::ignore);
  if (Json::parse(text, nullptr, false) != json) return fail(Code::invalid_argument, "a consent's texts must be UTF-8");
  return text;
}

/// Reads fields and remembers whether one was not what it has to be.
class Reader {
 public:
  explicit Reader(const Json& json, std::size_t fields) : json_(json) {
    ok_ = json.is_object() && json.size() == fields;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }

  [[nodiscard]] const Json& field(const char* name) {
    static const Json none;
    const auto found = ok_ ? json_.find(name) : json_.end();
    if (!ok_ || found == json_.end()) {
      ok_ = false;
      return none;
    }
    return *found;
  }
  void read(const char* name, std::string& into) {
    const Json& value = field(name);
    if (accept(value.is_string())) into = value.get<std::string>();
  }
  template <class Tag>
  void read(const char* name, Id<Tag>& into) {
    std::string text;
    read(name, text);
    into = Id<Tag>(std::move(text));
  }
  void read(const char* name, bool& into) {
    const Json& value = field(name);
    if (accept(value.is_boolean())) into = value.get<bool>();
  }
  void read(const char* name, std::int64_t& into) {
    const Json& value = field(name);
    if (accept(value.is_number_integer())) into = value.get<std::int64_t>();
  }
  void read(const char* name, Instant& into) {
    std::int64_t number = 0;
    read(name, number);
    into = instant_from(number);
  }
  void read(const char* name, std::optional<Instant>& into) {
    if (field(name).is_null()) return;
    read(name, into.emplace());
  }
  template <class Enum>
  void read(const char* name, Enum& into, std::int64_t count) {
    std::int64_t number = -1;
    read(name, number);
    if (accept(number >= 0 && number < count)) into = static_cast<Enum>(number);
  }
  void read(const char* name, std::vector<std::string>& into) {
    const Json& value = field(name);
    if (!accept(value.is_array())) return;
    for (const Json& each : value)
      if (accept(each.is_string())) into.push_back(each.get<std::string>());
  }
  void read(const char* name, Digest& into) {
    std::string text;
    read(name, text);
    accept(copy_bytes(keys::from_hex(text).reveal(), into));
  }
  bool accept(bool good) {
    ok_ = ok_ && good;
    return ok_;
  }

 private:
  const Json& json_;
  bool ok_ = true;
};

bool read_item(const Json& json, ConsentItem& item) {
  Reader reader(json, 6);
  reader.read("key", item.key);
  reader.read("title_ja", item.title_ja);
  reader.read("title_en", item.title_en);
  reader.read("text_ja", item.text_ja);
  reader.read("text_en", item.text_en);
  reader.read("important", item.important);
  return reader.ok();
}

bool read_screen(const Json& json, ConsentScreen& screen) {
  Reader reader(json, 7);
  reader.read("issuer", screen.issuer);
  reader.read("ends_at", screen.ends_at);
  reader.read("end_terms", screen.end_terms, terms);
  reader.read("scopes", screen.scopes);
  reader.read("text_version", screen.text_version);
  reader.read("hash", screen.hash);
  const Json& items = reader.field("items");
  if (!reader.accept(items.is_array())) return false;
  for (const Json& item : items)
    if (!read_item(item, screen.items.emplace_back())) return false;
  return reader.ok();
}

}  // namespace

Result<std::string> encode_consent(const Consent& consent) {
  Json json{{"format", format},
            {"id", consent.id.text()},
            {"connection", consent.connection.text()},
            {"issuer", consent.issuer.text()},
            {"version", consent.version},
            {"holder", consent.holder},
            {"language", consent.language},
            {"screen", json_of(consent.screen)},
            {"granted_at", to_column(consent.granted_at)},
            {"ends_at", to_column(consent.ends_at)},
            {"end_terms", static_cast<int>(consent.end_terms)},
            {"scopes", consent.scopes},
            {"purposes", consent.purposes},
            {"recipients", consent.recipients},
            {"issuer_reference", consent.issuer_reference},
            {"end", static_cast<int>(consent.end)},
            {"ended_at", nullptr},
            {"held", static_cast<int>(consent.held)},
            {"revocation", static_cast<int>(consent.revocation)}};
  if (consent.ended_at) json["ended_at"] = to_column(*consent.ended_at);
  return text_of(json);
}

Result<Consent> decode_consent(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  Consent consent;
  Reader reader(json, 19);
  std::int64_t version = 0;
  std::int64_t found = 0;
  reader.read("format", found);
  reader.read("id", consent.id);
  reader.read("connection", consent.connection);
  reader.read("issuer", consent.issuer);
  reader.read("version", version);
  reader.read("holder", consent.holder);
  reader.read("language", consent.language);
  reader.accept(read_screen(reader.field("screen"), consent.screen));
  reader.read("granted_at", consent.granted_at);
  reader.read("ends_at", consent.ends_at);
  reader.read("end_terms", consent.end_terms, terms);
  reader.read("scopes", consent.scopes);
  reader.read("purposes", consent.purposes);
  reader.read("recipients", consent.recipients);
  reader.read("issuer_reference", consent.issuer_reference);
  reader.read("end", consent.end, ends);
  reader.read("ended_at", consent.ended_at);
  reader.read("held", consent.held, held_states);
  reader.read("revocation", consent.revocation, revocations);
  if (!reader.accept(found == format && version >= 1 && version <= UINT32_MAX)) return damaged_value("a consent");
  consent.version = static_cast<std::uint32_t>(version);
  return consent;
}

Result<std::string> encode_texts(const std::vector<std::string>& texts) { return text_of(Json(texts)); }

Result<std::vector<std::string>> decode_texts(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return damaged_value("a list of texts");
  std::vector<std::string> texts;
  for (const Json& each : json) {
    if (!each.is_string()) return damaged_value("a list of texts");
    texts.push_back(each.get<std::string>());
  }
  return texts;
}

}  // namespace meisai::sqlcipher
