// SPDX-License-Identifier: Apache-2.0
//
// Poco's HTTP server, one handler, a table of calls.
#include "samples/issuer_sandbox/control_server.h"

#include <Poco/Dynamic/Var.h>
#include <Poco/Exception.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerParams.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/StreamCopier.h>

#include <utility>
#include <vector>

#include "samples/issuer_sandbox/clock.h"
#include "samples/issuer_sandbox/faults.h"
#include "samples/issuer_sandbox/grants.h"
#include "samples/issuer_sandbox/http_message.h"
#include "samples/issuer_sandbox/spoiled_document.h"
#include "samples/issuer_sandbox/traffic_log.h"

namespace sandbox {
namespace {

using Surroundings = ControlServer::Surroundings;
using Object = Poco::JSON::Object;

Response wrong(const std::string& what) { return json_response(400, R"({"error":)" + json_string(what) + "}"); }

Response now_of(const Surroundings& around) {
  return json_response(200, R"({"instant":")" + instant_text(around.clock.now()) + R"("})");
}

Response set_now(const Surroundings& around, const Object& body) {
  const auto instant = read_instant(body.optValue<std::string>("instant", ""));
  if (!instant) {
    return wrong("instant: a date-time with its zone is wanted");
  }
  around.clock.set(*instant);
  return now_of(around);
}

Response add_fault(const Surroundings& around, const Object& body) {
  Fault fault;
  for (const auto& [name, value] : body) {
    if (name == "issuer") {
      fault.issuer = value.convert<std::string>();
    } else if (name == "path") {
      fault.path = value.convert<std::string>();
    } else if (name == "fault") {
      fault.kind = value.convert<std::string>();
    } else if (name == "times") {
      fault.times = value.convert<std::int64_t>();
    } else if (name == "after") {
      fault.after = value.convert<std::int64_t>();
    } else {
      fault.parameters[name] = value.convert<std::string>();
    }
  }
  if (!fault.issuer.empty() && !around.grants.contains(fault.issuer)) {
    return wrong("issuer: there is no such company");
  }
  const std::string refusal = around.faults.add(std::move(fault));
  return refusal.empty() ? json_response(201, around.faults.json()) : wrong(refusal);
}

/// What staff does at a company: `access` ends access tokens, `all` every token; the consents stay as they are,
/// as OBIE 3.1 has it, unless `status` says otherwise.
Response end_tokens(const Surroundings& around, const Object& body) {
  const auto company = around.grants.find(body.optValue<std::string>("issuer", ""));
  const std::string which = body.optValue<std::string>("which", "all");
  if (company == around.grants.end() || (which != "all" && which != "access")) {
    return wrong("issuer, and which: all or access");
  }
  const std::size_t count = which == "all" ? company->second->kill_all_tokens() : company->second->kill_access_tokens();
  if (const std::string status = body.optValue<std::string>("status", ""); !status.empty()) {
    for (const ConsentObject& consent : company->second->consents()) {
      company->second->set_status(consent.id, status);
    }
  }
  return json_response(200, R"({"tokens_ended":)" + std::to_string(count) + "}");
}

Response state_of(const Surroundings& around) {
  std::string companies;
  for (const auto& [issuer, grants] : around.grants) {
    std::string counts;
    for (const auto& [name, count] : grants->counts()) {
      counts += (counts.empty() ? "" : ",") + json_string(name) + ":" + std::to_string(count);
    }
    std::string consents;
    for (const ConsentObject& consent : grants->consents()) {
      consents += (consents.empty() ? "" : ",") + std::string(R"({"id":)") + json_string(consent.id) + R"(,"status":)" +
                  json_string(consent.status) + "}";
    }
    companies += (companies.empty() ? "" : ",") + json_string(issuer) + R"(:{"counts":{)" + counts +
                 R"(},"consents":[)" + consents + "]}";
  }
  return json_response(200,
                       R"({"instant":")" + instant_text(around.clock.now()) + R"(","companies":{)" + companies + "}}");
}

/// What a client must have left nowhere. Only of a run that was started for such a search.
Response secrets_of(const Surroundings& around) {
  std::string list = R"({"kind":"card_number","value":)" + json_string(std::string(planted_card_number)) + "}";
  for (const auto& [issuer, grants] : around.grants) {
    if (!grants->remembers_secrets()) {
      return json_response(404, R"({"error":"the sandbox was started without --remember-secrets"})");
    }
    for (const auto& [kind, value] : grants->secrets()) {
      list += R"(,{"issuer":)" + json_string(issuer) + R"(,"kind":)" + json_string(kind) + R"(,"value":)" +
              json_string(value) + "}";
    }
  }
  return json_response(200, R"({"secrets":[)" + list + "]}");
}

Response clear_faults(const Surroundings& around) {
  around.faults.clear();
  return json_response(200, around.faults.json());
}

Response clear_log(const Surroundings& around) {
  around.log.clear();
  return json_response(200, "{}");
}

Response answer(const Surroundings& around, const std::string& call, const Object& body) {
  if (call == "GET /now") return now_of(around);
  if (call == "POST /now") return set_now(around, body);
  if (call == "GET /faults") return json_response(200, around.faults.json());
  if (call == "POST /faults") return add_fault(around, body);
  if (call == "DELETE /faults") return clear_faults(around);
  if (call == "POST /tokens/end") return end_tokens(around, body);
  if (call == "GET /log") return json_response(200, around.log.json());
  if (call == "DELETE /log") return clear_log(around);
  if (call == "GET /state") return state_of(around);
  if (call == "GET /secrets") return secrets_of(around);
  return json_response(404, R"({"error":"there is no such call; see README.md"})");
}

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(const Surroundings& around) : around_(around) {}
  void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override {
    Response result = wrong("the body is no JSON object with plain members");
    try {
      std::string text;
      Poco::StreamCopier::copyToString(request.stream(), text);
      Poco::JSON::Parser parser;
      const Object::Ptr body = text.empty() ? Object::Ptr(new Object) : parser.parse(text).extract<Object::Ptr>();
      result = answer(around_, request.getMethod() + " " + request.getURI(), *body);
    } catch (const Poco::Exception&) {
      result.status = 400;
    }
    response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(result.status));
    response.setContentType(result.content_type);
    response.sendBuffer(result.body.data(), result.body.size());
  }

 private:
  const Surroundings& around_;
};

class HandlerFactory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit HandlerFactory(const Surroundings& around) : around_(around) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override {
    return new Handler(around_);
  }

 private:
  const Surroundings& around_;
};

Poco::Net::ServerSocket listening(std::uint16_t port) {
  Poco::Net::ServerSocket socket;
  socket.bind(Poco::Net::SocketAddress("127.0.0.1", port), true);
  socket.listen();
  return socket;
}

}  // namespace

struct ControlServer::Listener {
  Listener(std::uint16_t port, Surroundings given)
      : around(std::move(given)),
        socket(listening(port)),
        server(new HandlerFactory(around), socket, new Poco::Net::HTTPServerParams) {
    server.start();
  }
  ~Listener() { server.stopAll(true); }
  Surroundings around;
  Poco::Net::ServerSocket socket;
  Poco::Net::HTTPServer server;
};

ControlServer::ControlServer(std::uint16_t port, Surroundings surroundings)
    : listener_(std::make_unique<Listener>(port, std::move(surroundings))) {}

ControlServer::~ControlServer() = default;

std::string ControlServer::url() const {
  return "http://127.0.0.1:" + std::to_string(listener_->socket.address().port());
}

}  // namespace sandbox
