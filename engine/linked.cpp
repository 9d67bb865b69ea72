// SPDX-License-Identifier: Apache-2.0
//
// The facade's calls about linked issuers: registration, consent screen, link and renewal, sync, ending. The
// work is in authorize/, consent/ and sync/; what stands here is their order, so that a crash between two
// steps leaves less than was asked for, never more.
#include <algorithm>
#include <tuple>
#include <utility>

#include "engine/authorize/openssl_signer.h"
#include "engine/consent/screen.h"
#include "engine/engine_impl.h"
#include "engine/sync/linked_sync.h"

namespace meisai {

bool ConnectionReport::needs_attention() const noexcept {
  return held != 0 || rejected_count != 0 ||
         std::ranges::any_of(statements, [](const Statement& statement) { return statement.balanced == false; });
}

// ---- what the calls share -----------------------------------------------------------------------------------

Result<void> Engine::Impl::require_linked() const {
  if (ports.wire_lock && ports.consents && ports.transport && ports.profiles && !ports.linked_adapters.empty())
    return {};
  return fail(Code::protocol_unsupported, "this engine was made for files only");
}

Result<std::unique_ptr<LinkedIssuer>> Engine::Impl::read_issuer(const std::string& profile_text,
                                                                const std::string& name) {
  MEISAI_ASSIGN(IssuerProfile profile, ports.profiles->read(profile_text, name));
  const auto adapter =
      std::ranges::find_if(ports.linked_adapters, [&](const auto& one) { return one->family() == profile.family; });
  if (adapter == ports.linked_adapters.end())
    return fail(Code::profile_not_valid, "no adapter reads the family that the profile names");
  return (*adapter)->issuer(std::move(profile));
}

Result<Registration> Engine::Impl::registration_of(const IssuerId& issuer) {
  MEISAI_ASSIGN(std::vector<Registration> all, ports.control->registrations());
  const auto found = std::ranges::find(all, issuer, &Registration::issuer);
  if (found != all.end()) return std::move(*found);
  Error error{.code = Code::registration_missing,
              .what = "we are not registered at this issuer",
              .remedy = "`meisai issuers register ID --profile FILE --client-id ID`",
              .retry = Retry::after_user};
  error.where.issuer = issuer.text();
  return fail(std::move(error));
}

Result<const LinkedIssuer*> Engine::Impl::linked_issuer(const IssuerId& issuer) {
  MEISAI_ASSIGN(const Registration registration, registration_of(issuer));
  auto found = issuers.find(registration.profile_hash);
  if (found == issuers.end()) {
    MEISAI_ASSIGN(auto made, read_issuer(registration.profile_text, registration.issuer.text()));
    found = issuers.emplace(registration.profile_hash, std::move(made)).first;
  }
  return found->second.get();
}

Result<std::unique_ptr<Engine::Impl::Authorizing>> Engine::Impl::authorizing(const IssuerId& issuer,
                                                                             authorize::Caller caller) {
  MEISAI_ASSIGN(const LinkedIssuer* linked, linked_issuer(issuer));
  auto made = std::make_unique<Authorizing>();
  MEISAI_ASSIGN(made->registration, registration_of(issuer));
  if (made->registration.authentication == ClientAuthentication::private_key_jwt) {
    MEISAI_ASSIGN(const Secret pem, ports.consents->client_key(issuer));
    MEISAI_ASSIGN(made->signer, authorize::OpensslSigner::from_pem(pem, made->registration.key_id));
  }
  made->transport = std::make_unique<authorize::TransportView>(*wire);
  made->authorizer = std::make_unique<authorize::Authorizer>(
      authorize::AuthorizePorts{gate, *made->transport, *ports.consents, *ports.entropy,
                                [this](const AuditDraft& entry) { return ports.store->record(entry); },
                                // Also what a revocation's answer says: the last that is heard from an issuer whose
                                // consent is over, and what an erasure waits for.
                                [this](Instant at) { std::ignore = ports.control->note_trusted_time(at); }},
      *linked, made->registration, made->signer.get(), std::move(caller));
  return made;
}

consent::Lifecycle Engine::Impl::lifecycle(bool attended, GoOn go_on) {
  return {{gate, *ports.control, *ports.consents, *ports.store},
          [this, attended, go_on = std::move(go_on)](const Connection& connection,
                                                     const consent::StillStands& still_stands) -> Result<bool> {
            MEISAI_ASSIGN(const auto made, authorizing(connection.issuer, {.actor = attended ? "subject" : "engine",
                                                                           .attended = attended,
                                                                           .go_on = go_on}));
            // A consent that has only just begun may not have taken over its tokens yet: they too are given back.
            MEISAI_TRY(adopt_grants());
            return made->authorizer->revoke(connection.id, connection.consent.consent, still_stands);
          }};
}

// ---- registration -------------------------------------------------------------------------------------------

Result<RegisteredIssuer> Engine::register_issuer(const RegistrationRequest& request) {
  MEISAI_TRY(impl_->require_linked());
  MEISAI_ASSIGN(const auto issuer, impl_->read_issuer(request.profile_text, request.profile_name));
  const IssuerProfile& profile = issuer->profile();
  MEISAI_ASSIGN(const Facts facts, impl_->ports.control->facts());
  if (profile.sandbox && !facts.simulated)
    return fail(Code::not_simulated, "a sandbox issuer may be registered in a simulated store only",
                "make one with `meisai init --simulated`");
  if (request.client_id.empty()) return fail(Code::invalid_argument, "a registration needs a client id");

  Registration registration{.issuer = profile.id,
                            .profile_text = request.profile_text,
                            .profile_hash = sha256(request.profile_text),
                            .client_id = request.client_id,
                            .authentication = profile.authorization.client_authentication,
                            .key_id = request.key_id,
                            .registered_at = impl_->gate.now()};
  const std::string object = "issuer " + profile.id.text() + " profile " + hex(registration.profile_hash).substr(0, 12);
  if (registration.authentication == ClientAuthentication::private_key_jwt) {
    Secret kept;
    if (request.client_key.empty()) {
      MEISAI_ASSIGN(kept, impl_->ports.consents->client_key(profile.id));
      if (kept.empty())
        return fail(Code::invalid_argument, "this issuer wants signatures with a private key of ours",
                    "give the key's file: --key-file PEM");
    }
    const Secret& pem = request.client_key.empty() ? kept : request.client_key;
    MEISAI_ASSIGN(const auto signer, authorize::OpensslSigner::from_pem(pem, request.key_id));
    if (signer->algorithm() != profile.authorization.signing_algorithm)
      return fail(Code::invalid_argument, "the key does not fit the profile's signing algorithm");
    registration.key_id = signer->key_id();
    // The key first: a registration without its key could do nothing but fail.
    if (!request.client_key.empty())
      MEISAI_TRY(impl_->ports.consents->put_client_key(profile.id, pem, impl_->draft("client_key", object)));
  }
  MEISAI_TRY(impl_->ports.control->put_registration(registration, impl_->draft("register", object)));
  return RegisteredIssuer{std::move(registration), profile};
}

Result<std::vector<RegisteredIssuer>> Engine::registrations() {
  MEISAI_ASSIGN(std::vector<Registration> all, impl_->ports.control->registrations());
  std::vector<RegisteredIssuer> issuers;
  for (Registration& registration : all) {
    MEISAI_ASSIGN(const LinkedIssuer* issuer, impl_->linked_issuer(registration.issuer));
    issuers.push_back({std::move(registration), issuer->profile()});
  }
  return issuers;
}

// ---- consent and link ---------------------------------------------------------------------------------------

Result<Engine::Impl::Renewed> Engine::Impl::renewed(const LinkRequest& request) {
  MEISAI_ASSIGN(std::vector<Connection> connections, ports.control->connections());
  MEISAI_ASSIGN(std::vector<Consent> consents, ports.consents->consents());
  const auto connection =
      std::ranges::find_if(connections, [&](const Connection& c) { return c.consent.consent == *request.renews; });
  const auto consent = std::ranges::find(consents, *request.renews, &Consent::id);
  if (connection == connections.end() || consent == consents.end() || connection->issuer != request.issuer)
    return fail(Code::not_found, "no connection stands on this consent", "`meisai consent list` shows their ids");
  if (connection->state == ConnectionState::closed || connection->consent.end == ConsentEnd::withdrawn ||
      consent->end == ConsentEnd::withdrawn)
    return fail(Code::consent_withdrawn, "a consent that was withdrawn is not renewed",
                "`meisai link " + request.issuer.text() + "` begins anew", Retry::after_user);
  if (connection->consent.end == ConsentEnd::ending || consent->end == ConsentEnd::ending)
    return fail(Code::store_busy, "this consent is just being ended", "`meisai sync` finishes that; then try again",
                Retry::later);
  return Renewed{std::move(*connection), std::move(*consent)};
}

/// A second connection to the same account would fetch everything twice: only the person knows that it is another's.
Result<void> Engine::Impl::check_not_linked(const IssuerId& issuer) {
  MEISAI_ASSIGN(const std::vector<Connection> connections, ports.control->connections());
  for (const Connection& each : connections) {
    const bool can_be_renewed = each.state != ConnectionState::closed && each.consent.end != ConsentEnd::withdrawn &&
                                each.consent.end != ConsentEnd::ending;
    if (each.issuer != issuer || !can_be_renewed) continue;
    Error error{.code = Code::invalid_argument,
                .what = "connection " + each.id.text() + " to this company is there already",
                .remedy = "`meisai consent renew " + each.consent.consent.text() +
                          "` renews it; for another person's account add --another",
                .retry = Retry::after_user};
    error.where.issuer = issuer.text();
    return fail(std::move(error));
  }
  return {};
}

Result<ConsentScreen> Engine::consent_screen(const LinkRequest& request) {
  MEISAI_TRY(impl_->require_linked());
  MEISAI_ASSIGN(const LinkedIssuer* issuer, impl_->linked_issuer(request.issuer));
  if (request.renews) MEISAI_TRY(impl_->renewed(request));
  if (!request.renews && !request.another) MEISAI_TRY(impl_->check_not_linked(request.issuer));
  return consent::screen_of(issuer->profile(), request.end_terms, impl_->gate.now());
}

Result<Connection> Engine::link(const LinkRequest& request, const ConsentAct& act,
                                const LinkProgressCallback& progress) {
  MEISAI_ASSIGN(ConsentScreen screen, consent_screen(request));
  if (screen.hash != act.screen_hash || (act.language != "ja" && act.language != "en"))
    return fail(Code::consent_not_accepted, "what was agreed to is not what is shown now",
                "look at the screen again and agree to it", Retry::after_user);
  if (!impl_->ports.user_agent) return fail(Code::protocol_unsupported, "this engine was made without a browser");
  MEISAI_ASSIGN(const LinkedIssuer* issuer, impl_->linked_issuer(request.issuer));

  const Instant now = impl_->gate.now();
  Connection connection{.issuer = request.issuer, .linked_at = now};
  std::optional<Consent> before;
  if (request.renews) {
    MEISAI_ASSIGN(Impl::Renewed renewed, impl_->renewed(request));
    connection = std::move(renewed.connection);
    before = std::move(renewed.consent);
  } else {
    MEISAI_ASSIGN(std::string id, impl_->new_id(ledger::IdKind::connection));
    connection.id = ConnectionId(std::move(id));
  }
  MEISAI_ASSIGN(std::string consent_id, impl_->new_id(ledger::IdKind::consent));

  const auto go_on = [&progress] { return !progress || progress({.step = LinkProgress::Step::at_issuer}); };
  MEISAI_ASSIGN(const auto made,
                impl_->authorizing(request.issuer, {.actor = "subject", .attended = true, .go_on = go_on}));
  const LocalDate history_from(std::chrono::sys_days(date_in_japan(now)) - issuer->profile().limits.history);
  auto granted = made->authorizer->authorize(
      *impl_->ports.user_agent,
      {.connection = connection.id, .scopes = screen.scopes, .ends_at = screen.ends_at, .history_from = history_from});
  if (!granted) return impl_->refused("link", std::move(granted.error()));

  Consent consent{.id = ConsentId(std::move(consent_id)),
                  .connection = connection.id,
                  .issuer = request.issuer,
                  .version = before ? before->version + 1 : 1,
                  .holder = "individual",
                  .language = act.language,
                  .screen = std::move(screen),
                  .granted_at = impl_->gate.now(),
                  .ends_at = granted->ends_at,
                  .end_terms = request.end_terms,
                  .scopes = granted->scopes,
                  .purposes = {"household_ledger"},
                  .issuer_reference = granted->issuer_reference};
  granted->tokens.connection = connection.id;
  const ConsentId replaced = before ? before->id : ConsentId();
  if (auto kept = impl_->keep_grant(connection, consent, granted->tokens, replaced); !kept) {
    impl_->drop_grant(*made->authorizer, std::move(consent), std::move(*granted));
    kept.error().where.issuer = request.issuer.text();
    return impl_->refused("link", std::move(kept.error()));
  }
  // From here on it stands: tokens that cannot take their place now do so in the next sweep.
  if (auto adopted = impl_->adopt_grants(); !adopted) return impl_->refused("link", std::move(adopted.error()));
  if (before) impl_->supersede(*made->authorizer, std::move(*before));
  MEISAI_ASSIGN(const std::vector<Connection> connections, impl_->ports.control->connections());
  return *std::ranges::find(connections, connection.id, &Connection::id);
}

Result<std::vector<Connection>> Engine::connections() { return impl_->ports.control->connections(); }

Result<std::vector<Consent>> Engine::consents() {
  MEISAI_TRY(impl_->require_linked());
  return impl_->ports.consents->consents();
}

// ---- sync and ending ----------------------------------------------------------------------------------------

Result<SweepReport> Engine::sweep() {
  MEISAI_TRY(impl_->require_linked());
  return impl_->sweep({});
}

Result<Consent> Engine::revoke_consent(const ConsentId& id, EndTerms held) {
  MEISAI_TRY(impl_->require_linked());
  auto withdrawn = impl_->lifecycle(true).withdraw(id, held);
  impl_->end_superseded({});  // those before it as well
  return withdrawn;
}

Result<SyncReport> Engine::sync(const SyncOptions& options) {
  MEISAI_TRY(impl_->require_linked());
  // Expired consents end before anything else happens (10.2). An issuer that cannot be told is no reason to stop, and
  // neither is what another process hinders just now: what was begun refuses by itself, and the next sweep goes on.
  const auto go_on = [&options] {
    return !options.progress || options.progress({.step = LinkProgress::Step::exchanging});
  };
  if (auto swept = impl_->sweep(go_on); !swept) {
    const Code code = swept.error().code;
    if (!is_refusal(code) && code != Code::issuer_unreachable && code != Code::store_busy)
      return fail(std::move(swept.error()));
  }

  MEISAI_ASSIGN(const std::vector<Connection> all, impl_->ports.control->connections());
  std::vector<sync::Subject> subjects;
  for (const Connection& connection : all) {
    const bool wanted = options.connections.empty() ? connection.state != ConnectionState::closed
                                                    : std::ranges::count(options.connections, connection.id) != 0;
    if (wanted) subjects.push_back({connection, impl_->linked_issuer(connection.issuer)});
  }
  for (const ConnectionId& id : options.connections)
    if (std::ranges::count(all, id, &Connection::id) == 0)
      return fail(Code::not_found, "there is no such connection", "see `meisai connections`");

  const sync::AccessToken access_token = [&](const Connection& connection, bool renew) -> Result<Secret> {
    MEISAI_ASSIGN(const auto made,
                  impl_->authorizing(connection.issuer, {.actor = options.attended ? "subject" : "engine",
                                                         .attended = options.attended,
                                                         .go_on = go_on}));
    MEISAI_ASSIGN(Tokens tokens,
                  renew ? made->authorizer->refresh(connection.id) : made->authorizer->usable_tokens(connection.id));
    return std::move(tokens.access);
  };
  authorize::TransportView transport(*impl_->wire);
  MEISAI_ASSIGN(std::vector<sync::LinkedOutcome> outcomes,
                sync::sync_linked({impl_->gate, *impl_->ports.store, *impl_->ports.normalizer, *impl_->ports.control,
                                   *impl_->ports.entropy, transport},
                                  std::move(subjects), options, access_token));
  // Somebody else's data under this person's consent: nothing more is asked until a person has looked (INV-24).
  for (const sync::LinkedOutcome& outcome : outcomes)
    if (outcome.report.reason && outcome.report.reason->code == Code::wrong_owner)
      MEISAI_TRY(open_incident({.scope = CutoffScope::connection,
                                .connection = outcome.report.id,
                                .reason = "the issuer answered with another person's cards"}));
  MEISAI_ASSIGN(Impl::Reading now, impl_->read("sync_report"));
  SyncReport report;
  for (sync::LinkedOutcome& outcome : outcomes) {
    for (const StatementRow& row : now.reader.statement_rows()) {
      if (std::ranges::find(outcome.statements, row.key) == outcome.statements.end()) continue;
      MEISAI_ASSIGN(Statement statement, now.reader.statement(row));
      outcome.report.statements.push_back(std::move(statement));
    }
    report.connections.push_back(std::move(outcome.report));
  }
  MEISAI_ASSIGN(const std::uint64_t last, now.view->last_position());
  report.cursor =
      ledger::public_id(ledger::IdKind::cursor, now.reader.vault_tag(), static_cast<std::int64_t>(last) + 1);
  return report;
}

}  // namespace meisai
