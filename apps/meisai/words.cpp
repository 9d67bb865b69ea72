// SPDX-License-Identifier: Apache-2.0
#include "apps/meisai/words.h"

#include <algorithm>

namespace meisai::cli {
namespace {

Text text_of(TransactionKind kind) {
  switch (kind) {
    case TransactionKind::purchase:
      return Text::kind_purchase;
    case TransactionKind::refund:
      return Text::kind_refund;
    case TransactionKind::fee:
      return Text::kind_fee;
    case TransactionKind::interest:
      return Text::kind_interest;
    case TransactionKind::cash_advance:
      return Text::kind_cash_advance;
    case TransactionKind::payment:
      return Text::kind_payment;
    case TransactionKind::adjustment:
      return Text::kind_adjustment;
    case TransactionKind::discount:
      return Text::kind_discount;
    case TransactionKind::authorization:
      return Text::kind_authorization;
  }
  return Text::kind_purchase;
}

Text text_of(PaymentType type) {
  switch (type) {
    case PaymentType::one_time:
      return Text::plan_one_time;
    case PaymentType::two_times:
      return Text::plan_two_times;
    case PaymentType::installments:
      return Text::plan_installments;
    case PaymentType::revolving:
      return Text::plan_revolving;
    case PaymentType::bonus_lump:
      return Text::plan_bonus_lump;
    case PaymentType::bonus_two:
      return Text::plan_bonus_two;
    case PaymentType::unknown:
      return Text::plan_none;
  }
  return Text::plan_none;
}

constexpr std::string_view dash = "–";

bool has_flag(std::uint16_t flags, RowFlag flag) { return (flags & static_cast<std::uint16_t>(flag)) != 0; }

}  // namespace

std::string_view word(const Session& session, TransactionKind kind) { return session.say(text_of(kind)); }

std::string_view word(const Session& session, MatchRule rule) {
  switch (rule) {
    case MatchRule::same_identity:
      return session.say(Text::rule_same_identity);
    case MatchRule::alias:
      return session.say(Text::rule_alias);
    case MatchRule::issuer_link:
      return session.say(Text::rule_issuer_link);
    case MatchRule::other_channel:
      return session.say(Text::rule_other_channel);
    case MatchRule::alike:
      return session.say(Text::rule_alike);
    case MatchRule::revised_amount:
      return session.say(Text::rule_revised_amount);
    case MatchRule::moved_date:
      return session.say(Text::rule_moved_date);
    case MatchRule::billed:
      return session.say(Text::rule_billed);
    case MatchRule::absent:
      return session.say(Text::rule_absent);
    case MatchRule::removed:
      return session.say(Text::rule_removed);
    case MatchRule::listed_again:
      return session.say(Text::rule_listed_again);
    case MatchRule::suggestion_accepted:
      return session.say(Text::rule_suggestion_accepted);
    case MatchRule::hold_accepted:
      return session.say(Text::rule_hold_accepted);
    case MatchRule::cards_joined:
      return session.say(Text::rule_cards_joined);
    case MatchRule::replayed:
      return session.say(Text::rule_replayed);
  }
  return {};
}

std::string_view word(const Session& session, StatementStatus status) {
  switch (status) {
    case StatementStatus::open:
      return session.say(Text::state_open);
    case StatementStatus::closed:
      return session.say(Text::state_closed);
    case StatementStatus::revised:
      return session.say(Text::state_revised);
  }
  return {};
}

std::string_view word(const Session& session, CardKind kind) {
  switch (kind) {
    case CardKind::main:
      return session.say(Text::card_kind_main);
    case CardKind::family:
      return session.say(Text::card_kind_family);
    case CardKind::etc:
      return session.say(Text::card_kind_etc);
    case CardKind::corporate:
      return session.say(Text::card_kind_corporate);
    case CardKind::unknown:
      return session.say(Text::card_kind_unknown);
  }
  return {};
}

std::string_view word(const Session& session, Certainty certainty) {
  switch (certainty) {
    case Certainty::fixture_seen:
      return session.say(Text::certainty_fixture_seen);
    case Certainty::code_seen:
      return session.say(Text::certainty_code_seen);
    case Certainty::described:
      return session.say(Text::certainty_described);
    case Certainty::experimental:
      return session.say(Text::certainty_experimental);
  }
  return {};
}

std::string_view word(const Session& session, ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added:
      return session.say(Text::change_added);
    case ChangeKind::modified:
      return session.say(Text::change_modified);
    case ChangeKind::removed:
      return session.say(Text::change_removed);
  }
  return {};
}

