// SPDX-License-Identifier: Apache-2.0
//
// The codec as a library inside somebody else's process: a test-only shared object with one C entry, loaded
// by hosts that have a SQLite of their own. It makes an encrypted database and checks on the disk that it
// is one. If the host's SQLite got in between, this is where clear text or a crash would show.
#include "tests/codec_hosts/probe.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "storage/sqlcipher/database.h"

namespace {

using meisai::Code;
using meisai::Result;
using meisai::Secret;
using meisai::sqlcipher::Database;

constexpr std::string_view secret_marker = "probe marker 4242";

/// What went wrong, by number; each is used once.
enum Outcome : int {
  fine = 0,
  cannot_create = 1,
  cannot_write = 2,
  clear_text_on_disk = 3,
  cannot_reopen = 4,
  marker_lost = 5,
  wrong_key_accepted = 6,
  clear_text_accepted = 7,
  no_codec_version = 8,
  threw = 99,
};

Secret key(unsigned char seed) {
  std::array<std::byte, 32> bytes{};
  bytes.fill(static_cast<std::byte>(seed));
  return Secret(bytes);
}

Outcome report(Outcome outcome, const meisai::Error& error) {
  std::fprintf(stderr, "probe: %d: %s: %s\n", outcome, std::string(name_of(error.code)).c_str(), error.what.c_str());
  return outcome;
}

Result<void> write_marker(Database& db) {
  MEISAI_TRY(db.exec("CREATE TABLE probe(v TEXT)"));
  MEISAI_TRY(db.prepared("INSERT INTO probe VALUES(?)").bind(1, secret_marker).run());
  return db.checkpoint();
}

Result<std::string> read_marker(const std::filesystem::path& file) {
  MEISAI_ASSIGN(Database db, Database::open(file, key(1)));
  auto& read = db.prepared("SELECT v FROM probe");
  MEISAI_ASSIGN(const bool row, read.step());
  return row ? std::string(read.text(0)) : std::string();
}

bool shows_anything(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return bytes.empty() || bytes.starts_with("SQLite format") || bytes.find(secret_marker) != std::string::npos ||
         bytes.find("CREATE TABLE") != std::string::npos;
}

Outcome probe(const std::filesystem::path& folder) {
  const auto file = folder / "probe.db";
  std::filesystem::remove(file);
  if (auto version = meisai::sqlcipher::cipher_version(); !version) return report(no_codec_version, version.error());
  {
    auto db = Database::create(file, key(1));
    if (!db) return report(cannot_create, db.error());
    if (auto written = write_marker(*db); !written) return report(cannot_write, written.error());
  }
  if (shows_anything(file)) return clear_text_on_disk;
  const auto marker = read_marker(file);
  if (!marker) return report(cannot_reopen, marker.error());
  if (*marker != secret_marker) return marker_lost;
  const auto refused = Database::open(file, key(2));
  if (refused || refused.error().code != Code::wrong_key) return wrong_key_accepted;
  // The database that the host made with its own SQLite, if it did.
  if (const auto host_file = folder / "host.db"; std::filesystem::exists(host_file)) {
    const auto clear = Database::open(host_file, key(1));
    if (clear || clear.error().code != Code::store_not_encrypted) return clear_text_accepted;
  }
  return fine;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int meisai_codec_probe(const char* folder) noexcept {
  try {
    return probe(folder);
  } catch (...) {
    return threw;
  }
}
