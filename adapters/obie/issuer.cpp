// SPDX-License-Identifier: Apache-2.0
#include "adapters/obie/issuer.h"

#include <utility>

#include "adapters/obie/conversation.h"
#include "adapters/obie/obie.h"

namespace meisai::obie {
namespace {

class Obie final : public LinkedAdapter {
 public:
  std::string_view family() const override { return "obie"; }
  Result<std::unique_ptr<LinkedIssuer>> issuer(IssuerProfile profile) const override {
    MEISAI_ASSIGN(auto shape, Shape::make(std::move(profile)));
    return std::make_unique<ObieIssuer>(std::move(shape));
  }
};

tl::unexpected<Error> bad_consent(std::string what) {
  return fail(Code::answer_not_valid, "the issuer's answer about the consent cannot be read: " + std::move(what));
}

}  // namespace

std::unique_ptr<LinkedAdapter> make_obie() { return std::make_unique<Obie>(); }

std::string ObieIssuer::consents() const { return profile().endpoints.resource_base + std::string(consent_path); }

std::vector<HttpPathRule> ObieIssuer::resource_paths() const {
  return {{HttpMethod::get, profile().endpoints.resource_base + "/", false}};
}

std::vector<HttpPathRule> ObieIssuer::consent_paths() const {
  return {{HttpMethod::post, consents(), true},
          {HttpMethod::get, consents() + "/", false},
          {HttpMethod::delete_, consents() + "/", false}};
}

std::vector<std::pair<std::string, std::string>> ObieIssuer::headers() const {
  return {{"accept", "application/json"}};  // without it an encrypted answer is allowed
}

std::unique_ptr<Conversation> ObieIssuer::converse(const FetchPlan& plan) const {
  return std::make_unique<ObieConversation>(*shape_, plan);
}

ConsentCall ObieIssuer::create_consent(Instant ends_at, LocalDate history_from) const {
  std::string permissions;
  for (const std::string& each : profile().consent.permissions)
    permissions += (permissions.empty() ? "" : ",") + json::quoted(each);
  return {.method = HttpMethod::post,
          .url = consents(),
          .body = R"({"Data":{"Permissions":[)" + permissions + R"(],"ExpirationDateTime":)" +
                  json::quoted(rfc3339(ends_at)) + R"(,"TransactionFromDateTime":)" +
                  json::quoted(iso(history_from) + "T00:00:00Z") + R"(},"Risk":{}})",
          .content_type = "application/json"};
}

ConsentCall ObieIssuer::show_consent(const std::string& reference) const {
  return {.method = HttpMethod::get, .url = consents() + "/" + path_step(reference).value_or("-")};
}

ConsentCall ObieIssuer::revoke_consent(const std::string& reference) const {
  return {.method = HttpMethod::delete_, .url = consents() + "/" + path_step(reference).value_or("-")};
}

Result<IssuerConsent> ObieIssuer::read_consent(std::string_view body) const {
  json::Reader reader;
  MEISAI_ASSIGN(const json::Value answer, reader.read(body, shape_->json_limits()));
  const auto data = answer.find("Data", json::Kind::object);
  if (!data) return bad_consent("there is no object Data");
  IssuerConsent consent;
  consent.reference = data->string("ConsentId");
  if (!path_step(consent.reference)) return bad_consent("there is no usable ConsentId");
  const std::string_view status = data->string("Status");
  if (status.empty()) return bad_consent("there is no Status");
  consent.authorized = status == "Authorised";
  consent.ended = status == "Rejected" || status == "Revoked";
  if (const auto ends = data->find("ExpirationDateTime"); ends && !ends->is(json::Kind::null)) {
    auto at = parse_rfc3339(ends->text());
    if (!at) return bad_consent("ExpirationDateTime is no instant");
    consent.ends_at = *at;
  }
  if (const auto permissions = data->find("Permissions", json::Kind::array))
    for (const json::Value each : permissions->children())
      if (each.is(json::Kind::string)) consent.permissions.emplace_back(each.text());
  return consent;
}

}  // namespace meisai::obie
