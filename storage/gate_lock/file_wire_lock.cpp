// SPDX-License-Identifier: Apache-2.0
#include "storage/gate_lock/file_wire_lock.h"

#include <cstdint>
#include <utility>

#include "meisai/audit.h"
#include "storage/gate_lock/locked_file.h"

namespace meisai {
namespace {

using gate_lock::LockedFile;
using gate_lock::LockKind;
using gate_lock::LockRange;

constexpr std::chrono::seconds enter_wait{10};
constexpr unsigned stretch_bits = 24;  // connections of one issuer
constexpr std::int64_t stretch = std::int64_t{1} << stretch_bits;
constexpr std::int64_t whole_file = std::int64_t{1} << (stretch_bits + 32U);  // 32 bits tell the issuers apart

/// The first bits of a digest: the same in every process and version.
std::int64_t spread(const std::string& text, unsigned bits) {
  const Digest digest = sha256(text);
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) value = (value << 8U) | digest[i];
  return static_cast<std::int64_t>(value >> (64U - bits));
}

LockRange range_of(const IssuerId& issuer, const ConnectionId& connection) {
  if (issuer.empty()) return {0, whole_file};
  const std::int64_t begin = spread(issuer.text(), 32) * stretch;
  if (connection.empty()) return {begin, stretch};
  return {begin + spread(connection.text(), stretch_bits), 1};
}

class FileHold final : public Admission::Hold {
 public:
  explicit FileHold(LockedFile file) : file_(std::move(file)) {}

 private:
  LockedFile file_;
};

class FileWireLock final : public WireLock {
 public:
  explicit FileWireLock(std::filesystem::path path) : path_(std::move(path)) {}

  Result<std::unique_ptr<Admission::Hold>> enter(const IssuerId& issuer, const ConnectionId& connection) override {
    MEISAI_ASSIGN(LockedFile file, LockedFile::open(path_));
    // Without a connection the whole stretch: whoever waits for any of the issuer's connections waits for it.
    const LockRange range = range_of(issuer, connection);
    MEISAI_ASSIGN(const bool held,
                  gate_lock::until(enter_wait, [&] { return file.try_lock(LockKind::shared, range); }));
    if (!held) return fail(Code::store_busy, "a cutoff is being opened", "try again", Retry::later);
    return std::make_unique<FileHold>(std::move(file));
  }

  Result<void> drain(const IssuerId& issuer, const ConnectionId& connection, std::chrono::milliseconds wait) override {
    MEISAI_ASSIGN(const LockedFile file, LockedFile::open(path_));
    const LockRange range = range_of(issuer, connection);
    MEISAI_ASSIGN(const bool silent, gate_lock::until(wait, [&] { return file.try_lock(LockKind::exclusive, range); }));
    if (!silent) return fail(Code::store_busy, "transfers under way did not end in time", "try again", Retry::later);
    return {};
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

Result<std::unique_ptr<WireLock>> open_file_wire_lock(const std::filesystem::path& file) {
  MEISAI_TRY(LockedFile::open(file));
  return std::make_unique<FileWireLock>(file);
}

}  // namespace meisai