std::string_view word(const Session& session, Entity entity) {
  switch (entity) {
    case Entity::card:
      return session.say(Text::entity_card);
    case Entity::statement:
      return session.say(Text::entity_statement);
    case Entity::transaction:
      return session.say(Text::entity_transaction);
  }
  return {};
}

std::string_view word(const Session& session, IncidentState state) {
  switch (state) {
    case IncidentState::opening:
      return session.say(Text::incident_state_opening);
    case IncidentState::open:
      return session.say(Text::incident_state_open);
    case IncidentState::lifted:
      return session.say(Text::incident_state_lifted);
  }
  return {};
}

std::string_view word(const Session& session, ConnectionState state) {
  switch (state) {
    case ConnectionState::authorizing:
      return session.say(Text::connection_authorizing);
    case ConnectionState::active:
      return session.say(Text::connection_active);
    case ConnectionState::reauth_required:
      return session.say(Text::connection_reauth_required);
    case ConnectionState::closed:
      return session.say(Text::connection_closed);
  }
  return {};
}

std::string_view word(const Session& session, SyncOutcome outcome) {
  switch (outcome) {
    case SyncOutcome::none:
      return session.say(Text::outcome_none);
    case SyncOutcome::fresh:
      return session.say(Text::outcome_fresh);
    case SyncOutcome::unchanged:
      return session.say(Text::outcome_unchanged);
    case SyncOutcome::not_checked:
      return session.say(Text::outcome_not_checked);
    case SyncOutcome::failed:
      return session.say(Text::outcome_failed);
  }
  return {};
}

std::string_view word(const Session& session, HeldData held) {
  switch (held) {
    case HeldData::usable:
      return session.say(Text::held_usable);
    case HeldData::kept:
      return session.say(Text::held_kept);
    case HeldData::sealed:
      return session.say(Text::held_sealed);
    case HeldData::erased:
      return session.say(Text::held_erased);
  }
  return {};
}

std::string_view word(const Session& session, Revocation revocation) {
  switch (revocation) {
    case Revocation::none:
      return session.say(Text::revocation_none);
    case Revocation::due:
      return session.say(Text::revocation_due);
    case Revocation::confirmed:
      return session.say(Text::revocation_confirmed);
  }
  return {};
}

std::string_view sentence(const Session& session, EndTerms terms) {
  switch (terms) {
    case EndTerms::keep:
      return session.say(Text::end_terms_keep);
    case EndTerms::seal:
      return session.say(Text::end_terms_seal);
    case EndTerms::erase:
      return session.say(Text::end_terms_erase);
  }
  return {};
}

std::int64_t days_left(Instant end, Instant now) {
  return std::max<std::int64_t>(0, std::chrono::floor<std::chrono::days>(end - now).count());
}

std::string_view consent_state(ConsentEnd end, Instant not_after, Instant now) {
  if (end != ConsentEnd::none) return name_of(end);
  return now < not_after ? "active" : name_of(ConsentEnd::expired);
}

Cell consent_cell(const Session& session, ConsentEnd end, Instant not_after) {
  switch (end) {
    case ConsentEnd::none:
      if (session.now() < not_after) return {session.say(Text::consent_active), Tone::good};
      break;
    case ConsentEnd::ending:
      return {session.say(Text::consent_ending), Tone::bad};
    case ConsentEnd::expired:
      break;
    case ConsentEnd::withdrawn:
      return {session.say(Text::consent_withdrawn), Tone::faint};
    case ConsentEnd::superseded:
      return {session.say(Text::consent_superseded), Tone::faint};
  }
  return {session.say(Text::consent_expired), Tone::bad};
}

std::string joined(std::span<const std::string> texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all.empty() ? std::string(dash) : all;
}

std::string instant_text(const std::optional<Instant>& at) { return at ? rfc3339(*at) : std::string(dash); }

