// SPDX-License-Identifier: Apache-2.0
//
// Everything that is particular to one issuer's API, as data: names, addresses, vocabulary, limits, consent
// terms. Written as TOML, one file an issuer (docs/issuer-profile.md lists every key); a mistake in it is
// reported with its line and column. Plain values that own their text.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "meisai/connection.h"
#include "meisai/ids.h"
#include "meisai/ledger.h"
#include "meisai/ports/signer.h"

namespace meisai {

struct IssuerProfile {
  IssuerId id;
  std::string name_ja;
  std::string name_en;
  std::string family;       ///< `obie`
  std::string api_version;  ///< `3.1.11` (METI-2.3-iv)
  bool sandbox = false;     ///< loopback, private trust: accepted by simulated stores only

  /// Addresses. Every one is https.
  struct Endpoints {
    std::string authorization_server;  ///< the issuer identifier of RFC 8414; compared byte for byte
    std::string metadata;              ///< of the authorization server; empty: its well-known address
    std::string resource_base;         ///< without a slash at its end
    std::vector<std::string> origins;  ///< every scheme://host:port that may be asked
    std::string ca_pem;                ///< private trust anchors; empty: the system's
  } endpoints;

  struct Authorization {
    ClientAuthentication client_authentication = ClientAuthentication::private_key_jwt;
    SigningAlgorithm signing_algorithm = SigningAlgorithm::es256;
    std::vector<std::string> scopes;        ///< what is asked for
    std::vector<std::string> known_scopes;  ///< may be granted beside them and is dropped: identity claims (`openid`)
    std::string bearer_reason;              ///< why tokens are not bound to a key here (security profile, level C)
    bool refresh_may_be_repeated = false;   ///< the issuer states that a lost refresh may be sent again
    std::chrono::seconds default_access_life{300};  ///< where a token answer has no `expires_in`
  } authorization;

  struct ConsentRules {
    std::chrono::days longest{90};  ///< our cap and what is shown, where the issuer states nothing shorter
    bool at_issuer = true;          ///< the issuer keeps a consent object that is made first (OBIE)
    std::string intent_claim;       ///< claim that carries its id in the authorization request; empty: none
    std::vector<std::string> permissions;
    std::map<std::string, std::string> texts_ja;  ///< item key -> text; keys of ConsentItem
    std::map<std::string, std::string> texts_en;
    std::string text_version;
  } consent;

  struct Limits {
    std::chrono::days history{730};          ///< how far back the issuer answers
    std::chrono::days pending_term{7};       ///< a pending row that is absent for so long is removed
    std::chrono::days posting_delay{14};     ///< so long after a day of use its last rows may still come
    unsigned closing_day = 0;                ///< day of the month of 締め日; 31: the last one; 0: not stated
    unsigned payment_day = 0;                ///< day of the month of 支払日; 31: the last one; 0: not stated
    unsigned payment_months_later = 1;       ///< months from the closing day to the payment day
    std::chrono::days longest_query{180};    ///< longest range of one query; longer ones are cut
    std::chrono::seconds least_interval{0};  ///< between two looks
    std::uint32_t most_pages = 1000;         ///< of one listing
    std::uint32_t deepest_json = 32;
    std::uint64_t largest_body = std::uint64_t{32} << 20U;
    std::chrono::milliseconds total_timeout{60'000};
  } limits;

  /// Where optional facts stand that the family does not define: JSON pointers inside a record.
  struct Fields {
    std::string usage_date;
    std::string plan;
    std::string plan_index;
    std::string plan_count;
    std::string pending_reference;
    std::string billed;
    std::string remaining;
    std::string kind;  ///< a code that `kinds` reads
  } fields;

  bool transaction_id_is_stable = false;
  bool transaction_id_reviewed = false;  ///< its format cannot be a card number: it is not searched for one
  bool statements = true;                ///< the statement calls are offered
  std::string charge_word;               ///< direction word that means "charged to the card"
  std::string credit_word;
  struct KindWord {
    std::string word;
    TransactionKind kind = TransactionKind::purchase;
  };
  std::vector<KindWord> kinds;
  struct PlanWord {
    std::string word;
    PaymentType type = PaymentType::unknown;
    int count = 0;
  };
  std::vector<PlanWord> plans;

  struct Contact {
    std::string name;
    std::string address;  ///< where the person turns to
  } contact;
};

}  // namespace meisai
