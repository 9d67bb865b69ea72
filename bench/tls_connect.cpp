// SPDX-License-Identifier: Apache-2.0
//
// What a new TLS connection costs the product's transport, which trusts the system's whole bundle, beside a
// bare libcurl program that trusts one certificate and keeps it parsed (P13). libcurl as it comes from Debian
// parses the bundle for every connection and is 40 times as slow; this is the measure that would show it.
//
//   tls_connect [CONNECTIONS=400]
//
// One JSON line with the CPU (user + system) of both and their ratio. The server is a process of its own, so its
// work is not counted; it closes after each answer, so each request needs a new connection.
#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "engine/gate/gate.h"
#include "meisai/ports/system.h"
#include "storage/memory/memory.h"
#include "storage/memory/wire_lock.h"
#include "transport/curl_transport.h"

namespace {

using namespace meisai;

/// The system's bundle with our server's certificate behind it: what the transport is made to find below.
std::string bundle_with_ours;  // NOLINT: read by a function whose shape libcurl gives

[[noreturn]] void give_up(const std::string& what) {
  std::cerr << "tls_connect: " << what << '\n';
  std::exit(1);
}

/// A certificate for localhost that is its own authority.
struct Certificate {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  Certificate() {
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
    X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x509), 24L * 3600);
    X509_set_pubkey(x509, key);
    const auto* name = reinterpret_cast<const unsigned char*>("meisai bench");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC, name, -1, -1, 0);
    X509_set_issuer_name(x509, X509_get_subject_name(x509));
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, nullptr, nullptr, 0);
    for (const auto& [which, value] :
         {std::pair{NID_basic_constraints, "critical,CA:TRUE"}, std::pair{NID_subject_alt_name, "DNS:localhost"}}) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, which, value);
      X509_add_ext(x509, extension, -1);
      X509_EXTENSION_free(extension);
    }
    if (X509_sign(x509, key, EVP_sha256()) == 0) give_up("OpenSSL cannot sign");
  }
  [[nodiscard]] std::string pem() const {
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, x509);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory, &text);
    std::string result(text, static_cast<std::size_t>(size));
    BIO_free(memory);
    return result;
  }
};

[[noreturn]] void serve(int listener, const Certificate& certificate) {
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context, certificate.x509);
  SSL_CTX_use_PrivateKey(context, certificate.key);
  constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
  while (true) {
    const int fd = ::accept(listener, nullptr, nullptr);
    SSL* tls = SSL_new(context);
    SSL_set_fd(tls, fd);
    char request[4096];
    if (SSL_accept(tls) == 1 && SSL_read(tls, request, sizeof request) > 0) {
      SSL_write(tls, answer.data(), static_cast<int>(answer.size()));
      SSL_shutdown(tls);
    }
    SSL_free(tls);
    ::close(fd);
  }
}

double cpu_milliseconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

/// The product: its transport, a gate, the system's trust.
class Product {
 public:
  explicit Product(const std::string& url) : url_(url) {
    rules_.issuer = rules_.pool = "bench";
    rules_.sandbox = true;
    rules_.paths = {{.method = HttpMethod::get, .prefix = url, .exact = true}};
  }
  void connect() {
    auto permit = gate_.ask<Request>({.issuer = IssuerId("bench")});
    if (!permit) give_up(permit.error().what);
    auto crossing = std::move(*permit).cross();
    if (!crossing) give_up(crossing.error().what);
    HttpRequest request;
    request.url = url_;
    if (auto begun = transport_->begin(std::move(request), rules_, std::move(*crossing)); !begun)
      give_up(begun.error().what);
    for (const auto& ended : transport_->wait(std::chrono::seconds(10)))
      if (!ended.result) give_up(ended.result.error().what);
  }

 private:
  std::string url_;
  HttpRules rules_;
  std::unique_ptr<Control> control_ = memory::make_control();
  std::unique_ptr<GateLock> lock_ = memory::make_gate_lock();
  std::unique_ptr<WireLock> wire_ = memory::make_wire_lock();
  SystemClock clock_;
  Gate gate_{*control_, *lock_, *wire_, clock_};
  std::unique_ptr<HttpTransport> transport_ = make_curl_transport();
};

/// The reference: one multi, one easy handle, one certificate, no folder of certificates.
class Reference {
 public:
  Reference(const std::string& url, const std::string& ca_file) {
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy_, CURLOPT_CAINFO, ca_file.c_str());
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, +[](char*, std::size_t, std::size_t size, void*) { return size; });
  }
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;
  ~Reference() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  void connect() {
    curl_multi_add_handle(multi_, easy_);
    int running = 1;
    while (running > 0) {
      curl_multi_perform(multi_, &running);
      if (running > 0) curl_multi_poll(multi_, nullptr, 0, 1000, nullptr);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (message == nullptr || message->data.result != CURLE_OK) give_up("the reference cannot connect");
    curl_multi_remove_handle(multi_, easy_);
  }

 private:
  CURLM* multi_ = curl_multi_init();
  CURL* easy_ = curl_easy_init();
};

template <class Subject>
double cost(Subject& subject, int connections) {
  const double before = cpu_milliseconds();
  for (int i = 0; i < connections; ++i) subject.connect();
  return cpu_milliseconds() - before;
}

int listen_on_loopback_port(std::uint16_t& port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, plain, length) != 0 || ::listen(listener, 64) != 0 ||
      ::getsockname(listener, plain, &length) != 0)
    give_up("no port to listen on");
  port = ntohs(address.sin_port);
  return listener;
}

void measure(const std::string& url, const std::string& ca_file, int connections) {
  constexpr int turns = 8;  // one after the other, so that a busy moment meets both
  Product product(url);
  Reference reference(url, ca_file);
  double ours = 0;
  double bare = 0;
  for (int turn = 0; turn < turns; ++turn) {
    ours += cost(product, connections / turns);
    bare += cost(reference, connections / turns);
  }
  std::cout << R"({"connections":)" << connections / turns * turns << R"(,"product_cpu_ms":)" << ours
            << R"(,"reference_cpu_ms":)" << bare << R"(,"ratio":)" << ours / bare << "}\n";
}

}  // namespace

/// The transport asks libcurl which file it was built to trust, and gets ours with the system's in it: a test server
/// cannot be in the system's own, and private certificates of a profile go another way.
extern "C" curl_version_info_data* curl_version_info(CURLversion age) {
  using Function = curl_version_info_data* (*)(CURLversion);
  static curl_version_info_data data = *reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "curl_version_info"))(age);
  if (!bundle_with_ours.empty()) data.cainfo = bundle_with_ours.c_str();
  return &data;
}

int main(int argc, char** argv) {
  int connections = 400;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), connections);
  const Certificate certificate;
  std::uint16_t port = 0;
  const int listener = listen_on_loopback_port(port);
  const pid_t server = ::fork();
  if (server == 0) serve(listener, certificate);
  ::close(listener);

  std::string folder = (std::filesystem::temp_directory_path() / "meisai-tls-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) give_up("no temporary folder");
  const std::string ca_file = folder + "/ours.pem";
  std::ofstream(ca_file) << certificate.pem();
  const std::string system = curl_version_info(CURLVERSION_NOW)->cainfo;
  const std::string both = folder + "/bundle.pem";
  std::ofstream(both) << std::ifstream(system).rdbuf() << certificate.pem();
  bundle_with_ours = both;

  measure("https://localhost:" + std::to_string(port) + "/", ca_file, connections);
  std::filesystem::remove_all(folder);
  ::kill(server, SIGTERM);
  ::waitpid(server, nullptr, 0);
  return 0;
}
