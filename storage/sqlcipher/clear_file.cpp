// SPDX-License-Identifier: Apache-2.0
#include "storage/sqlcipher/clear_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "storage/keys/private_file.h"

namespace meisai::sqlcipher {
namespace {

constexpr std::int64_t format = 1;
constexpr const char* format_field = "meisai_store";
constexpr std::size_t size_limit = 64 * 1024;

tl::unexpected<Error> unreadable(std::string what) {
  return fail(Code::store_damaged, std::move(what), "restore the store's folder from a backup");
}

tl::unexpected<Error> folder_failure(const char* doing, int number) {
  return fail(number == ENOSPC || number == EDQUOT ? Code::disk_full : Code::io_error,
              std::string(doing) + ": " + std::system_category().message(number),
              "check that the folder's place exists and is writable", Retry::later);
}

std::optional<std::string> text_in(const nlohmann::json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

}  // namespace

Result<std::optional<ClearFile>> read_clear_file(const std::filesystem::path& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<ClearFile>();
    return folder_failure("looking at the store's folder", errno);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(size_limit + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (!file.eof() && file.fail()) || !file.eof())
    return fail(Code::io_error, path.filename().string() + " cannot be read", "check the access rights of the folder");
  text.resize(static_cast<std::size_t>(file.gcount()));
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains(format_field) || !json[format_field].is_number_integer())
    return unreadable(path.filename().string() + " cannot be understood");
  if (json[format_field].get<std::int64_t>() > format)
    return fail(Code::store_too_new, "the store was made by a newer version of Meisai", "update Meisai");
  const auto id = text_in(json, "store_id");
  const auto ring = text_in(json, "key_ring");
  if (json[format_field].get<std::int64_t>() != format || !id || id->empty() || !ring || ring->empty())
    return unreadable(path.filename().string() + " cannot be understood");
  return std::optional(ClearFile{.store_id = *id, .key_ring = *ring});
}

Result<void> write_clear_file(const std::filesystem::path& path, const ClearFile& content) {
  const nlohmann::ordered_json json{
      {format_field, format}, {"store_id", content.store_id}, {"key_ring", content.key_ring.string()}};
  const std::string text = json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return keys::replace_private_file(path, text, keys::OldContent::leave);
}

Result<bool> make_folder(const std::filesystem::path& folder) {
  if (folder.empty()) return false;
  struct stat about{};
  if (::stat(folder.c_str(), &about) == 0) {
    if (S_ISDIR(about.st_mode)) return false;
    return fail(Code::invalid_argument, "there is a file where the store's folder would go",
                "name another place with --store");
  }
  if (errno != ENOENT) return folder_failure("looking at the store's folder", errno);
  MEISAI_TRY(make_folder(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) == 0) return true;
  if (errno == EEXIST) return false;
  return folder_failure("making the store's folder", errno);
}

Result<void> flush_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool done = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!done) return folder_failure("flushing the store's folder", number);
  return {};
}

}  // namespace meisai::sqlcipher
