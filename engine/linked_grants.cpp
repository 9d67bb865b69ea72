// SPDX-License-Identifier: Apache-2.0
//
// What an issuer granted, from the moment its tokens are known until the issuer has confirmed their end: how a consent
// comes to stand without taking anything from the one before too early, what becomes of grants that never stood or
// stand no more, and what crashes and other processes leave of either.
#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/engine_impl.h"

namespace meisai {

namespace {

/// A grant whose consent does not stand by then never will: a crash came in between.
constexpr std::chrono::minutes longest_beginning{20};

}  // namespace

/// The order of the writes is what a crash or somebody who was faster leaves. Until `begin_consent` has accepted it,
/// the grant changes nothing that works: its record stands on nothing and its tokens lie aside, so that a sweep
/// can only give them back. From then on the consent stands, and its tokens take the place of those before, which are
/// set aside in turn until the issuer has confirmed that they are gone.
Result<void> Engine::Impl::keep_grant(const Connection& connection, const Consent& consent, const Tokens& tokens,
                                      const ConsentId& before) {
  const std::string object = "connection " + connection.id.text() + " consent " + consent.id.text();
  if (before.empty()) MEISAI_TRY(ports.control->add_connection(connection, draft("link", object, "begun")));
  // What a crash left of the one before comes first: the connection's tokens must be its own when they are replaced.
  MEISAI_TRY(adopt_grants());
  MEISAI_TRY(ports.consents->put_grant(
      consent, tokens, draft("consent_record", object + " screen " + hex(consent.screen.hash).substr(0, 12))));
  const ConsentTerm term{.consent = consent.id,
                         .not_before = consent.granted_at,
                         .not_after = consent.ends_at,
                         .end_terms = consent.end_terms};
  return ports.control->begin_consent(connection.id, term, before, draft("link", object));
}

void Engine::Impl::drop_grant(authorize::Authorizer& authorizer, Consent consent, authorize::Granted granted) {
  const auto discarded = authorizer.discard(std::move(granted));
  const bool confirmed = discarded && *discarded;
  const std::string object = "connection " + consent.connection.text() + " consent " + consent.id.text();
  if (confirmed)
    std::ignore = ports.consents->drop_aside(consent.connection, consent.id, draft("token_store", object, "dropped"));
  consent.end = ConsentEnd::superseded;
  consent.ended_at = gate.now();
  consent.revocation = confirmed ? Revocation::confirmed : Revocation::due;
  std::ignore = ports.consents->put_consent(consent, draft("consent_record", object + " superseded"));
}

Result<void> Engine::Impl::adopt_grants() {
  MEISAI_ASSIGN(const std::vector<TokensAside> aside, ports.consents->aside());
  if (aside.empty()) return {};
  MEISAI_ASSIGN(const std::vector<Connection> connections, ports.control->connections());
  MEISAI_ASSIGN(const std::vector<Consent> records, ports.consents->consents());
  for (const TokensAside& each : aside) {
    const auto stands = std::ranges::find(connections, each.consent, [](const auto& c) { return c.consent.consent; });
    if (stands == connections.end()) continue;
    // What it worked with until now is the one's before it.
    const auto own = std::ranges::find(records, each.consent, &Consent::id);
    ConsentId before;
    std::uint32_t version = 0;
    for (const Consent& record : records)
      if (own != records.end() && record.connection == stands->id && record.version < own->version &&
          record.version >= version) {
        before = record.id;
        version = record.version;
      }
    MEISAI_TRY(ports.consents->adopt(
        stands->id, each.consent, before,
        draft("token_store", "connection " + stands->id.text() + " consent " + each.consent.text())));
  }
  return {};
}

/// The new consent stands; the old one is told so at the issuer, and only its word ends it here.
void Engine::Impl::supersede(authorize::Authorizer& authorizer, Consent before) {
  if (before.end == ConsentEnd::none || before.end == ConsentEnd::ending) {
    before.end = ConsentEnd::superseded;
    before.ended_at = gate.now();
  }
  auto aside = ports.consents->aside();
  if (!aside) return;
  const auto kept = std::ranges::find(*aside, before.id, &TokensAside::consent);
  // Confirmed is only what leaves nothing behind: tokens that are still here were never given back.
  if (before.revocation != Revocation::confirmed || kept != aside->end()) before.revocation = Revocation::due;
  const std::string object = "consent " + before.id.text();
  if (before.revocation == Revocation::due) {
    std::optional<Tokens> tokens;
    if (kept != aside->end()) tokens = std::move(kept->tokens);
    const auto ended = authorizer.end_consent(before.connection, tokens, before.issuer_reference);
    if (ended && *ended &&
        (!tokens || ports.consents->drop_aside(before.connection, before.id, draft("token_revoke", object))))
      before.revocation = Revocation::confirmed;
  }
  // Only the record of a consent that nothing stands on any more: failing here takes nothing from anybody.
  std::ignore =
      ports.consents->put_consent(before, draft("consent_record", object + " " + std::string(name_of(before.end))));
}

Result<SweepReport> Engine::Impl::sweep(const GoOn& go_on) {
  MEISAI_TRY(adopt_grants());
  auto report = lifecycle(false, go_on).sweep();
  end_superseded(go_on);
  return report;
}

/// Consents that a renewal has replaced stand no more here, and those of a grant that never came to stand neither; the
/// issuer is told until it has heard.
void Engine::Impl::end_superseded(const GoOn& go_on) {
  const auto connections = ports.control->connections();
  auto records = ports.consents->consents();
  const auto aside = ports.consents->aside();
  if (!connections || !records || !aside) return;
  const auto version_of = [&](const ConsentId& id) {
    const auto found = std::ranges::find(*records, id, &Consent::id);
    return found == records->end() ? 0U : found->version;
  };
  for (const Consent& record : *records) {
    if (go_on && !go_on()) return;
    const auto connection = std::ranges::find(*connections, record.connection, &Connection::id);
    if (connection == connections->end() || connection->consent.consent == record.id) continue;
    const bool over = record.end != ConsentEnd::none && record.end != ConsentEnd::ending;
    const bool holds_tokens = std::ranges::find(*aside, record.id, &TokensAside::consent) != aside->end();
    if (over && record.revocation != Revocation::due && !holds_tokens) continue;
    // One that is newer than what stands may be about to begin: its person has just come back from the issuer.
    const bool may_begin =
        record.version > version_of(connection->consent.consent) && gate.now() - record.granted_at < longest_beginning;
    if (!over && may_begin) continue;
    const auto made = authorizing(record.issuer, {.actor = "engine", .attended = false, .go_on = go_on});
    if (made) supersede(*(*made)->authorizer, record);
  }
}

}  // namespace meisai