void print_fields(const Session& session, std::span<const std::pair<std::string, std::string>> fields) {
  int width = 0;
  for (const auto& [name, value] : fields) width = std::max(width, display_width(name));
  for (const auto& [name, value] : fields) {
    const std::string gap(static_cast<std::size_t>(width - display_width(name)) + 2, ' ');
    session.print(toned(name, Tone::faint, session.colors()) + gap + printable(value));
  }
}

std::string plan_text(const Session& session, const PaymentPlan& plan) {
  std::string text(session.say(text_of(plan.type)));
  if (plan.index && plan.count) return text + " " + std::to_string(*plan.index) + "/" + std::to_string(*plan.count);
  if (plan.count && plan.type == PaymentType::installments) return text + " (" + std::to_string(*plan.count) + ")";
  if (plan.index) return text + " " + std::to_string(*plan.index) + "/?";
  return text;
}

std::string date_text(const UsageDate& date) {
  if (!date.date || date.precision == DatePrecision::none) return std::string(dash);
  const std::string text = iso(*date.date);
  return date.precision == DatePrecision::month ? text.substr(0, 7) + "-??" : text;
}

std::string date_text(const std::optional<LocalDate>& date) { return date ? iso(*date) : std::string(dash); }

std::string month_text(const std::optional<BillingMonth>& month) { return month ? iso(*month) : std::string(dash); }

std::string money_or_dash(const std::optional<std::int64_t>& minor, const Currency& currency) {
  return minor ? money_text(*minor, currency) : std::string(dash);
}

Cell balance_cell(const Session& session, const Statement& statement) {
  if (!statement.balanced) return {session.say(Text::balanced_unstated), Tone::faint};
  if (*statement.balanced) return {session.say(Text::balanced_yes), Tone::good};
  if (statement.difference_minor.value_or(0) == 0) return {session.say(Text::balanced_no_part), Tone::bad};
  return {session.say(Text::balanced_no, {money_text(*statement.difference_minor, statement.currency)}), Tone::bad};
}

void MoneySum::add(std::int64_t minor, const Currency& currency) {
  const auto same = [&](const Money& sum) { return sum.currency == currency; };
  auto sum = std::find_if(sums_.begin(), sums_.end(), same);
  if (sum == sums_.end()) {
    sums_.push_back({minor, currency});
  } else if (const auto total = add_minor(sum->minor, minor)) {
    sum->minor = *total;
  } else {
    overflowed_ = true;
  }
}

std::string MoneySum::text() const {
  if (overflowed_) return "?";
  std::string text;
  for (const Money& sum : sums_) text += (text.empty() ? "" : " + ") + money_text(sum.minor, sum.currency);
  return text.empty() ? "0" : text;
}

IssuerNames::IssuerNames(const Session& session, Engine& engine) {
  const bool japanese = session.language() == Language::ja;
  for (const LayoutInfo& layout : engine.layouts())
    names_.emplace(layout.issuer.text(), japanese ? layout.name_ja : layout.name_en);
  const auto registered = engine.registrations();
  if (!registered) return;
  for (const RegisteredIssuer& issuer : *registered)
    names_.emplace(issuer.registration.issuer.text(), japanese ? issuer.profile.name_ja : issuer.profile.name_en);
}

std::string IssuerNames::of(const IssuerId& id) const {
  const auto name = names_.find(id.text());
  return name == names_.end() ? id.text() : name->second;
}

Table connection_table(const Session& session, const IssuerNames& issuers, std::span<const Connection> connections) {
  const auto head = [&](Text text) { return std::string(session.say(text)); };
  Table table({{head(Text::col_id)},
               {head(Text::col_issuer), Align::left, true},
               {head(Text::col_state)},
               {head(Text::col_last)},
               {head(Text::col_data_as_of)},
               {head(Text::col_consent)},
               {head(Text::col_consent_end)},
               {head(Text::col_days_left), Align::right}});
  constexpr std::int64_t soon = 14;
  for (const Connection& c : connections) {
    const bool agreed = !c.consent.consent.empty();
    const std::int64_t days = days_left(c.consent.not_after, session.now());
    const bool looked = c.last.outcome == SyncOutcome::fresh || c.last.outcome == SyncOutcome::unchanged;
    table.add({c.id.text(),
               issuers.of(c.issuer),
               {word(session, c.state), c.state == ConnectionState::active ? Tone::good : Tone::bad},
               {word(session, c.last.outcome), looked ? Tone::plain : Tone::bad},
               instant_text(c.last.data_as_of),
               agreed ? consent_cell(session, c.consent.end, c.consent.not_after) : Cell(dash),
               agreed ? Cell(rfc3339(c.consent.not_after)) : Cell(dash),
               agreed ? Cell(std::to_string(days), days < soon ? Tone::bad : Tone::plain) : Cell(dash)});
  }
  return table;
}

