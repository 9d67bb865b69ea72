// SPDX-License-Identifier: Apache-2.0
//
// See cipher.h.
#include "storage/sqlcipher/cipher.h"

#include <meisai_codec/private_sqlite3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>

#include "storage/sqlcipher/sqlite_error.h"

namespace meisai::sqlcipher {
namespace {

/// The pragmas that make a library of this major version speak our file format, in this order: in a
/// version 4 library `cipher_compatibility` resets the page size, so that one has to come last.
struct OpenSequence {
  char library_major;
  std::array<const char*, 2> pragmas;
};
constexpr std::array open_sequences = {
    OpenSequence{'3', {"PRAGMA cipher_page_size = 4096", nullptr}},
    OpenSequence{'4', {"PRAGMA cipher_compatibility = 3", "PRAGMA cipher_page_size = 4096"}},
};

constexpr std::string_view clear_magic{"SQLite format 3\0", 16};

tl::unexpected<Error> no_codec(std::string what) {
  return fail(Code::codec_unavailable, std::move(what),
              "this build's database codec is broken; reinstall or rebuild Meisai");
}

tl::unexpected<Error> clear_text(std::string what) {
  return fail(Code::store_not_encrypted, std::move(what), "Meisai keeps encrypted databases only; nothing was written");
}

/// `x'<64 hex digits>'`: the raw form, which skips SQLCipher's weak key derivation. Wiped when it goes.
class RawKeyText {
 public:
  explicit RawKeyText(std::span<const std::byte> key) {
    constexpr std::string_view digits = "0123456789abcdef";
    char* out = text_.data();
    *out++ = 'x';
    *out++ = '\'';
    for (const std::byte b : key) {
      *out++ = digits[std::to_integer<std::size_t>(b >> 4)];
      *out++ = digits[std::to_integer<std::size_t>(b & std::byte{15})];
    }
    *out = '\'';
  }
  RawKeyText(const RawKeyText&) = delete;
  RawKeyText& operator=(const RawKeyText&) = delete;
  ~RawKeyText() { wipe(std::as_writable_bytes(std::span(text_))); }
  [[nodiscard]] const void* data() const { return text_.data(); }
  [[nodiscard]] int size() const { return static_cast<int>(text_.size()); }

 private:
  std::array<char, 3 + 2 * key_size> text_;
};

/// The main file as SQLite has it open.
Result<sqlite3_file*> main_file(sqlite3* db) {
  sqlite3_file* file = nullptr;
  const int rc = sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, db, "looking at the database file"));
  if (file == nullptr || file->pMethods == nullptr) return no_codec("the database has no file");
  return file;
}

Result<std::int64_t> size_of(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  const int rc = file->pMethods->xFileSize(file, &size);
  if (rc != SQLITE_OK) return fail(sqlite_error(rc, nullptr, "measuring the database file"));
  return size;
}

/// The first bytes as they are on the disk, below the codec.
Result<void> read_start(sqlite3_file* file, std::span<char> out) {
  const int rc = file->pMethods->xRead(file, out.data(), static_cast<int>(out.size()), 0);
  if (rc != SQLITE_OK && rc != SQLITE_IOERR_SHORT_READ)
    return fail(sqlite_error(rc, nullptr, "reading the start of the database file"));
  return {};
}

}  // namespace

Result<std::string> ask(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  const int prepared = sqlite3_prepare_v2(db, sql, -1, &raw, nullptr);
  const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(raw, &sqlite3_finalize);
  if (prepared != SQLITE_OK) return fail(sqlite_error(prepared, db, sql));
  const int rc = sqlite3_step(raw);
  if (rc == SQLITE_DONE) return std::string();
  if (rc != SQLITE_ROW) return fail(sqlite_error(rc, db, sql));
  const unsigned char* text = sqlite3_column_text(raw, 0);
  if (text == nullptr) return std::string();
  return std::string(text, text + sqlite3_column_bytes(raw, 0));
}

Result<std::string> identify_codec(sqlite3* db) {
  if (std::string_view(sqlite3_libversion()) != SQLITE_VERSION ||
      std::string_view(sqlite3_sourceid()) != SQLITE_SOURCE_ID)
    return no_codec(std::string("compiled against SQLite " SQLITE_VERSION " but running ") + sqlite3_libversion());
  MEISAI_ASSIGN(std::string version, ask(db, "PRAGMA cipher_version"));
  if (version.empty()) return no_codec("the database library is SQLite without a codec");
  return version;
}

Result<void> apply_key(sqlite3* db, const std::string& cipher_version, const Secret& key) {
  if (key.size() != key_size) return fail(Code::wrong_key, "a database key has 32 bytes");
  const auto* sequence = std::find_if(open_sequences.begin(), open_sequences.end(), [&](const OpenSequence& s) {
    return cipher_version.starts_with(s.library_major);
  });
  if (sequence == open_sequences.end())
    return no_codec("no open sequence for SQLCipher " + cipher_version + " (known: 3.x, 4.x)");
  {
    const RawKeyText text(key.reveal());
    const int rc = sqlite3_key_v2(db, "main", text.data(), text.size());
    if (rc != SQLITE_OK) return fail(sqlite_error(rc, db, "giving the database its key"));
  }
  for (const char* pragma : sequence->pragmas) {
    if (pragma != nullptr) MEISAI_TRY(ask(db, pragma));
  }
  MEISAI_ASSIGN(const std::string page, ask(db, "PRAGMA cipher_page_size"));
  if (page != std::to_string(page_size)) return no_codec("the codec did not take the page size");
  return {};
}

Result<void> refuse_clear_text(sqlite3* db) {
  MEISAI_ASSIGN(sqlite3_file* const file, main_file(db));
  MEISAI_ASSIGN(const std::int64_t size, size_of(file));
  if (size == 0) return fail(Code::store_damaged, "the database file is empty", "restore the store from a backup");
  std::array<char, clear_magic.size()> start{};
  MEISAI_TRY(read_start(file, start));
  if (std::string_view(start.data(), start.size()) == clear_magic)
    return clear_text("the file is a SQLite database in clear text");
  return {};
}

Result<void> prove_encrypted(sqlite3* db) {
  MEISAI_TRY(refuse_clear_text(db));
  MEISAI_ASSIGN(sqlite3_file* const file, main_file(db));
  std::array<char, page_size> page{};
  MEISAI_TRY(read_start(file, page));
  // A nearly empty first page in clear text is nearly all zero; of 4096 random bytes about 16 are.
  constexpr std::ptrdiff_t most_zeros = 256;
  if (std::count(page.begin(), page.end(), '\0') > most_zeros)
    return clear_text("the codec wrote the first page of the new database in clear text");
  return {};
}

}  // namespace meisai::sqlcipher
