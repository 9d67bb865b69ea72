// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/shape.h"

#include <charconv>
#include <utility>

namespace meisai::obie {
namespace {

constexpr int known_major = 3;
constexpr int first_minor = 1;

tl::unexpected<Error> not_valid(std::string what) {
  return fail(Code::profile_not_valid, std::move(what), "docs/issuer-profile.md lists every key");
}

/// 3.1 and every later minor version, which only adds; another major version has other names.
bool is_known_version(std::string_view version) {
  int major = 0;
  int minor = 0;
  const char* const end = version.data() + version.size();
  const auto [after_major, bad_major] = std::from_chars(version.data(), end, major);
  if (bad_major != std::errc() || after_major == end || *after_major != '.') return false;
  const auto [after_minor, bad_minor] = std::from_chars(after_major + 1, end, minor);
  if (bad_minor != std::errc() || (after_minor != end && *after_minor != '.')) return false;
  return major == known_major && minor >= first_minor;
}

}  // namespace

Shape::Shape(IssuerProfile profile) : profile_(std::move(profile)) {
  for (const auto& each : profile_.kinds) kinds_.push_back({KindWhen::section_is, each.word, each.kind});
  for (const auto& each : profile_.plans) plans_.push_back({each.word, each.type, each.count});
  LayoutInfo info{.issuer = profile_.id,
                  .name_ja = profile_.name_ja,
                  .name_en = profile_.name_en,
                  .certainty = Certainty::described,
                  .since = "2024-03",
                  .vocabulary = vocabulary()};
  layouts_ = {info, info};
  layouts_[0].layout = "obie_3_1_statement";
  layouts_[0].window = WindowRule::statement;
  layouts_[0].vocabulary.billed_column = false;
  layouts_[1].layout = "obie_3_1_transactions";
  layouts_[1].window = WindowRule::card_range;
}

Vocabulary Shape::vocabulary() const {
  Vocabulary words;
  words.kinds = kinds_;
  words.plans = plans_;
  words.currency = {};  // every row states its own
  words.charge_word = profile_.charge_word;
  words.credit_word = profile_.credit_word;
  words.pending_word = "Pending";
  words.posted_word = "Booked";
  words.declined_word = "Rejected";
  words.usage_date_may_be_absent = true;
  words.decimal_amounts = true;
  return words;
}

Result<std::unique_ptr<Shape>> Shape::make(IssuerProfile profile) {
  if (profile.family != "obie") return not_valid("family is not obie");
  if (!is_known_version(profile.api_version))
    return not_valid("api_version " + profile.api_version +
                     " is not read: this family is 3.1 and later minor versions");
  if (profile.endpoints.resource_base.empty()) return not_valid("endpoints.resource_base is missing");
  if (profile.charge_word.empty() || profile.credit_word.empty() || profile.charge_word == profile.credit_word)
    return not_valid("charge_word and credit_word must be two different words");
  if (profile.limits.longest_query < std::chrono::days(1)) return not_valid("limits.longest_query_days is below 1");
  if (profile.limits.most_pages == 0) return not_valid("limits.most_pages is 0");

  std::unique_ptr<Shape> shape(new Shape(std::move(profile)));
  const auto& fields = shape->profile_.fields;
  const std::pair<Field, const std::string*> pointers[] = {
      {Field::usage_date, &fields.usage_date}, {Field::plan, &fields.plan},
      {Field::plan_index, &fields.plan_index}, {Field::plan_count, &fields.plan_count},
      {Field::billed, &fields.billed},         {Field::remaining, &fields.remaining},
      {Field::section, &fields.kind},          {Field::pending_reference, &fields.pending_reference}};
  for (const auto& [field, text] : pointers) {
    if (text->empty()) continue;
    auto pointer = json::Pointer::parse(*text);
    if (!pointer) return not_valid("fields: " + pointer.error().what);
    shape->pointed_.push_back({field, *std::move(pointer)});
  }
  return shape;
}

json::Limits Shape::json_limits() const noexcept {
  return {.largest = profile_.limits.largest_body, .deepest = profile_.limits.deepest_json};
}

}  // namespace meisai::obie
