// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/linked_look.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/ledger/statement_identity.h"
#include "engine/sync/holds.h"
#include "engine/sync/statement_facts.h"

namespace meisai::sync {
namespace {

/// Days before the last complete look that are asked for again: late postings, pending rows, revisions.
constexpr std::chrono::days overlap{45};
constexpr std::size_t reported_rejections = 100;
constexpr std::chrono::milliseconds no_wait{0};

/// The same id may name a statement of each card.
std::vector<SettledStatement> settled_for(CardKey card, std::span<const StatementRow> statements) {
  std::vector<SettledStatement> settled;
  for (const StatementRow& row : statements) {
    if (!row.anchor.starts_with(reference_anchor) || !ledger::is_settled(row)) continue;
    if (std::ranges::find(row.cards, card) == row.cards.end()) continue;
    settled.push_back({.reference = row.anchor.substr(reference_anchor.size()),
                       .closing_date = row.closing_date,
                       .payment_due_date = row.payment_due_date,
                       .stated_total_minor = row.stated_total_minor,
                       .currency = row.currency});
  }
  return settled;
}

std::string counts(const WindowsResult& result) {
  return " +" + std::to_string(result.added) + " ~" + std::to_string(result.modified) + " -" +
         std::to_string(result.removed) + " =" + std::to_string(result.unchanged) + " held " +
         std::to_string(result.held) + " rejected " + std::to_string(result.rejected.size());
}

}  // namespace

LinkedLook::LinkedLook(const LookPorts& ports, const LinkedIssuer& issuer, Connection connection, bool attended,
                       std::string interaction)
    : ports_(ports),
      issuer_(issuer),
      connection_(std::move(connection)),
      attended_(attended),
      interaction_(std::move(interaction)) {
  report_.id = connection_.id;
  report_.issuer = connection_.issuer;
}

PermitScope LinkedLook::scope() const {
  return {.issuer = connection_.issuer,
          .connection = connection_.id,
          .consent = connection_.consent.consent,
          .attended = attended_};
}

AuditDraft LinkedLook::draft(std::string object, std::string result, std::string reason) const {
  return {.at = ports_.gate.now(),
          .actor = attended_ ? "subject" : "engine",
          .operation = "sync",
          .object = "connection " + connection_.id.text() + std::move(object),
          .result = std::move(result),
          .reason = std::move(reason)};
}

Result<void> LinkedLook::begin() {
  MEISAI_ASSIGN(auto permit, ports_.gate.ask<Commit>(scope()));
  commit_permit_.emplace(std::move(permit));
  MEISAI_ASSIGN(staging_, ports_.store.begin_staging({.connection = connection_.id}, no_wait));
  MEISAI_ASSIGN(const FetchPlan plan, this->plan());
  conversation_ = issuer_.converse(plan);
  // The intent is durable before the first call leaves (METI-3.3.2-iv-f).
  return ports_.store.record(
      draft(" consent " + connection_.consent.consent.text() + " interaction " + interaction_, "begun"));
}

Result<FetchPlan> LinkedLook::plan() {
  FetchPlan plan;
  plan.today = date_in_japan(ports_.gate.now());
  const std::chrono::sys_days today(plan.today);
  std::chrono::sys_days from = today - issuer_.profile().limits.history;
  plan.from = LocalDate(from);
  if (connection_.last.data_as_of)
    from = std::max(from, std::chrono::sys_days(date_in_japan(*connection_.last.data_as_of)) - overlap);

  MEISAI_ASSIGN(const auto ledger, staging_->begin_window());  // to read only: never committed
  MEISAI_ASSIGN(const std::vector<CardRow> cards, ledger->cards(connection_.issuer));
  MEISAI_ASSIGN(const std::vector<StatementRow> statements, ledger->statements(connection_.issuer));
  MEISAI_ASSIGN(open_holds_, open_holds_of(*ledger, connection_.id));
  std::map<Digest, KnownCard> known;
  for (const CardRow& card : cards) {
    if (std::ranges::find(card.connections, connection_.id) == card.connections.end()) continue;
    if (card.joined_into != 0) continue;
    known_cards_.push_back(card);
    const KnownCard known_card{LocalDate(from), settled_for(card.key, statements)};
    known.emplace(card.key_hash, known_card);
    for (const CardAlias& alias : card.aliases) known.emplace(alias.key_hash, known_card);
  }
  plan.known_card = [known = std::move(known), &store = ports_.store,
                     issuer = connection_.issuer](const CardClue& clue) -> std::optional<KnownCard> {
    const auto hash = hash_of_linked_card(clue, issuer, store);
    const auto found = hash ? known.find(*hash) : known.end();
    return found == known.end() ? std::nullopt : std::optional(found->second);
  };
  return plan;
}

Result<std::optional<HttpRequest>> LinkedLook::next_request() {
  MEISAI_ASSIGN(const std::optional<IssuerRequest> next, conversation_->next_request());
  MEISAI_TRY(take_pieces());  // a document may end with the last answer only when nothing more is to be asked
  if (!next) {
    MEISAI_TRY(settle_holds());
    return std::optional<HttpRequest>{};
  }
  asked_ = next->url;
  HttpRequest request{.method = HttpMethod::get, .url = next->url, .headers = issuer_.headers()};
  request.headers.emplace_back("x-fapi-interaction-id", interaction_);
  return std::optional<HttpRequest>(std::move(request));
}

Result<Permit<Request>> LinkedLook::permit() { return ports_.gate.ask<Request>(scope()); }

Result<void> LinkedLook::accept(const HttpResponse& response) {
  ++report_.pages;
  const std::string_view body = response.body.reveal_text();
  MEISAI_TRY(conversation_->accept(
      {.url = asked_, .status = response.status, .content_type = response.header("content-type"), .body = body}));
  return take_pieces();
}

Result<void> LinkedLook::take_pieces() {
  while (auto piece = conversation_->take_piece()) {
    if (!document_) document_ = std::make_unique<StagedDocument>(*staging_, true);
    if (auto* page = std::get_if<RawPage>(&*piece)) {
      MEISAI_TRY(document_->add_page(std::move(*page)));
    } else {
      MEISAI_TRY(commit(std::move(std::get<FetchedDocument>(*piece))));
    }
  }
  return {};
}

bool LinkedLook::knows_a_card_of(const StagedDocument& document) const {
  return std::ranges::any_of(document.cards, [this](const ledger::CardSeen& seen) {
    return std::ranges::any_of(known_cards_, [&seen](const CardRow& card) {
      return card.key_hash == seen.key_hash ||
             std::ranges::find(card.aliases, seen.key_hash, &CardAlias::key_hash) != card.aliases.end();
    });
  });
}

/// An answer about nobody that we know here is about somebody else: nothing of it may come in (INV-24). An issuer that
/// names its accounts anew with a new consent is told by the rows that a card has under both names.
Result<WindowsResult> LinkedLook::apply(LedgerWrite& ledger, StagedDocument& document) const {
  const ImportOptions no_options;
  DocumentImport import(document, ports_.normalizer, no_options, ports_.gate.now());
  auto result = import.apply(ledger, document.windows);
  if (known_cards_.empty() || document.cards.empty() || knows_a_card_of(document)) return result;
  if (!result && result.error().code == Code::card_ambiguous) return result;  // the person says whose it is
  const bool found_again = result && std::ranges::any_of(import.cards(), [this](const CardRow& card) {
                             return std::ranges::find(known_cards_, card.key, &CardRow::key) != known_cards_.end();
                           });
  if (found_again) return result;
  return fail(Code::wrong_owner, "the issuer answered with cards of which none is known of this connection",
              "nothing was taken in and the connection was cut off; ask the issuer, then see `meisai incident list`",
              Retry::after_user);
}

Result<void> LinkedLook::commit(FetchedDocument fetched) {
  StagedDocument& document = *document_;
  document.close_window();
  if (document.windows.empty()) document.windows.emplace_back();  // "nothing there" is an answer, with its coverage
  document.name = fetched.name;
  document.layout = fetched.layout;
  document.facts = std::move(fetched.facts);
  document.origin = {.channel = "api",
                     .connection = connection_.id,
                     .complete = {},
                     .card = fetched.card,
                     .pending_term = issuer_.profile().limits.pending_term};
  if (fetched.complete_from && fetched.complete_to)
    document.origin.complete = DocumentOrigin::CompleteDays{*fetched.complete_from, *fetched.complete_to};
  MEISAI_TRY(document.see_cards(conversation_->cards(), connection_.issuer, ports_.store));
  // Asked for before this commit is re-checked: what one answer brings for the next document is covered too.
  MEISAI_ASSIGN(auto permit_of_next, ports_.gate.ask<Commit>(scope()));

  MEISAI_ASSIGN(auto ledger, staging_->begin_window());
  auto applied = apply(*ledger, document);
  if (!applied) {
    ledger.reset();
    return is_hold(applied.error().code) ? hold(applied.error(), std::move(permit_of_next))
                                         : Result<void>(tl::unexpected(std::move(applied.error())));
  }
  const WindowsResult& result = *applied;
  MEISAI_TRY(ledger->add_audit(draft(" " + fetched.name + counts(result), result.held == 0 ? "done" : "held")));
  MEISAI_TRY(ledger->commit(*std::exchange(commit_permit_, std::nullopt)));
  commit_permit_.emplace(std::move(permit_of_next));
  take(result, fetched.name);
  document_.reset();
  return staging_->next_document();
}

/// Keeps the answer aside with its diagnosis, and hands that on.
Result<void> LinkedLook::hold(const Error& why, MEISAI_UNSPENT Permit<Commit> permit) {
  MEISAI_ASSIGN(const auto ledger, staging_->begin_window());
  MEISAI_ASSIGN(const HoldId id, keep_hold(*ledger, *document_, why, ports_.gate.now()));
  MEISAI_TRY(
      ledger->add_audit(draft(" " + document_->name + " hold " + id.text(), "held", std::string(name_of(why.code)))));
  MEISAI_TRY(ledger->commit(std::move(permit)));
  report_.hold_id = id;
  return fail(why);
}

/// Everything that was asked came in: what was held before is settled by it.
Result<void> LinkedLook::settle_holds() {
  if (open_holds_.empty()) return {};
  MEISAI_ASSIGN(const auto ledger, staging_->begin_window());
  MEISAI_ASSIGN(const std::vector<HoldRow> still, open_holds_of(*ledger, connection_.id));
  for (const HoldRow& hold : still) MEISAI_TRY(end_hold(*ledger, hold, HoldState::outdated));
  MEISAI_TRY(ledger->add_audit(draft(" holds " + std::to_string(still.size()), "outdated")));
  MEISAI_TRY(ledger->commit(*std::exchange(commit_permit_, std::nullopt)));
  open_holds_.clear();
  return {};
}

void LinkedLook::take(const WindowsResult& result, const std::string& request) {
  report_.added += result.added;
  report_.modified += result.modified;
  report_.removed += result.removed;
  report_.unchanged += result.unchanged;
  report_.held += result.held;
  report_.rejected_count += result.rejected.size();
  for (const RejectedCandidate& rejected : result.rejected) {
    if (report_.rejected.size() == reported_rejections) break;
    report_.rejected.push_back({request, rejected.rejection.row, rejected.rejection.code, rejected.rejection.message});
  }
  statements_.insert(statements_.end(), result.statements.begin(), result.statements.end());
}

void LinkedLook::fail_with(const Error& error) {
  if (document_)
    for (const WindowSpan& window : document_->windows) report_.held += window.transactions;
  document_.reset();
  staging_.reset();
  commit_permit_.reset();
  const bool was_refused = is_refusal(error.code) && error.code != Code::schema_drift;
  if (report_.hold_id) return;  // its entry stands beside it
  const bool unread = error.code == Code::schema_drift || error.code == Code::statement_contradicted ||
                      error.code == Code::card_ambiguous;
  // Nothing was let through. If even this entry cannot be written, the error at hand says more.
  std::ignore = ports_.store.record(draft("",
                                          was_refused ? "refused"
                                          : unread    ? "held"
                                                      : "failed",
                                          std::string(name_of(error.code))));
}

}  // namespace meisai::sync
