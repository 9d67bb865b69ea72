// SPDX-License-Identifier: Apache-2.0
//
// `link` and `consent renew`: the screen first, the person's acts, then the browser. Nothing is sent to the
// issuer before the person has agreed.
#include <algorithm>

#include "apps/meisai/browser.h"
#include "apps/meisai/commands/commands.h"
#include "apps/meisai/consent_screen.h"
#include "apps/meisai/json.h"
#include "apps/meisai/progress.h"
#include "apps/meisai/words.h"

namespace meisai::cli {
namespace {

Result<std::unique_ptr<Engine>> open_for_linking(const Session& session, bool no_browser) {
  kit::OpenOptions options;
  options.open_address = [&session, no_browser](const std::string& url) {
    return show_address(session, no_browser, url);
  };
  return session.open_store(std::move(options));
}

Exit show_linked(const Session& session, Engine& engine, const Connection& connection) {
  if (session.json()) {
    session.print(json::connections(std::span(&connection, 1), session.now()));
    return Exit::done;
  }
  session.print(
      session.say(Text::link_done, {IssuerNames(session, engine).of(connection.issuer), connection.id.text()}));
  session.print(
      session.say(Text::link_consent, {connection.consent.consent.text(), rfc3339(connection.consent.not_after)}));
  session.note(session.say(Text::link_next));
  return Exit::done;
}

Result<Exit> link(const Session& session, Engine& engine, const LinkRequest& request, const LinkOptions& options) {
  MEISAI_ASSIGN(const ConsentScreen screen, engine.consent_screen(request));
  bool simulated = false;
  if (options.accept) {
    MEISAI_ASSIGN(const Status status, engine.status());
    simulated = status.simulated;
  }
  if (auto agreed = agree_to(session, screen, options.accept, simulated); !agreed) {
    const Error& error = agreed.error();
    if (error.code != Code::consent_not_accepted || !session.json()) return tl::unexpected(error);
    session.print(json::not_accepted(error, screen));
    return exit_of(error.code);
  }
  const ConsentAct act{.screen_hash = screen.hash, .language = session.language() == Language::ja ? "ja" : "en"};
  Result<Connection> linked = [&] {
    ProgressDisplay display(session, std::string(session.say(Text::linking)));
    return engine.link(request, act, [&display](const LinkProgress& progress) { return display(progress); });
  }();
  if (!linked) return tl::unexpected(std::move(linked).error());
  return show_linked(session, engine, *linked);
}

}  // namespace

Result<Exit> execute(const Session& session, const LinkArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, open_for_linking(session, arguments.options.no_browser));
  LinkRequest request;
  request.issuer = arguments.issuer;
  request.another = arguments.another;
  request.end_terms = arguments.options.end_terms.value_or(EndTerms::keep);
  return link(session, *engine, request, arguments.options);
}

Result<Exit> execute(const Session& session, const ConsentRenewArguments& arguments) {
  MEISAI_ASSIGN(const auto engine, open_for_linking(session, arguments.options.no_browser));
  MEISAI_ASSIGN(const std::vector<Consent> consents, engine->consents());
  const auto old =
      std::find_if(consents.begin(), consents.end(), [&](const Consent& c) { return c.id == arguments.id; });
  if (old == consents.end()) return fail(Code::not_found, "no consent has this id", "see `meisai consent list`");
  LinkRequest request;
  request.issuer = old->issuer;
  request.end_terms = arguments.options.end_terms.value_or(old->end_terms);
  request.renews = old->id;
  return link(session, *engine, request, arguments.options);
}

}  // namespace meisai::cli
