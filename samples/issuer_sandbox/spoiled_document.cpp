// SPDX-License-Identifier: Apache-2.0
//
// The document is read, changed and written again, so that it stays good JSON around the fault.
#include "samples/issuer_sandbox/spoiled_document.h"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/ParseHandler.h>
#include <Poco/JSON/Parser.h>

#include <sstream>
#include <string_view>
#include <vector>

namespace sandbox {
namespace {

using Object = Poco::JSON::Object;

std::vector<Object::Ptr> records_of(const Object& document) {
  std::vector<Object::Ptr> records;
  const Object::Ptr data = document.getObject("Data");
  for (const char* const name : {"Account", "Statement", "Transaction"}) {
    const Poco::JSON::Array::Ptr list = data ? data->getArray(name) : Poco::JSON::Array::Ptr();
    for (std::size_t i = 0; list && i < list->size(); ++i) {
      records.push_back(list->getObject(static_cast<unsigned>(i)));
    }
  }
  return records;
}

void rename(Object& record, const std::string& from, const std::string& to) {
  if (record.has(from)) {
    record.set(to, record.get(from));
    record.remove(from);
  }
}

std::string backwards(const std::string& text) { return {text.rbegin(), text.rend()}; }

void give_to_another(Object& record, bool keep_ids) {
  if (!keep_ids) {
    record.set("AccountId", backwards(record.getValue<std::string>("AccountId")));
  }
  if (record.has("TransactionInformation")) {
    record.set("TransactionInformation", "ﾍﾞﾂﾉ ﾐｾ");
  }
  if (Object::Ptr merchant = record.getObject("MerchantDetails"); merchant) {
    merchant->set("MerchantName", "ﾍﾞﾂﾉ ﾐｾ");
  }
  Poco::JSON::Array::Ptr faces = record.getArray("Account");
  for (std::size_t i = 0; faces && i < faces->size(); ++i) {
    Object::Ptr face = faces->getObject(static_cast<unsigned>(i));
    face->set("Identification", backwards(face->getValue<std::string>("Identification")));
    face->set("Name", "ﾍﾞﾂ ﾀﾛｳ");
  }
}

std::string parameter(const Fault& fault, const char* name, const char* otherwise) {
  const std::string given = at(fault.parameters, name);
  return given.empty() ? otherwise : given;
}

void spoil_record(const Fault& fault, Object& record) {
  if (fault.kind == "wrong_owner") {
    give_to_another(record, parameter(fault, "keep_ids", "false") == "true");
  } else if (fault.kind == "pan_in_field") {
    const std::string field = parameter(fault, "field", "TransactionInformation");
    const bool free_text = field == "TransactionInformation" && record.has(field);
    const std::string before = free_text ? record.getValue<std::string>(field) + " " : "";
    record.set(field, before + std::string(planted_card_number));
  } else if (fault.kind == "schema_drift") {
    const std::string member = parameter(fault, "member", "Amount");
    rename(record, member, parameter(fault, "renamed", ("Drifted" + member).c_str()));
  } else if (fault.kind == "turned_sign" && record.has("CreditDebitIndicator")) {
    const bool was_debit = record.getValue<std::string>("CreditDebitIndicator") == "Debit";
    record.set("CreditDebitIndicator", was_debit ? "Credit" : "Debit");
  } else if (fault.kind == "optional_wrong") {
    record.set(parameter(fault, "member", "CurrencyExchange"), 42);
  }
}

void spoil_links(const Fault& fault, const std::string& origin, const Request& request, Object& document) {
  Object::Ptr links = document.getObject("Links");
  if (!links) {
    return;
  }
  if (fault.kind == "next_other_host") {
    links->set("Next", parameter(fault, "to", "https://elsewhere.invalid/open-banking/v3.1/aisp/accounts"));
  } else if (parameter(fault, "growing", "false") == "true") {
    links->set("Next", origin + request.path + "?page=1&never=" + random_name(6));
  } else {
    links->set("Next", links->getValue<std::string>("Self"));
  }
}

}  // namespace

void spoil_document(const Fault& fault, const std::string& origin, const Request& request, Response& response) {
  try {
    Poco::JSON::Parser parser(new Poco::JSON::ParseHandler(true));
    Object::Ptr document = parser.parse(response.body).extract<Object::Ptr>();
    if (fault.kind == "next_other_host" || fault.kind == "endless_next") {
      spoil_links(fault, origin, request, *document);
    }
    const std::string only = at(fault.parameters, "record");
    std::size_t number = 0;
    for (Object::Ptr record : records_of(*document)) {
      if (only.empty() || only == std::to_string(number)) {
        spoil_record(fault, *record);
      }
      ++number;
    }
    std::ostringstream text;
    document->stringify(text);
    response.body = text.str();
  } catch (const Poco::Exception&) {
    return;  // not such a document: nothing to spoil
  }
}

}  // namespace sandbox
