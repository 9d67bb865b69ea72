// SPDX-License-Identifier: Apache-2.0
#include "engine/sync/linked_sync.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/model/http_dates.h"

namespace meisai::sync {
namespace {

/// How long the loop sleeps on the wire before it asks whether to go on.
constexpr std::chrono::milliseconds tick{100};
/// Where an issuer says "too many" and not until when.
constexpr std::chrono::minutes unstated_wait{15};

/// Random version 4 UUID, as x-fapi-interaction-id wants it.
Result<std::string> new_interaction(Entropy& entropy) {
  std::array<std::byte, 16> random{};
  MEISAI_TRY(entropy.fill(random));
  random[6] = (random[6] & std::byte{0x0f}) | std::byte{0x40};
  random[8] = (random[8] & std::byte{0x3f}) | std::byte{0x80};
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < random.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += digits[std::to_integer<std::size_t>(random[i] >> 4U)];
    text += digits[std::to_integer<std::size_t>(random[i] & std::byte{0x0f})];
  }
  return text;
}

Error answer_error(const Connection& connection, Code code, int status, std::string what, std::string remedy,
                   Retry retry) {
  Error error{.code = code, .what = std::move(what), .remedy = std::move(remedy), .retry = retry};
  error.what += " (HTTP " + std::to_string(status) + ")";
  error.where.issuer = connection.issuer.text();
  return error;
}

/// Verbs and status codes as such (METI-2.3-i-a).
Error error_of_status(const Connection& connection, const HttpResponse& response, Instant now) {
  const auto next = retry_after(response.header("retry-after"), now);
  const int status = response.status;
  if (status == 429) {
    Error error = answer_error(connection, Code::rate_limited, status, "the issuer was asked too often",
                               "wait until the time stated", Retry::later);
    error.next_allowed_at = next.value_or(now + unstated_wait);
    return error;
  }
  if (status == 401)
    return answer_error(connection, Code::reauth_required, status, "the issuer no longer accepts our token",
                        "`meisai consent renew " + connection.consent.consent.text() + "`", Retry::after_user);
  if (status == 403)
    return answer_error(connection, Code::issuer_failed, status, "the issuer does not let us see this",
                        "look at the consent in the issuer's own app; renew it if it was narrowed", Retry::after_user);
  Error error = answer_error(connection, Code::issuer_failed, status,
                             status >= 500 ? "the issuer cannot answer now" : "the issuer answered with an error",
                             "try again later", Retry::later);
  error.next_allowed_at = next;
  return error;
}

/// Refused before or while asking: nothing can be said of what is new there.
bool was_not_checked(Code code) {
  if (code == Code::store_busy || code == Code::registration_missing || code == Code::interrupted) return true;
  return is_refusal(code) && code != Code::schema_drift && code != Code::wrong_owner && code != Code::pan_detected;
}

/// One connection on its way.
struct Runner {
  std::unique_ptr<LinkedLook> look;  ///< null once it ended
  std::optional<HttpTransport::Ticket> ticket;
  HttpRules rules;
  Secret token;
  bool token_renewed = false;
  std::optional<HttpRequest> again;  ///< the request under way, to be asked once more with another token
};

HttpRequest copy_without_token(const HttpRequest& request) {
  return {.method = request.method, .url = request.url, .headers = request.headers};
}

class LinkedSync {
 public:
  LinkedSync(const LinkedSyncPorts& ports, const SyncOptions& options, const AccessToken& access_token)
      : ports_(ports), options_(options), access_token_(access_token) {}

  Result<std::vector<LinkedOutcome>> run(std::vector<Subject> subjects) {
    outcomes_.resize(subjects.size());
    runners_.resize(subjects.size());
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      MEISAI_TRY(report_progress());
      start(i, subjects[i]);
    }
    while (under_way() != 0) {
      move_on();
      for (auto& ended : ports_.transport.wait(tick)) take(std::move(ended));
      MEISAI_TRY(report_progress());
    }
    return std::move(outcomes_);
  }

