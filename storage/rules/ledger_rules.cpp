// SPDX-License-Identifier: Apache-2.0
#include "storage/rules/ledger_rules.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>

namespace meisai::ledger_rules {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

}  // namespace

DayKey day_of(LocalDate date) noexcept { return static_cast<DayKey>(sys_days(date).time_since_epoch().count()); }

LocalDate date_of(DayKey day) noexcept { return LocalDate(sys_days(days(day))); }

Result<void> check_row(const StoredRow& row) {
  const UsageDate& date = row.facts.date;
  if (row.card <= 0) return fail(Code::internal_bug, "a row without a card");
  if ((date.precision == DatePrecision::none) == date.date.has_value())
    return fail(Code::internal_bug, "a row whose date contradicts its precision");
  if (!date.date) {
    if (row.day >= 0) return fail(Code::internal_bug, "a row without a date stands on a day");
    return {};
  }
  if (!date.date->ok() || row.day < 0 || row.day != day_of(*date.date))
    return fail(Code::internal_bug, "a row stands on another day than its date");
  return {};
}

Result<void> check_layer(const UserLayer& layer) {
  const bool in_order = std::ranges::adjacent_find(layer.tags, std::greater_equal{}) == layer.tags.end();
  const bool whole = std::ranges::none_of(
      layer.tags, [](const std::string& tag) { return tag.empty() || tag.find('\n') != std::string::npos; });
  if (!in_order || !whole) return fail(Code::internal_bug, "a layer with tags that no edit makes");
  return {};
}

Result<void> check_change(const ChangeRow& change) {
  if (change.first <= 0 || change.last < change.first) return fail(Code::internal_bug, "a change that names nothing");
  return {};
}

std::optional<BillingMonth> counted_month(const StoredRow& row) noexcept {
  const TransactionFacts& facts = row.facts;
  if (row.ignored || !facts.date.date || facts.status == TransactionStatus::removed) return std::nullopt;
  if (facts.kind == TransactionKind::payment || facts.kind == TransactionKind::authorization) return std::nullopt;
  return BillingMonth(facts.date.date->year(), facts.date.date->month());
}

Result<void> add_to_month(MonthTotal& total, std::int64_t amount_minor, std::int64_t count, int sign) {
  std::int64_t sum = 0;
  const bool overflow = sign < 0 ? __builtin_sub_overflow(total.amount_minor, amount_minor, &sum)
                                 : __builtin_add_overflow(total.amount_minor, amount_minor, &sum);
  if (overflow) return fail(Code::amount_overflow, "the sum of a month is too large");
  total.amount_minor = sum;
  total.count += static_cast<std::uint64_t>(sign < 0 ? -count : count);
  return {};
}

bool touching(const CoverageRow& a, const CoverageRow& b) noexcept {
  return a.card == b.card && a.channel == b.channel && a.certainty == b.certainty &&
         sys_days(a.from) <= sys_days(b.to) + days(1) && sys_days(b.from) <= sys_days(a.to) + days(1);
}

void widen(CoverageRow& into, const CoverageRow& other) noexcept {
  into.from = std::min(into.from, other.from);
  into.to = std::max(into.to, other.to);
}

std::uint64_t last_position_of(const ChangeRow& change) noexcept {
  return change.position + static_cast<std::uint64_t>(change.last - change.first);
}

bool continues(const ChangeRow& last, const ChangeRow& next) noexcept {
  return last.kind == next.kind && last.entity == next.entity && last.last + 1 == next.first &&
         last.reason == next.reason;
}

void cut_behind(ChangeRow& change, std::uint64_t after) noexcept {
  if (change.position > after) return;
  const std::uint64_t skipped = after + 1 - change.position;
  change.position += skipped;
  change.first += static_cast<std::int64_t>(skipped);
}

