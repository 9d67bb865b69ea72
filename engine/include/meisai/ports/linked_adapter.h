// SPDX-License-Identifier: Apache-2.0
//
// How an issuer talks over its API. Sans-I/O (I10): a conversation names its next request and takes the
// answer; the engine decides, sends and stores. Same answers in, same records out. Implementations live in
// adapters/<family>/.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "meisai/issuer_profile.h"
#include "meisai/ports/adapter.h"
#include "meisai/ports/http.h"

namespace meisai {

/// A statement that is closed, complete and balanced, as the issuer stated it: its rows need no new look while the
/// issuer states the same.
struct SettledStatement {
  std::string reference;  ///< the issuer's own id
  std::optional<LocalDate> closing_date;
  std::optional<LocalDate> payment_due_date;
  std::optional<std::int64_t> stated_total_minor;
  Currency currency = Currency::jpy();
};
/// A card that earlier looks at the connection have met.
struct KnownCard {
  LocalDate from{};  ///< earliest day wanted
  std::vector<SettledStatement> settled;
};

/// What the engine knows already, so that a conversation asks only for what is new.
struct FetchPlan {
  LocalDate today{};
  LocalDate from{};  ///< earliest day wanted of a card that is not known: all that the profile offers
  /// Empty for a card that is not known. Outlives neither the store nor the look.
  std::function<std::optional<KnownCard>(const CardClue& card)> known_card;
};

/// A GET to the resource server.
struct IssuerRequest {
  std::string url;
};
struct IssuerAnswer {
  std::string_view url;  ///< that was asked
  int status = 200;
  std::string_view content_type;
  std::string_view body;
};

/// Ends a document of the conversation: everything since the last one is one complete view.
struct FetchedDocument {
  const LayoutInfo* layout = nullptr;  ///< owned by the LinkedIssuer
  DocumentFacts facts;
  std::string name;              ///< endpoint template, `/accounts/{AccountId}/transactions`; never an id
  std::uint32_t card = no_card;  ///< the card that it is about, also where it has no record; index into cards()
  /// For WindowRule::card_range: the days for which the view is complete, both included.
  std::optional<LocalDate> complete_from;
  std::optional<LocalDate> complete_to;
};
/// Pages belong to the document whose end comes next.
using FetchedPiece = std::variant<RawPage, FetchedDocument>;

/// One look at one connection. Not thread-safe.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// The next request; empty when everything was asked. Errors: `answer_not_valid` (an endless or foreign next
  /// link, too many pages), `insecure_url`.
  [[nodiscard]] virtual Result<std::optional<IssuerRequest>> next_request() = 0;
  /// Takes the answer (status 200) to the last request. Errors: `answer_not_valid`, `schema_drift` (the frame or
  /// more than half of a page's records cannot be read), `no_card_account`, `card_ambiguous`.
  [[nodiscard]] virtual Result<void> accept(const IssuerAnswer& answer) = 0;
  /// What is complete so far, in order; empty when there is nothing yet.
  [[nodiscard]] virtual std::optional<FetchedPiece> take_piece() = 0;
  /// Cards met so far; indexes are stable over the conversation. The caller may take key texts.
  [[nodiscard]] virtual std::span<const CardClue> cards() const = 0;
};

/// What the issuer keeps of a consent.
struct IssuerConsent {
  std::string reference;
  bool authorized = false;  ///< the person has agreed there
  bool ended = false;       ///< rejected, revoked, expired there
  std::optional<Instant> ends_at;
  std::vector<std::string> permissions;
};
/// A call to a consent endpoint, for engine/authorize alone.
struct ConsentCall {
  HttpMethod method = HttpMethod::post;
  std::string url;
  std::string body;
  std::string content_type;
};

/// One issuer of a family, made from its profile. Thread-safe: all calls are const.
class LinkedIssuer {
 public:
  virtual ~LinkedIssuer() = default;
  [[nodiscard]] virtual const IssuerProfile& profile() const = 0;
  [[nodiscard]] virtual std::span<const LayoutInfo> layouts() const = 0;
  /// Verbs by path: GET below the resource base, and the consent endpoint for engine/authorize.
  [[nodiscard]] virtual std::vector<HttpPathRule> resource_paths() const = 0;
  [[nodiscard]] virtual std::vector<HttpPathRule> consent_paths() const = 0;
  /// Headers that every resource request of the family carries, besides authorization and request id.
  [[nodiscard]] virtual std::vector<std::pair<std::string, std::string>> headers() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Conversation> converse(const FetchPlan& plan) const = 0;

  [[nodiscard]] virtual ConsentCall create_consent(Instant ends_at, LocalDate history_from) const = 0;
  [[nodiscard]] virtual ConsentCall show_consent(const std::string& reference) const = 0;
  [[nodiscard]] virtual ConsentCall revoke_consent(const std::string& reference) const = 0;
  [[nodiscard]] virtual Result<IssuerConsent> read_consent(std::string_view body) const = 0;
};

/// One family of APIs.
class LinkedAdapter {
 public:
  virtual ~LinkedAdapter() = default;
  [[nodiscard]] virtual std::string_view family() const = 0;
  /// `profile_not_valid` where the profile lacks something that the family needs.
  [[nodiscard]] virtual Result<std::unique_ptr<LinkedIssuer>> issuer(IssuerProfile profile) const = 0;
};

/// Reads the text of a profile.
class ProfileReader {
 public:
  virtual ~ProfileReader() = default;
  /// `profile_not_valid` with line and column, and every mistake of the file in `what`, one a line.
  [[nodiscard]] virtual Result<IssuerProfile> read(std::string_view toml, const std::string& name) const = 0;
};

}  // namespace meisai