 private:
  [[nodiscard]] std::size_t under_way() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(runners_, [](const Runner& runner) { return runner.look != nullptr; }));
  }

  void move_on() {
    for (std::size_t i = 0; i < runners_.size(); ++i)
      if (runners_[i].look && !runners_[i].ticket) step(i);
  }

  Result<void> report_progress() {
    if (!options_.progress) return {};
    LinkProgress progress{.step = LinkProgress::Step::syncing};
    progress.connections_total = runners_.size();
    for (std::size_t i = 0; i < runners_.size(); ++i) {
      const ConnectionReport& report = runners_[i].look ? runners_[i].look->report() : outcomes_[i].report;
      progress.pages += report.pages;
      progress.records += report.added + report.modified + report.unchanged;
      if (!runners_[i].look && report.outcome != SyncOutcome::none) ++progress.connections_done;
    }
    if (options_.progress(progress)) return {};
    for (std::size_t i = 0; i < runners_.size(); ++i) {
      if (!runners_[i].look) continue;
      if (runners_[i].ticket) ports_.transport.abandon(*runners_[i].ticket);
      end(i, Error{.code = Code::interrupted, .what = "stopped"});
    }
    return fail(Code::interrupted, "stopped; what is stored is complete windows only");
  }

  void start(std::size_t index, const Subject& subject) {
    ConnectionReport& report = outcomes_[index].report;
    report.id = subject.connection.id;
    report.issuer = subject.connection.issuer;
    if (!subject.issuer) return note(index, subject.connection, subject.issuer.error());
    const Instant now = ports_.gate.now();
    if (auto wait = must_wait(subject.connection, **subject.issuer, now))
      return note(index, subject.connection, std::move(*wait));
    auto interaction = new_interaction(ports_.entropy);
    if (!interaction) return note(index, subject.connection, interaction.error());
    Runner& runner = runners_[index];
    runner.rules = resource_rules(**subject.issuer);
    runner.look = std::make_unique<LinkedLook>(LookPorts{ports_.gate, ports_.store, ports_.normalizer},
                                               **subject.issuer, subject.connection, options_.attended, *interaction);
    if (auto begun = runner.look->begin(); !begun) return end(index, begun.error());
    if (auto permit = runner.look->permit(); !permit) return end(index, permit.error());  // before any token moves
    auto token = access_token_(subject.connection, false);
    if (!token) return end_without_token(index, token.error());
    runner.token = std::move(*token);
  }

  static std::optional<Error> must_wait(const Connection& connection, const LinkedIssuer& issuer, Instant now) {
    std::optional<Instant> until = connection.last.next_allowed_at;
    if (connection.last.data_as_of) {
      const Instant rested = *connection.last.data_as_of + issuer.profile().limits.least_interval;
      until = std::max(until.value_or(rested), rested);
    }
    if (!until || *until <= now) return std::nullopt;
    Error error{.code = Code::rate_limited,
                .what = "this issuer may not be asked again yet",
                .remedy = "wait until the time stated",
                .retry = Retry::later,
                .next_allowed_at = until};
    error.where.issuer = connection.issuer.text();
    return error;
  }

  /// Sends the next request, or ends the look.
  void step(std::size_t index) {
    Runner& runner = runners_[index];
    std::optional<HttpRequest> request;
    if (runner.again) {
      request = std::exchange(runner.again, std::nullopt);
    } else {
      auto next = runner.look->next_request();
      if (!next) return end(index, next.error());
      if (!*next) return end(index, std::nullopt);
      request = std::move(**next);
    }
    request->bearer = runner.token.clone();
    runner.again = copy_without_token(*request);
    auto permit = runner.look->permit();
    if (!permit) return end(index, permit.error());
    auto crossing = std::move(*permit).cross();
    if (!crossing) return end(index, crossing.error());
    auto ticket = ports_.transport.begin(std::move(*request), runner.rules, std::move(*crossing));
    if (!ticket) return end(index, ticket.error());
    runner.ticket = *ticket;
  }

  void take(HttpTransport::Ended ended) {
    const auto found = std::ranges::find_if(runners_, [&](const Runner& r) { return r.ticket == ended.ticket; });
    if (found == runners_.end()) return;  // not one of ours
    const auto index = static_cast<std::size_t>(found - runners_.begin());
    Runner& runner = *found;
    runner.ticket.reset();
    if (!ended.result) return end(index, ended.result.error());
    const HttpResponse& response = *ended.result;
    // A second source of time, for what cannot be undone (requirements 10.8). Not having it is no failure.
    if (const auto date = http_date(response.header("date"))) std::ignore = ports_.control.note_trusted_time(*date);
    if (response.status == 401 && !runner.token_renewed) return renew_token(index);
    if (response.status != 200) {
      const Connection& connection = runner.look->connection();
      if (response.status == 401) ask_for_the_person(connection);
      return end(index, error_of_status(connection, response, ports_.gate.now()));
    }
    runner.again.reset();
    if (auto accepted = runner.look->accept(response); !accepted) return end(index, accepted.error());
  }

  /// Once a look: an access token may die before its time. A token that was renewed and is refused is the
  /// issuer's no, and never asked around (METI-3.3.1-ii-b).
  void renew_token(std::size_t index) {
    Runner& runner = runners_[index];
    runner.token_renewed = true;
    auto token = access_token_(runner.look->connection(), true);
    if (!token) return end_without_token(index, token.error());
    runner.token = std::move(*token);
  }

  void end_without_token(std::size_t index, const Error& error) {
    // Whoever withdrew or cut off meanwhile took the tokens too: that is what the person must hear.
    if (auto permit = runners_[index].look->permit(); !permit) return end(index, permit.error());
    const bool needs_person = error.code == Code::reauth_required || error.code == Code::token_indeterminate ||
                              error.code == Code::token_missing;
    if (needs_person) ask_for_the_person(runners_[index].look->connection());
    end(index, error);
  }

  /// Says nothing of a connection that was renewed or closed meanwhile.
  void ask_for_the_person(const Connection& connection) {
    std::ignore =
        ports_.control.set_connection_state(connection.id, connection.consent.consent, ConnectionState::reauth_required,
                                            {.at = ports_.gate.now(),
                                             .actor = "engine",
                                             .operation = "connection_state",
                                             .object = "connection " + connection.id.text() + " reauth_required",
                                             .result = "done",
                                             .reason = std::string(name_of(Code::reauth_required))});
  }

  void end(std::size_t index, std::optional<Error> error) {
    Runner& runner = runners_[index];
    LinkedLook& look = *runner.look;
    if (error) look.fail_with(*error);
    outcomes_[index].report = std::move(look.report());
    outcomes_[index].statements = look.statements();
    const Connection connection = look.connection();
    runner.look.reset();
    if (error) return note(index, connection, std::move(*error));
    ConnectionReport& report = outcomes_[index].report;
    report.outcome = report.added + report.modified + report.removed != 0 ? SyncOutcome::fresh : SyncOutcome::unchanged;
    const Instant now = ports_.gate.now();
    save(index, connection, {.outcome = report.outcome, .checked_at = now, .data_as_of = now});
  }

  void note(std::size_t index, const Connection& connection, Error error) {
    ConnectionReport& report = outcomes_[index].report;
    if (error.where.issuer.empty()) error.where.issuer = connection.issuer.text();
    report.outcome = was_not_checked(error.code) ? SyncOutcome::not_checked : SyncOutcome::failed;
    report.next_allowed_at = error.next_allowed_at;
    ConnectionOutcome outcome{.outcome = report.outcome,
                              .reason = std::string(name_of(error.code)),
                              .checked_at = ports_.gate.now(),
                              .data_as_of = connection.last.data_as_of,
                              .next_allowed_at = error.next_allowed_at};
    // Waiting for its turn or the clock says nothing about when the issuer may be asked.
    if (error.code != Code::rate_limited && error.code != Code::issuer_failed) outcome.next_allowed_at.reset();
    report.reason = std::move(error);
    save(index, connection, outcome);
  }

  void save(std::size_t index, const Connection& connection, const ConnectionOutcome& outcome) {
    auto noted = ports_.control.note_outcome(connection.id, outcome);
    if (!noted && !outcomes_[index].report.reason) outcomes_[index].report.reason = noted.error();
  }

  const LinkedSyncPorts& ports_;
  const SyncOptions& options_;
  const AccessToken& access_token_;
  std::vector<Runner> runners_;
  std::vector<LinkedOutcome> outcomes_;
};

}  // namespace

Result<std::vector<LinkedOutcome>> sync_linked(const LinkedSyncPorts& ports, std::vector<Subject> subjects,
                                               const SyncOptions& options, const AccessToken& access_token) {
  return LinkedSync(ports, options, access_token).run(std::move(subjects));
}

HttpRules resource_rules(const LinkedIssuer& issuer) {
  const IssuerProfile& profile = issuer.profile();
  return {.issuer = profile.id.text(),
          .pool = profile.id.text(),
          .paths = issuer.resource_paths(),
          .sandbox = profile.sandbox,
          .ca_pem = profile.endpoints.ca_pem,
          .total_timeout = profile.limits.total_timeout,
          .largest_body = profile.limits.largest_body};
}

}  // namespace meisai::sync