Certainty certainty_of(const IssuerProfile& profile) {
  return profile.sandbox ? Certainty::experimental : Certainty::described;
}

bool moves_money(const TransactionFacts& facts) {
  return facts.kind != TransactionKind::payment && facts.kind != TransactionKind::authorization &&
         !has_flag(facts.flags, RowFlag::declined);
}

std::vector<std::pair<std::string, std::string>> layer_fields(const Session& session, const Transaction& row) {
  const UserLayer& user = row.user;
  std::vector<std::pair<std::string, std::string>> fields;
  const auto add = [&](Text name, std::string value) {
    if (!value.empty()) fields.emplace_back(session.say(name), std::move(value));
  };
  add(Text::field_user_merchant, user.merchant);
  add(Text::col_category, user.category);
  add(Text::field_tags, user.tags.empty() ? std::string() : joined(user.tags));
  add(Text::field_note, user.note);
  if (user.ignored) add(Text::field_ignored, std::string(session.say(Text::ignored_yes)));
  return fields;
}

namespace {

/// What kind of row it is, with everything about it that is out of the usual.
Cell kind_cell(const Session& session, const Transaction& row) {
  const TransactionFacts& facts = row.facts;
  std::string kind(word(session, facts.kind));
  bool plain = facts.kind == TransactionKind::purchase;
  const auto mark = [&](bool set, Text text) {
    if (!set) return;
    kind.append(", ").append(session.say(text));
    plain = false;
  };
  mark(facts.status == TransactionStatus::pending, Text::status_pending);
  mark(facts.status == TransactionStatus::removed, Text::status_removed);
  mark(has_flag(facts.flags, RowFlag::declined), Text::status_declined);
  mark(has_flag(facts.flags, RowFlag::suspect), Text::flag_suspect);
  mark(row.user.ignored, Text::mark_ignored);
  return {kind, plain ? Tone::faint : Tone::plain};
}

}  // namespace

Table transaction_table(const Session& session, std::span<const Transaction> rows, RowIds ids) {
  const bool categories = std::ranges::any_of(rows, [](const Transaction& row) { return !row.user.category.empty(); });
  std::vector<Column> columns;
  const auto column = [&](Text name, Align align = Align::left, bool shrinks = false, bool leaves = false) {
    columns.push_back({std::string(session.say(name)), align, shrinks, leaves});
  };
  column(Text::col_date);
  column(Text::col_card, Align::left, true);
  column(Text::col_merchant, Align::left, true);
  if (categories) column(Text::col_category, Align::left, true);
  column(Text::col_amount, Align::right);
  column(Text::col_billed, Align::right);
  column(Text::col_plan);
  column(Text::col_kind);
  if (ids == RowIds::shown) column(Text::col_id, Align::left, false, true);
  Table table(std::move(columns));
  for (const Transaction& row : rows) {
    const TransactionFacts& facts = row.facts;
    std::vector<Cell> cells = {date_text(facts.date), row.card_label,
                               row.user.merchant.empty() ? facts.merchant_normalized : "✎ " + row.user.merchant};
    if (categories) cells.emplace_back(row.user.category);
    cells.emplace_back(money_text(facts.amount_minor, facts.currency),
                       facts.amount_minor < 0 ? Tone::good : Tone::plain);
    cells.emplace_back(money_or_dash(facts.billed_minor, facts.currency));
    cells.emplace_back(plan_text(session, facts.plan));
    cells.push_back(kind_cell(session, row));
    if (ids == RowIds::shown) cells.emplace_back(row.id.text(), Tone::faint);
    table.add(std::move(cells));
  }
  return table;
}

void print_table(const Session& session, const Table& table) {
  session.out().write(table.text(session.streams().columns, session.colors()));
}

}  // namespace meisai::cli
