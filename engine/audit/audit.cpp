// SPDX-License-Identifier: Apache-2.0
//
// The one place that knows the bytes an audit entry's hash covers. They are a format: an old chain must
// verify for ever, so a new field means a new version word, never another order of these (golden hash in
// tests/audit). Every text carries its length in front, so no two entries share their bytes.
#include "meisai/audit.h"

#include <openssl/evp.h>

#include <new>

namespace meisai {
namespace {

constexpr std::string_view version_word = "meisai audit 1";

void put_number(std::string& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(static_cast<unsigned char>((number >> shift) & 0xffU)));
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

std::string canonical_bytes(const AuditDraft& draft, std::uint64_t seq, const Digest& previous) {
  std::string out;
  out.reserve(160 + draft.object.size());
  put_text(out, version_word);
  put_number(out, seq);
  put_number(out, static_cast<std::uint64_t>(draft.at.time_since_epoch().count()));
  put_text(out, draft.actor);
  put_text(out, draft.operation);
  put_text(out, draft.object);
  put_text(out, draft.result);
  put_text(out, draft.reason);
  out.append(previous.begin(), previous.end());
  return out;
}

}  // namespace

std::string hex(const Digest& digest) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(digest.size() * 2);
  for (const std::uint8_t byte : digest) {
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 0xfU]);
  }
  return out;
}

Digest sha256(std::string_view bytes) {
  // Looked up once: OpenSSL 3 searches its providers at every use of EVP_sha256().
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Digest digest{};
  // Hashing memory fails only where OpenSSL cannot allocate.
  if (algorithm == nullptr || EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, algorithm, nullptr) != 1)
    throw std::bad_alloc();
  return digest;
}

AuditEntry seal_entry(const AuditDraft& draft, const std::optional<AuditEntry>& previous) {
  AuditEntry entry;
  static_cast<AuditDraft&>(entry) = draft;
  entry.seq = previous ? previous->seq + 1 : 1;
  if (previous) entry.previous = previous->hash;
  entry.hash = sha256(canonical_bytes(draft, entry.seq, entry.previous));
  return entry;
}

Result<void> AuditVerifier::accept(const AuditEntry& entry) {
  const bool follows = entry.seq == count_ + 1 && entry.previous == head_ &&
                       entry.hash == sha256(canonical_bytes(entry, entry.seq, entry.previous));
  if (!follows)
    return fail(Code::audit_broken,
                "audit entry " + std::to_string(count_ + 1) + " does not follow the entries before it",
                "an entry was changed, dropped, moved or added; compare with a backup made before that");
  ++count_;
  head_ = entry.hash;
  return {};
}

}  // namespace meisai
