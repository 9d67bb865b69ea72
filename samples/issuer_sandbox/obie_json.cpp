// SPDX-License-Identifier: Apache-2.0
//
// あおば writes whole yen, Tokyo time, UK.OBIE name spaces and facts of its own in SupplementaryData; みなと
// writes two decimals, midnight at +00:00, and its kinds as proprietary codes. Both are valid OBIE 3.1.11.
#include "samples/issuer_sandbox/obie_json.h"

#include <array>
#include <sstream>
#include <utility>

#include "samples/issuer_sandbox/http_message.h"

namespace sandbox {
namespace {

constexpr Civil whole_day = day_length;

/// Members in the order in which they are given.
class Members {
 public:
  Members& text(const char* name, const std::string& value) { return raw(name, json_string(value)); }
  Members& raw(const char* name, const std::string& json) {
    members_ += (members_.empty() ? "\"" : ",\"") + std::string(name) + "\":" + json;
    return *this;
  }
  [[nodiscard]] std::string json() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

std::string array_of(const std::vector<std::string>& elements) {
  std::string json = "[";
  for (const std::string& element : elements) {
    json += (json.size() > 1 ? "," : "") + element;
  }
  return json + "]";
}

std::string moment(const Company& company, Civil at) {
  return civil_text(at) + (company.states_usage ? "+09:00" : "+00:00");
}

std::string yen_text(const Company& company, std::int64_t yen) {
  return std::to_string(yen < 0 ? -yen : yen) + (company.states_usage ? "" : ".00");
}

std::string amount_json(const Company& company, std::int64_t yen) {
  return Members().text("Amount", yen_text(company, yen)).text("Currency", "JPY").json();
}

std::string typed_amount(const Company& company, const char* type, std::int64_t yen) {
  return Members()
      .text("CreditDebitIndicator", yen < 0 ? "Credit" : "Debit")
      .text("Type", std::string("UK.OBIE.") + type)
      .raw("Amount", amount_json(company, yen))
      .json();
}

std::string kind_word(const Company& company, Kind kind) {
  static constexpr std::array<std::pair<const char*, const char*>, 6> words{
      {{"SALE", "10"}, {"REFUND", "20"}, {"FEE", "30"}, {"INTEREST", "31"}, {"PAYMENT", "40"}, {"REPAYMENT", "50"}}};
  const auto& [long_word, code] = words.at(static_cast<std::size_t>(kind));
  return company.states_usage ? long_word : code;
}

std::string plan_word(const Company& company, const Row& row) {
  switch (row.plan) {
    case Plan::none:
      return {};
    case Plan::one_time:
      return company.states_usage ? "ONE_TIME" : "1回払い";
    case Plan::revolving:
      return company.states_usage ? "REVOLVING" : "リボ払い";
    case Plan::instalments:
      return company.states_usage ? "INSTALMENTS" : std::to_string(row.count) + "回払い";
  }
  return {};
}

std::string exchange_json(const Company& company, const Foreign& foreign) {
  return Members()
      .text("SourceCurrency", foreign.currency)
      .text("TargetCurrency", "JPY")
      .text("UnitCurrency", foreign.currency)
      .raw("ExchangeRate", foreign.rate)
      .text("QuotationDate", moment(company, foreign.date))
      .raw("InstructedAmount", Members().text("Amount", foreign.amount).text("Currency", foreign.currency).json())
      .json();
}

std::string supplementary_json(const Company& company, const Row& row) {
  Members extra;
  if (company.states_usage) {
    extra.text("UsageDate", civil_text(row.used).substr(0, 10)).text("Kind", kind_word(company, row.kind));
  }
  if (const std::string plan = plan_word(company, row); !plan.empty()) {
    extra.text("Plan", plan);
  }
  if (row.plan == Plan::instalments) {
    extra.raw("PlanIndex", std::to_string(row.index)).raw("PlanCount", std::to_string(row.count));
  }
  if (row.billed && !row.pending && company.states_usage) {
    extra.text("BilledAmount", yen_text(company, row.yen));
  }
  if (row.remaining && company.states_usage) {
    extra.text("RemainingAmount", yen_text(company, *row.remaining));
  }
  if (!row.authorisation.empty() && company.states_usage) {
    extra.text("AuthorisationId", row.authorisation);
  }
  return extra.json();
}

}  // namespace

Civil booked_as_stated(const Company& company, const Row& row) {
  return company.states_usage ? row.booked : row.booked - row.booked % whole_day;
}

std::string consent_json(const ConsentObject& consent) {
  std::vector<std::string> permissions;
  for (const std::string& permission : consent.permissions) {
    permissions.push_back(json_string(permission));
  }
  Members data;
  data.text("ConsentId", consent.id)
      .text("CreationDateTime", instant_text(consent.created))
      .text("Status", consent.status)
      .text("StatusUpdateDateTime", instant_text(consent.updated))
      .raw("Permissions", array_of(permissions));
  const auto bound = [&](const char* name, const std::optional<Seconds>& instant) {
    if (instant) {
      data.text(name, instant_text(*instant));
    }
  };
  bound("ExpirationDateTime", consent.expires);
  bound("TransactionFromDateTime", consent.from);
  bound("TransactionToDateTime", consent.to);
  return data.json();
}

std::string account_json(const Company& company, std::size_t card, const std::string& account, bool detail) {
  const CompanyCard& face = company.cards.at(card);
  Members members;
  members.text("AccountId", account)
      .text("Status", "Enabled")
      .text("StatusUpdateDateTime", "2024-04-01T00:00:00+00:00")
      .text("Currency", "JPY")
      .text("AccountType", "Personal")
      .text("AccountSubType", "CreditCard")
      .text("Nickname", face.nickname);
  if (detail) {
    members.raw("Account", array_of({Members()
                                         .text("SchemeName", "UK.OBIE.PAN")
                                         .text("Identification", company.mask + face.last4)
                                         .text("Name", "ﾐﾎﾝ ﾊﾅｺ")
                                         .json()}));
  }
  return members.json();
}

std::string statement_json(const Company& company, const Statement& statement, const std::string& account) {
  const auto date = [&](const char* type, Civil at) {
    return Members().text("DateTime", moment(company, at)).text("Type", std::string("UK.OBIE.") + type).json();
  };
  return Members()
      .text("AccountId", account)
      .text("StatementId", statement.id)
      .text("StatementReference", statement.reference)
      .text("Type", "RegularPeriodic")
      .text("StartDateTime", moment(company, statement.start))
      .text("EndDateTime", moment(company, statement.end))
      .text("CreationDateTime", moment(company, statement.created))
      .raw("StatementDescription", array_of({json_string(statement.reference + " ご利用代金明細")}))
      .raw("StatementAmount", array_of({typed_amount(company, "ClosingBalance", statement.total)}))
      .raw("StatementDateTime", array_of({date("PaymentDue", statement.due)}))
      .json();
}

std::string row_json(const Company& company, const Row& row, const std::string& account) {
  const Civil booked = booked_as_stated(company, row);
  Members members;
  members.text("AccountId", account)
      .text("TransactionId", row.id)
      .text("CreditDebitIndicator", row.credit ? "Credit" : "Debit")
      .text("Status", row.pending ? "Pending" : "Booked")
      .text("TransactionMutability", row.pending ? "Mutable" : "Immutable")
      .text("BookingDateTime", moment(company, booked))
      .text("TransactionInformation", row.merchant)
      .raw("Amount", amount_json(company, row.yen));
  if (row.foreign) {
    members.raw("CurrencyExchange", exchange_json(company, *row.foreign));
  }
  if (!company.states_usage) {
    members.raw("ProprietaryBankTransactionCode",
                Members().text("Code", kind_word(company, row.kind)).text("Issuer", company.id).json());
  }
  if (row.kind == Kind::sale) {
    members.raw("MerchantDetails", Members().text("MerchantName", row.merchant).json());
  }
  members.raw("CardInstrument", Members()
                                    .text("CardSchemeName", company.scheme)
                                    .text("Identification", company.mask + company.cards.at(row.card).last4)
                                    .json());
  return members.raw("SupplementaryData", supplementary_json(company, row)).json();
}

std::string document_json(const std::string& member, const std::vector<std::string>& records, const PageLinks& links) {
  Members link;
  link.text("Self", links.self).text("First", links.first);
  if (!links.previous.empty()) {
    link.text("Prev", links.previous);
  }
  if (!links.next.empty()) {
    link.text("Next", links.next);
  }
  link.text("Last", links.last);
  Members meta;
  meta.raw("TotalPages", std::to_string(links.pages));
  if (!links.first_available.empty()) {
    meta.text("FirstAvailableDateTime", links.first_available).text("LastAvailableDateTime", links.last_available);
  }
  return Members()
      .raw("Data", Members().raw(member.c_str(), array_of(records)).json())
      .raw("Links", link.json())
      .raw("Meta", meta.json())
      .json();
}

}  // namespace sandbox
