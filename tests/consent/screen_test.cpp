// SPDX-License-Identifier: Apache-2.0
//
// The consent screen has every item that must be shown (METI-3.4.2-i-b, METI-3.4.2-iii, FISC-43, FISC-44) in both
// languages, says the same all day, and its hash covers every word of it.
#include "engine/consent/screen.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "meisai/date.h"

namespace {

using namespace meisai;
using consent::screen_of;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;

/// 2026-11-20 00:00 in Japan.
const Instant midnight = parse_rfc3339("2026-11-19T15:00:00Z").value();

IssuerProfile profile() {
  IssuerProfile out;
  out.id = IssuerId("sandbox_card");
  out.name_ja = "見本カード";
  out.name_en = "Sample Card";
  out.authorization.scopes = {"accounts"};
  out.consent.longest = days(90);
  out.consent.text_version = "p1";
  out.limits.history = days(730);
  out.contact = {"見本カード デスク", "https://localhost/contact"};
  return out;
}

const ConsentItem& item(const ConsentScreen& screen, const std::string& key) {
  const auto found = std::ranges::find(screen.items, key, &ConsentItem::key);
  REQUIRE(found != screen.items.end());
  return *found;
}

}  // namespace

TEST_CASE("every item that must be shown is there, in both languages, filled in") {
  for (const EndTerms terms : {EndTerms::keep, EndTerms::seal, EndTerms::erase}) {
    const ConsentScreen screen = screen_of(profile(), terms, midnight);
    // The six of METI, the encryption, terms and contacts of FISC-44, use and unavailability of FISC-43; ours besides.
    for (const char* key : {"who", "service", "scope", "longest_end", "withdrawal", "cautions", "encryption",
                            "contacts", "token_use", "availability", "end_terms", "recipients", "compensation"}) {
      INFO(key);
      const ConsentItem& shown = item(screen, key);
      for (const std::string& text : {shown.title_ja, shown.title_en, shown.text_ja, shown.text_en}) {
        CHECK_FALSE(text.empty());
        CHECK(text.find('{') == std::string::npos);
      }
      CHECK(std::ranges::all_of(shown.title_en, [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
      CHECK(std::ranges::any_of(shown.title_ja, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
    }
    std::set<std::string> keys;
    for (const ConsentItem& shown : screen.items) keys.insert(shown.key);
    CHECK(keys.size() == screen.items.size());
    CHECK(screen.end_terms == terms);
    CHECK(screen.scopes == std::vector<std::string>{"accounts"});
  }
}

TEST_CASE("what matters most is agreed to by an act of its own") {
  const ConsentScreen screen = screen_of(profile(), EndTerms::keep, midnight);
  std::vector<std::string> important;
  for (const ConsentItem& shown : screen.items)
    if (shown.important) important.push_back(shown.key);
  CHECK(important == std::vector<std::string>{"scope", "longest_end", "end_terms", "cautions"});
}

TEST_CASE("the screen says who is who, until when, how to withdraw and how to stop") {
  const ConsentScreen screen = screen_of(profile(), EndTerms::keep, midnight);
  CHECK(item(screen, "who").text_ja.find("見本カード") != std::string::npos);
  CHECK(item(screen, "who").text_en.find("Sample Card") != std::string::npos);
  CHECK(item(screen, "who").text_en.find("not a service of Sample Card") != std::string::npos);
  CHECK(item(screen, "longest_end").text_ja.find("2027-02-18") != std::string::npos);
  CHECK(item(screen, "longest_end").text_en.find("2027-02-18 00:00 (Japan time)") != std::string::npos);
  CHECK(item(screen, "longest_end").text_en.find("90 days") != std::string::npos);
  CHECK(item(screen, "scope").text_en.find("730 days") != std::string::npos);
  CHECK(item(screen, "withdrawal").text_ja.find("meisai consent revoke") != std::string::npos);
  CHECK(item(screen, "cautions").text_en.find("meisai incident open") != std::string::npos);
  CHECK(item(screen, "contacts").text_ja.find("https://localhost/contact") != std::string::npos);
}

TEST_CASE("the longest end is never later than what is shown, and the beginning of a day in Japan") {
  for (const auto& offset :
       {milliseconds(0), milliseconds(1), milliseconds(hours(9)), milliseconds(hours(24)) - milliseconds(1)}) {
    const ConsentScreen screen = screen_of(profile(), EndTerms::keep, midnight + offset);
    CHECK(screen.ends_at == midnight + days(90));
    CHECK(screen.ends_at <= midnight + offset + days(90));
  }
  CHECK(screen_of(profile(), EndTerms::keep, midnight + hours(24)).ends_at == midnight + days(91));
}

TEST_CASE("the same day, profile and terms give the same screen and hash") {
  const ConsentScreen first = screen_of(profile(), EndTerms::keep, midnight);
  CHECK(screen_of(profile(), EndTerms::keep, midnight + hours(24) - milliseconds(1)).hash == first.hash);
  CHECK(screen_of(profile(), EndTerms::keep, midnight + hours(24)).hash != first.hash);
  CHECK(screen_of(profile(), EndTerms::keep, midnight - milliseconds(1)).hash != first.hash);
}

TEST_CASE("the hash changes with anything that is shown") {
  std::set<Digest> hashes;
  const auto take = [&](const IssuerProfile& with, EndTerms terms = EndTerms::keep) {
    return hashes.insert(screen_of(with, terms, midnight).hash).second;
  };
  CHECK(take(profile()));
  CHECK(take(profile(), EndTerms::seal));
  CHECK(take(profile(), EndTerms::erase));
  const auto changed = [&](const auto& change) {
    IssuerProfile with = profile();
    change(with);
    return take(with);
  };
  CHECK(changed([](IssuerProfile& p) { p.id = IssuerId("other_card"); }));
  CHECK(changed([](IssuerProfile& p) { p.name_ja += "。"; }));
  CHECK(changed([](IssuerProfile& p) { p.name_en += "."; }));
  CHECK(changed([](IssuerProfile& p) { p.authorization.scopes.emplace_back("payments"); }));
  CHECK(changed([](IssuerProfile& p) { p.consent.longest = days(89); }));
  CHECK(changed([](IssuerProfile& p) { p.consent.text_version = "p2"; }));
  CHECK(changed([](IssuerProfile& p) { p.limits.history = days(365); }));
  CHECK(changed([](IssuerProfile& p) { p.contact.name += "x"; }));
  CHECK(changed([](IssuerProfile& p) { p.contact.address += "x"; }));
  for (const char* key : {"who", "service", "scope", "token_use", "cautions", "availability", "compensation"}) {
    INFO(key);
    CHECK(changed([&](IssuerProfile& p) { p.consent.texts_ja[key] = "別の文"; }));
    CHECK(changed([&](IssuerProfile& p) { p.consent.texts_en[key] = "another text"; }));
  }
}

TEST_CASE("a profile cannot talk away the end, what becomes of the data, who gets it or how to withdraw") {
  const ConsentScreen ours = screen_of(profile(), EndTerms::erase, midnight);
  IssuerProfile with = profile();
  for (const char* key : {"longest_end", "end_terms", "withdrawal", "recipients", "encryption"}) {
    with.consent.texts_ja[key] = "心配ありません";
    with.consent.texts_en[key] = "never mind";
  }
  const ConsentScreen theirs = screen_of(with, EndTerms::erase, midnight);
  CHECK(theirs.hash == ours.hash);
}

TEST_CASE("a profile's text is filled in like ours, and an unknown name in braces stays as it is") {
  IssuerProfile with = profile();
  with.consent.texts_ja["service"] = "{issuer} の API {unknown} {";
  const ConsentScreen screen = screen_of(with, EndTerms::keep, midnight);
  CHECK(item(screen, "service").text_ja == "見本カード の API {unknown} {");
}
