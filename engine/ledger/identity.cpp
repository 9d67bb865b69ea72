// SPDX-License-Identifier: Apache-2.0
#include "engine/ledger/identity.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>

namespace meisai::ledger {
namespace {

/// One SHA-256 context a thread: making one for each row costs three times the hashing itself.
class Sha256 {
 public:
  Sha256() : method_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {}
  std::array<unsigned char, 32> of(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    // These calls fail only without memory or without SHA-256: there is no ledger to save in either case.
    if (EVP_DigestInit_ex2(context_.get(), method_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), digest.data(), &size) != 1)
      throw std::runtime_error("SHA-256 is not available");
    return digest;
  }

 private:
  struct FreeMethod {
    void operator()(EVP_MD* method) const { EVP_MD_free(method); }
  };
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, FreeMethod> method_;
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

template <class Integer>
void append_big_endian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer)) * 8 - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(value) >> static_cast<unsigned>(shift)) & 0xffU));
}

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) noexcept {
  seed ^= value + 0x9E3779B97F4A7C15U + (seed << 6U) + (seed >> 2U);
  return seed * 0xff51afd7ed558ccdU;
}

std::uint64_t mix(std::uint64_t seed, std::string_view text) noexcept {
  return mix(seed, std::hash<std::string_view>{}(text));
}

template <class T, class Value>
std::uint64_t mix_optional(std::uint64_t seed, const std::optional<T>& optional, Value&& value) noexcept {
  return optional ? mix(mix(seed, std::uint64_t{1}), value(*optional)) : mix(seed, std::uint64_t{2});
}

std::uint64_t number(std::int64_t value) noexcept { return static_cast<std::uint64_t>(value); }
std::uint64_t number_of_date(const LocalDate& date) noexcept {
  return number(std::chrono::sys_days(date).time_since_epoch().count());
}

std::uint64_t mix_foreign(std::uint64_t seed, const ForeignAmount& foreign) noexcept {
  seed = mix(seed, foreign.amount_text);
  seed = mix_optional(seed, foreign.amount_minor, number);
  seed = mix_optional(seed, foreign.currency, [](const Currency& c) { return c.code(); });
  seed = mix_optional(seed, foreign.rate, [](const DecimalText& r) -> std::string_view { return r.text(); });
  return mix_optional(seed, foreign.rate_date, number_of_date);
}

FactsKey key_of(std::uint8_t recipe, const std::array<unsigned char, 32>& digest) {
  FactsKey key{recipe};
  std::copy_n(digest.begin(), key.size() - 1, key.begin() + 1);
  return key;
}

}  // namespace

FactsKey facts_key(const TransactionFacts& facts) {
  static thread_local Sha256 sha;
  static thread_local std::string bytes;
  bytes.clear();
  const std::uint8_t recipe = facts.issuer_reference.empty() ? identity_recipe : issuer_reference_recipe;
  bytes.push_back(static_cast<char>(recipe));
  if (recipe == issuer_reference_recipe) {
    bytes.append(facts.issuer_reference);
    return key_of(recipe, sha.of(bytes));
  }
  bytes.push_back(static_cast<char>(facts.date.precision));
  append_big_endian(bytes, facts.amount_minor);
  bytes.append(facts.currency.code());
  append_big_endian(bytes, static_cast<std::uint32_t>(facts.merchant_raw.size()));
  bytes.append(facts.merchant_raw);
  return key_of(recipe, sha.of(bytes));
}

Fingerprint fingerprint(const FactsKey& facts, std::uint32_t occurrence) noexcept {
  Fingerprint print;
  std::ranges::copy(facts, print.bytes.begin());
  for (unsigned i = 0; i < 4; ++i)
    print.bytes[12 + i] = static_cast<std::uint8_t>((occurrence >> (24U - 8U * i)) & 0xffU);
  return print;
}

DayKey day_key(const UsageDate& date, StatementKey statement) noexcept {
  if (date.date) return static_cast<DayKey>(std::chrono::sys_days(*date.date).time_since_epoch().count());
  return statement == 0 ? undated_without_statement : static_cast<DayKey>(-statement);
}

std::uint64_t content_hash(const TransactionFacts& facts) noexcept {
  std::uint64_t seed = mix(std::uint64_t{identity_recipe}, facts.merchant_raw);
  seed = mix(seed, facts.merchant_normalized);
  seed = mix_optional(seed, facts.date.date, number_of_date);
  seed = mix(seed, static_cast<std::uint64_t>(facts.date.precision));
  seed = mix_optional(seed, facts.posting_date, number_of_date);
  seed = mix(seed, static_cast<std::uint64_t>(facts.kind));
  seed = mix(seed, number(facts.amount_minor));
  seed = mix_optional(seed, facts.billed_minor, number);
  seed = mix_optional(seed, facts.remaining_minor, number);
  seed = mix(seed, facts.currency.code());
  seed = mix(seed, static_cast<std::uint64_t>(facts.plan.type));
  seed = mix_optional(seed, facts.plan.index, [](int i) { return number(i); });
  seed = mix_optional(seed, facts.plan.count, [](int i) { return number(i); });
  seed = mix(seed, static_cast<std::uint64_t>(facts.status));
  seed = mix(seed, static_cast<std::uint64_t>(facts.region));
  seed = mix(seed, std::uint64_t{facts.flags});
  if (!facts.issuer_reference.empty()) seed = mix(mix(seed, facts.issuer_reference), facts.pending_reference);
  return facts.foreign ? mix_foreign(seed, *facts.foreign) : mix(seed, std::uint64_t{3});
}

std::uint32_t merchant_hash(const TransactionFacts& facts) noexcept {
  return static_cast<std::uint32_t>(mix(mix(std::uint64_t{7}, facts.merchant_raw), facts.currency.code()) >> 16U);
}

std::uint64_t likeness_hash(std::string_view who, const TransactionFacts& facts) noexcept {
  const std::uint64_t payee = mix(mix(std::uint64_t{11}, who), facts.currency.code());
  const std::uint64_t price = mix(mix(std::uint64_t{17}, facts.currency.code()), number(facts.amount_minor));
  return (payee & 0xffffffff00000000U) | (price >> 32U);
}

std::uint64_t reference_hash(std::string_view reference) noexcept {
  return reference.empty() ? 0 : mix(std::uint64_t{13}, reference) | 1U;
}

}  // namespace meisai::ledger
