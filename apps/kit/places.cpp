// SPDX-License-Identifier: Apache-2.0
//
// Where a person's store and key ring are when nobody says otherwise (XDG base directories). Two different
// folders on purpose: a backup of the data folder must not carry the key ring along.
#include <pwd.h>
#include <unistd.h>

#include <cstdlib>

#include "meisai/kit.h"

namespace meisai::kit {
namespace {

/// The variable's absolute path; the XDG specification says to ignore relative ones.
std::filesystem::path variable(const char* name) {
  const char* value = std::getenv(name);
  const std::filesystem::path path(value == nullptr ? "" : value);
  return path.is_absolute() ? path : std::filesystem::path();
}

std::filesystem::path home() {
  if (std::filesystem::path named = variable("HOME"); !named.empty()) return named;
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr && entry->pw_dir != nullptr ? entry->pw_dir : "/";
}

}  // namespace

std::filesystem::path default_store() {
  std::filesystem::path data = variable("XDG_DATA_HOME");
  if (data.empty()) data = home() / ".local" / "share";
  return data / "meisai" / "store";
}

std::filesystem::path default_key_ring() {
  std::filesystem::path config = variable("XDG_CONFIG_HOME");
  if (config.empty()) config = home() / ".config";
  return config / "meisai" / "keyring";
}

}  // namespace meisai::kit
