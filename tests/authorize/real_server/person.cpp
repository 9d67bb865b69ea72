// SPDX-License-Identifier: Apache-2.0
#include "tests/authorize/real_server/person.h"

#include <curl/curl.h>

#include <utility>

#include "transport/loopback_listener.h"

namespace meisai::test {
namespace {

struct Page {
  long status = 0;
  std::string location;
  std::string body;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

class Browser {
 public:
  explicit Browser(const std::string& ca_pem) : curl_(curl_easy_init(), &curl_easy_cleanup), ca_pem_(ca_pem) {
    curl_easy_setopt(curl_.get(), CURLOPT_COOKIEFILE, "");
  }

  Page load(const std::string& url, const std::string& form = "") {
    Page page;
    curl_blob trust{.data = ca_pem_.data(), .len = ca_pem_.size(), .flags = CURL_BLOB_COPY};
    curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_CAINFO_BLOB, &trust);
    curl_easy_setopt(curl_.get(), CURLOPT_PROXY, "");
    curl_easy_setopt(curl_.get(), CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, &page.body);
    if (form.empty()) {
      curl_easy_setopt(curl_.get(), CURLOPT_HTTPGET, 1L);
    } else {
      curl_easy_setopt(curl_.get(), CURLOPT_POST, 1L);
      curl_easy_setopt(curl_.get(), CURLOPT_COPYPOSTFIELDS, form.c_str());
    }
    if (curl_easy_perform(curl_.get()) != CURLE_OK) return page;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &page.status);
    char* location = nullptr;
    curl_easy_getinfo(curl_.get(), CURLINFO_REDIRECT_URL, &location);
    if (location != nullptr) page.location = location;
    return page;
  }

 private:
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl_;
  std::string ca_pem_;
};

std::string code_in(const std::string& url) {
  const std::size_t begin = url.find("code=");
  return begin == std::string::npos ? std::string() : url.substr(begin + 5, url.find('&', begin) - begin - 5);
}

}  // namespace

Person::Person(std::string ca_pem) : ca_pem_(std::move(ca_pem)) {
  loopback_ = make_user_agent([this](const std::string& url) -> Result<void> {
    finish();
    last_address_ = url;
    browser_ = std::thread([this, url] { visit(url); });
    return {};
  });
}

Person::~Person() { finish(); }

void Person::finish() {
  if (browser_.joinable()) browser_.join();
}

Result<std::unique_ptr<RedirectListener>> Person::listen() { return loopback_->listen(); }
Result<void> Person::open(const std::string& url) { return loopback_->open(url); }

void Person::visit(std::string url) {
  Browser browser(ca_pem_);
  std::string form;
  for (int hop = 0; hop < 20; ++hop) {
    const Page page = browser.load(url, std::exchange(form, ""));
    if (page.location.starts_with("http://127.0.0.1:")) {
      last_code_ = code_in(page.location);
      std::string back = page.location;
      if (!brings_code.empty()) back.replace(back.find(last_code_), last_code_.size(), brings_code);
      static_cast<void>(browser.load(back));
      return;
    }
    if (!page.location.empty()) {
      url = page.location;
    } else if (page.status == 200 && page.body.find(R"(value="login")") != std::string::npos) {
      form = "prompt=login&login=hanako&password=x";
    } else if (page.status == 200 && page.body.find(R"(value="consent")") != std::string::npos) {
      if (declines) url += "/abort";
      if (!declines) form = "prompt=consent";
    } else {
      return;  // nobody comes back; the listener's own limit says so
    }
  }
}

}  // namespace meisai::test
