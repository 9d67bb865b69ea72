// SPDX-License-Identifier: Apache-2.0
//
// See key_ring.h. The file is JSON:
//   {"meisai_key_ring": 1, "stores": {"<id>": {"slots": [{"parameters": "...", "root": "<hex>"}],
//                                              "databases": {"control": "<hex>"}}}}
// Slot parameters are readable but authenticated: they are part of the label under which the root is wrapped.
#include "storage/keys/key_ring.h"

#include <sys/stat.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "storage/keys/key_wrap.h"
#include "storage/keys/private_file.h"

namespace meisai::keys {
namespace {

using Json = nlohmann::json;

constexpr int format = 1;
constexpr const char* format_field = "meisai_key_ring";
constexpr std::size_t file_limit = 64 * 1024 * 1024;
constexpr std::chrono::seconds lock_timeout{10};

tl::unexpected<Error> missing(std::string what) {
  return fail(Code::key_ring_missing, std::move(what),
              "name the key ring that the store was made with, or restore it from your backup of the keys",
              Retry::after_user);
}

std::string root_label(std::string_view store_id, std::string_view parameters) {
  return wrap_label({store_id, "root", parameters});
}
std::string database_label(std::string_view store_id, std::string_view name) {
  return wrap_label({store_id, "database", name});
}

Result<void> check_name(std::string_view name) {
  const auto plain = [](char c) { return c > ' ' && c < 0x7f; };
  if (name.empty() || name.size() > 200 || !std::all_of(name.begin(), name.end(), plain))
    return fail(Code::invalid_argument, "a name in the key ring is 1 to 200 plain ASCII characters");
  return {};
}

bool is_text(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string();
}

bool well_formed(const Json& store) {
  if (!store.is_object() || !store.contains("slots") || !store.contains("databases")) return false;
  const Json& slots = store["slots"];
  const Json& databases = store["databases"];
  return slots.is_array() && databases.is_object() &&
         std::all_of(slots.begin(), slots.end(),
                     [](const Json& s) { return s.is_object() && is_text(s, "parameters") && is_text(s, "root"); }) &&
         std::all_of(databases.begin(), databases.end(), [](const Json& d) { return d.is_string(); });
}

/// The file's content, or nothing when there is no file.
Result<std::optional<Json>> load(const std::filesystem::path& path) {
  MEISAI_ASSIGN(const std::optional<Secret> content, read_private_file(path, file_limit));
  if (!content) return std::optional<Json>();
  Json ring = Json::parse(content->reveal_text(), nullptr, false);
  if (!ring.is_object() || !ring.contains(format_field) || !ring[format_field].is_number_integer())
    return missing("the key ring cannot be read");
  if (ring[format_field].get<std::int64_t>() > format)
    return fail(Code::store_too_new, "the key ring was written by a newer version of Meisai", "update Meisai");
  if (ring[format_field].get<std::int64_t>() != format || !ring.contains("stores") || !ring["stores"].is_object())
    return missing("the key ring cannot be read");
  return std::optional<Json>(std::move(ring));
}

Result<void> save(const std::filesystem::path& path, const Json& ring, OldContent old_content) {
  return replace_private_file(path, ring.dump(1) + "\n", old_content);
}

/// The whole ring, known to have a well-formed entry for the store.
Result<Json> load_with_store(const std::filesystem::path& path, const std::string& store_id) {
  MEISAI_ASSIGN(std::optional<Json> ring, load(path));
  if (!ring) return missing("there is no key ring at the given place");
  const Json& stores = (*ring)["stores"];
  if (!stores.contains(store_id)) return missing("the key ring has no keys for this store");
  if (!well_formed(stores[store_id])) return missing("the key ring's entry for this store cannot be read");
  return std::move(*ring);
}

Json& entry_of(Json& ring, const std::string& store_id) { return ring["stores"][store_id]; }

// JSON carries valid UTF-8 only; anything else would come back changed and never unwrap again.
bool survives_json(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', true, Json::error_handler_t::ignore)).get_ref<const std::string&>() ==
         text;
}

Result<Json> new_slot(const std::string& store_id, const Secret& root, KeyProvider& provider, Entropy& entropy) {
  MEISAI_ASSIGN(const std::string parameters, provider.new_slot_parameters());
  if (!survives_json(parameters)) return fail(Code::invalid_argument, "slot parameters must be UTF-8 text");
  MEISAI_ASSIGN(const Secret key, provider.key_encryption_key(parameters));
  MEISAI_ASSIGN(const std::string wrapped, wrap_key(root, key, root_label(store_id, parameters), entropy));
  return Json{{"parameters", parameters}, {"root", wrapped}};
}

Result<Secret> unlock(const Json& slots, const std::string& store_id, KeyProvider& provider) {
  std::optional<Error> refusal;
  for (const Json& slot : slots) {
    const auto& parameters = slot["parameters"].get_ref<const std::string&>();
    auto key = provider.key_encryption_key(parameters);
    if (!key) {
      if (key.error().code != Code::wrong_key) return fail(std::move(key.error()));
      if (!refusal) refusal = std::move(key.error());
      continue;
    }
    auto root = unwrap_key(slot["root"].get_ref<const std::string&>(), *key, root_label(store_id, parameters));
    if (root) return root;
    refusal = std::move(root.error());
  }
  if (refusal) return fail(std::move(*refusal));
  return missing("the key ring has no slot for this store");
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (folder.empty() || std::filesystem::exists(folder, ignored)) return {};
  MEISAI_TRY(make_folder(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(Code::io_error, "cannot make the folder of the key ring",
                "check that " + folder.parent_path().string() + " is writable");
  return {};
}

/// The file behind a symbolic link, so that replacing it keeps the link.
std::filesystem::path target_of(const std::filesystem::path& path) {
  std::error_code error;
  auto target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target;
}

}  // namespace

Result<OpenRing> KeyRing::create_store(const std::filesystem::path& path, const std::string& store_id,
                                       KeyProvider& provider, Entropy& entropy) {
  MEISAI_TRY(check_name(store_id));
  const std::filesystem::path file = target_of(path);
  MEISAI_TRY(make_folder(file.parent_path()));
  MEISAI_ASSIGN(Secret root, random_key(entropy));
  // The provider may ask a person: not while others wait for the lock.
  MEISAI_ASSIGN(Json slot, new_slot(store_id, root, provider, entropy));
  MEISAI_ASSIGN(const FileLock lock, FileLock::take(file, lock_timeout));
  MEISAI_ASSIGN(std::optional<Json> ring, load(file));
  if (!ring) ring = Json{{format_field, format}, {"stores", Json::object()}};
  if ((*ring)["stores"].contains(store_id))
    return fail(Code::store_exists, "the key ring has keys for this store already");
  entry_of(*ring, store_id) = {{"slots", Json::array({std::move(slot)})}, {"databases", Json::object()}};
  MEISAI_TRY(save(file, *ring, OldContent::leave));
  return OpenRing(file, store_id, std::move(root));
}

Result<OpenRing> KeyRing::open_store(const std::filesystem::path& path, const std::string& store_id,
                                     KeyProvider& provider) {
  const std::filesystem::path file = target_of(path);
  MEISAI_ASSIGN(Json ring, load_with_store(file, store_id));
  MEISAI_ASSIGN(Secret root, unlock(entry_of(ring, store_id)["slots"], store_id, provider));
  return OpenRing(file, store_id, std::move(root));
}

Result<void> KeyRing::remove_store(const std::filesystem::path& path, const std::string& store_id) {
  const std::filesystem::path file = target_of(path);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return {};
  MEISAI_ASSIGN(const FileLock lock, FileLock::take(file, lock_timeout));
  MEISAI_ASSIGN(std::optional<Json> ring, load(file));
  if (!ring || (*ring)["stores"].erase(store_id) == 0) return {};
  return save(file, *ring, OldContent::overwrite);
}

Result<Secret> OpenRing::database_key(std::string_view name) const {
  MEISAI_ASSIGN(Json ring, load_with_store(path_, store_id_));
  const Json& databases = entry_of(ring, store_id_)["databases"];
  const auto found = databases.find(std::string(name));
  if (found == databases.end()) return fail(Code::not_found, "the key ring has no key of this name");
  auto key = unwrap_key(found->get_ref<const std::string&>(), root_, database_label(store_id_, name));
  if (!key)
    return fail(Code::store_damaged, "an entry of the key ring is damaged",
                "restore the key ring from your backup of the keys");
  return key;
}

Result<std::vector<std::string>> OpenRing::database_names() const {
  MEISAI_ASSIGN(Json ring, load_with_store(path_, store_id_));
  std::vector<std::string> names;
  for (const auto& [name, wrapped] : entry_of(ring, store_id_)["databases"].items()) names.push_back(name);
  return names;
}

Result<Secret> OpenRing::add_database_key(std::string_view name, Entropy& entropy) {
  MEISAI_TRY(check_name(name));
  MEISAI_ASSIGN(Secret key, random_key(entropy));
  MEISAI_ASSIGN(const std::string wrapped, wrap_key(key, root_, database_label(store_id_, name), entropy));
  MEISAI_ASSIGN(const FileLock lock, FileLock::take(path_, lock_timeout));
  MEISAI_ASSIGN(Json ring, load_with_store(path_, store_id_));
  Json& databases = entry_of(ring, store_id_)["databases"];
  if (databases.contains(std::string(name)))
    return fail(Code::invalid_argument, "the key ring has a key of this name already");
  databases[std::string(name)] = wrapped;
  MEISAI_TRY(save(path_, ring, OldContent::leave));
  return key;
}

Result<void> OpenRing::destroy_database_key(std::string_view name) {
  MEISAI_ASSIGN(const FileLock lock, FileLock::take(path_, lock_timeout));
  MEISAI_ASSIGN(Json ring, load_with_store(path_, store_id_));
  if (entry_of(ring, store_id_)["databases"].erase(std::string(name)) == 0)
    return fail(Code::not_found, "the key ring has no key of this name");
  return save(path_, ring, OldContent::overwrite);
}

Result<void> OpenRing::add_slot(KeyProvider& provider, Entropy& entropy) {
  MEISAI_ASSIGN(Json slot, new_slot(store_id_, root_, provider, entropy));
  MEISAI_ASSIGN(const FileLock lock, FileLock::take(path_, lock_timeout));
  MEISAI_ASSIGN(Json ring, load_with_store(path_, store_id_));
  entry_of(ring, store_id_)["slots"].push_back(std::move(slot));
  return save(path_, ring, OldContent::leave);
}

}  // namespace meisai::keys