std::vector<ChangeRow> without(const ChangeRow& change, const std::vector<std::int64_t>& hidden) {
  std::vector<ChangeRow> parts;
  ChangeRow rest = change;
  for (auto next = std::lower_bound(hidden.begin(), hidden.end(), change.first);
       next != hidden.end() && *next <= change.last; ++next) {
    if (*next > rest.first) {
      parts.push_back(rest);
      parts.back().last = *next - 1;
    }
    rest.position = change.position + static_cast<std::uint64_t>(*next + 1 - change.first);
    rest.first = *next + 1;
  }
  if (rest.first <= rest.last) parts.push_back(std::move(rest));
  return parts;
}

bool all_sealed(const std::vector<ConnectionId>& connections, const std::vector<ConnectionId>& sealed) {
  return !connections.empty() && std::all_of(connections.begin(), connections.end(), [&](const ConnectionId& each) {
    return std::find(sealed.begin(), sealed.end(), each) != sealed.end();
  });
}

void add_joined(std::vector<CardKey>& hidden, std::span<const CardRow> cards) {
  const std::vector<CardKey> targets = hidden;
  for (const CardRow& card : cards)
    if (card.joined_into != 0 && std::binary_search(targets.begin(), targets.end(), card.joined_into))
      hidden.insert(std::lower_bound(hidden.begin(), hidden.end(), card.key), card.key);
}

Result<void> add_billed(std::vector<BilledSum>& sums, CardKey card, Region region,
                        std::optional<std::int64_t> billed_minor) {
  auto sum = std::find_if(sums.begin(), sums.end(),
                          [&](const BilledSum& known) { return known.card == card && known.region == region; });
  if (sum == sums.end()) sum = sums.insert(sums.end(), BilledSum{.card = card, .region = region});
  MEISAI_ASSIGN(sum->billed_minor, add_minor(sum->billed_minor, billed_minor.value_or(0)));
  ++sum->count;
  return {};
}

bool wanted(const TransactionQuery& query, const StoredRow& row, bool in_statement) {
  if (query.only && row.key != *query.only) return false;
  if (!query.cards.empty() && std::find(query.cards.begin(), query.cards.end(), row.card) == query.cards.end())
    return false;
  if (query.status && row.facts.status != *query.status) return false;
  const bool asked_for = query.status || query.only;
  if (row.facts.status == TransactionStatus::removed && !asked_for) return false;
  if (row.ignored && !query.with_ignored && !query.only) return false;
  if (!has_range(query)) return true;
  if (row.day < 0) return in_statement;
  return (!query.from || row.day >= day_of(*query.from)) && (!query.to || row.day <= day_of(*query.to));
}

tl::unexpected<Error> outside_scope() { return fail(Code::scope_exceeded, "this permit is for another issuer's data"); }

std::string vault_tag_from(std::span<const std::byte, 4> random) {
  constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";  // 32, without 0 o 1 l
  static_assert(letters.size() == 32);
  std::string tag;
  for (const std::byte byte : random) tag += letters[std::to_integer<std::size_t>(byte) % letters.size()];
  return tag;
}

Result<Digest> keyed_digest(const Secret& secret, std::string_view domain, const Secret& text) {
  // domain || 0 || text: no domain holds a NUL, so no two uses share an input.
  std::vector<std::byte> input;
  const auto domain_bytes = std::as_bytes(std::span(domain.data(), domain.size()));
  input.reserve(domain.size() + 1 + text.size());
  input.insert(input.end(), domain_bytes.begin(), domain_bytes.end());
  input.push_back(std::byte{0});
  input.insert(input.end(), text.reveal().begin(), text.reveal().end());
  Digest digest{};
  unsigned int length = 0;
  const auto key = secret.reveal();
  const bool done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(input.data()),
           input.size(), digest.data(), &length) != nullptr;
  wipe(input);
  if (!done || length != digest.size()) return fail(Code::internal_bug, "HMAC-SHA-256 failed");
  return digest;
}

}  // namespace meisai::ledger_rules
