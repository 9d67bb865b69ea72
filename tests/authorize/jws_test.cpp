// SPDX-License-Identifier: Apache-2.0
//
// Signed tokens: ours are read by a program that nobody here wrote (the `jose` command), its are read by us,
// and whatever was tried against JWT libraries before is refused (RFC 8725).
#include "engine/authorize/jws.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/authorize/base64url.h"
#include "tests/authorize/scripted_issuer.h"
#include "tests/temporary_folder.h"

namespace meisai::authorize {
namespace {

using scripted::ec_key_pem;

const Instant now{std::chrono::seconds(1'790'000'000)};

std::unique_ptr<OpensslSigner> signer_of(const Secret& pem, const std::string& key_id = "") {
  auto signer = OpensslSigner::from_pem(pem, key_id);
  REQUIRE(signer);
  return std::move(*signer);
}

KeySet keys_of(const OpensslSigner& signer) {
  const auto set = KeySet::parse(R"({"keys":[)" + *signer.public_jwk() + "]}");
  REQUIRE(set);
  auto again = KeySet::parse(R"({"keys":[)" + *signer.public_jwk() + "]}");
  return std::move(*again);
}

JwsRules rules() {
  return {.algorithms = {SigningAlgorithm::es256, SigningAlgorithm::ps256},
          .typ = "JWT",
          .issuer = "https://auth.example",
          .audience = "meisai",
          .now = now};
}

std::string claims(const std::string& more = "") {
  return R"({"iss":"https://auth.example","aud":"meisai","exp":1790000060)" + more + "}";
}

/// A token with a header of our choice, honestly signed.
std::string signed_with(OpensslSigner& signer, const std::string& header, const std::string& payload) {
  const std::string text = base64url(header) + "." + base64url(payload);
  return text + "." + base64url(*signer.sign(text));
}

bool holds(const std::string& token, const KeySet& keys, const JwsRules& by = rules()) {
  const auto verified = verify_compact(token, keys, by);
  if (!verified) CHECK(verified.error().code == Code::answer_not_valid);
  return verified.has_value();
}

struct Ran {
  int status = 0;
  std::string output;
};
Ran run(const std::string& command) {
  Ran ran;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    ran.output.append(buffer.data(), size);
  ran.status = pclose(pipe);
  return ran;
}

void write(const std::filesystem::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

TEST_CASE("what we sign holds, and only as it is") {
  const auto which = GENERATE(0, 1);
  const auto signer = signer_of(which == 0 ? ec_key_pem() : scripted::rsa_key_pem(2048));
  CHECK(signer->algorithm() == (which == 0 ? SigningAlgorithm::es256 : SigningAlgorithm::ps256));
  const KeySet keys = keys_of(*signer);
  const std::string token = *sign_compact(*signer, "JWT", claims());
  REQUIRE(holds(token, keys));
  // Each character of the token counts.
  int broken = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    broken += verify_compact(other, keys, rules()) ? 0 : 1;
  }
  CHECK(broken == static_cast<int>(token.size()));
  CHECK_FALSE(holds(token + "A", keys));
  CHECK_FALSE(holds(token + ".", keys));
  CHECK_FALSE(holds(token.substr(0, token.rfind('.') + 1), keys));
  CHECK_FALSE(holds(token, keys_of(*signer_of(ec_key_pem()))));
}

TEST_CASE("the jose command believes us, and we believe it") {
  const test::TemporaryFolder folder;
  const auto which = GENERATE(0, 1);
  const auto signer = signer_of(which == 0 ? ec_key_pem() : scripted::rsa_key_pem(2048));
  const std::string algorithm(name_of(signer->algorithm()));
  write(folder.path() / "ours.jwk", *signer->public_jwk());
  write(folder.path() / "ours.jws", *sign_compact(*signer, "JWT", claims()));
  const std::string in = "cd '" + folder.path().string() + "' && ";
  const Ran verified = run(in + "jose jws ver -i ours.jws -k ours.jwk -O -");
  INFO(verified.output);
  REQUIRE(verified.status == 0);
  CHECK(verified.output == claims());
  const Ran thumb = run(in + "jose jwk thp -i ours.jwk");
  CHECK(thumb.output == signer->key_id());

  write(folder.path() / "claims", claims());
  const Ran made = run(in + "jose jwk gen -i '{\"alg\":\"" + algorithm + "\",\"kid\":\"theirs\"}' -o theirs.jwk && " +
                       "jose jwk pub -s -i theirs.jwk -o theirs.jwks && jose jws sig -c -I claims -k theirs.jwk -s " +
                       "'{\"protected\":{\"typ\":\"JWT\",\"kid\":\"theirs\",\"alg\":\"" + algorithm + "\"}}' -o -");
  INFO(made.output);
  REQUIRE(made.status == 0);
  const Ran set = run(in + "cat theirs.jwks");
  const auto keys = KeySet::parse(set.output);
  INFO(set.output);
  REQUIRE(keys);
  CHECK(holds(made.output, *keys));
}

TEST_CASE("the header cannot choose how it is believed") {
  const auto signer = signer_of(ec_key_pem(), "k1");
  const KeySet keys = keys_of(*signer);
  const auto with = [&](const std::string& header) { return holds(signed_with(*signer, header, claims()), keys); };
  CHECK(with(R"({"alg":"ES256","kid":"k1","typ":"JWT"})"));
  CHECK(with(R"({"alg":"ES256","typ":"application/jwt"})"));
  // Addresses and keys inside are not looked at.
  CHECK(with(R"({"alg":"ES256","typ":"JWT","kid":"k1","jku":"https://evil.example","x5u":"https://evil.example"})"));
  for (const char* header : {R"({"alg":"none","typ":"JWT","kid":"k1"})",
                             R"({"alg":"None","typ":"JWT","kid":"k1"})",
                             R"({"alg":"HS256","typ":"JWT","kid":"k1"})",
                             R"({"alg":"RS256","typ":"JWT","kid":"k1"})",
                             R"({"alg":"PS256","typ":"JWT","kid":"k1"})",
                             R"({"alg":"es256","typ":"JWT","kid":"k1"})",
                             R"({"alg":["ES256"],"typ":"JWT","kid":"k1"})",
                             R"({"typ":"JWT","kid":"k1"})",
                             R"({"alg":"ES256","kid":"k1"})",
                             R"({"alg":"ES256","typ":"at+jwt","kid":"k1"})",
                             R"({"alg":"ES256","typ":"JWT","kid":"k2"})",
                             R"({"alg":"ES256","typ":"JWT","kid":1})",
                             R"({"alg":"ES256","typ":"JWT","kid":"k1","crit":["exp"]})",
                             R"({"alg":"ES256","typ":"JWT","kid":"k1","crit":[]})",
                             R"({"alg":"ES256","typ":"JWT","kid":"k1","b64":false})",
                             R"({"alg":"ES256","typ":"JWT","kid":"k1","zip":"DEF"})",
                             R"({"alg":"none","alg":"ES256","typ":"JWT","kid":"k1"})",
                             R"({"alg":"ES256","typ":"JWT","kid":"k1"} )"
                             "\n{}",
                             "\xEF\xBB\xBF{\"alg\":\"ES256\",\"typ\":\"JWT\"}",
                             R"(["ES256"])",
                             "",
                             "ES256"}) {
    CAPTURE(header);
    CHECK_FALSE(with(header));
  }
  CHECK_FALSE(holds(base64url(R"({"alg":"none","typ":"JWT"})") + "." + base64url(claims()) + ".", keys));
}

TEST_CASE("a public key is no shared secret") {
  // The old trick: HS256 with the public key as its secret. There is no HS256 here, whatever the list says.
  const auto signer = signer_of(scripted::rsa_key_pem(2048), "k1");
  const std::string text = base64url(R"({"alg":"HS256","typ":"JWT","kid":"k1"})") + "." + base64url(claims());
  CHECK_FALSE(holds(text + "." + base64url(std::string(32, 'x')), keys_of(*signer)));
}

TEST_CASE("an ECDSA signature has 64 bytes and two numbers") {
  const auto signer = signer_of(ec_key_pem(), "k1");
  const KeySet keys = keys_of(*signer);
  const std::string text = base64url(R"({"alg":"ES256","typ":"JWT","kid":"k1"})") + "." + base64url(claims());
  const std::vector<std::byte> good = *signer->sign(text);
  REQUIRE(good.size() == 64);
  const auto with = [&](std::span<const std::byte> signature) {
    return holds(text + "." + base64url(signature), keys);
  };
  CHECK(with(good));
  std::vector<std::byte> bad(64);
  CHECK_FALSE(with(bad));  // r = s = 0: CVE-2022-21449
  std::copy(good.begin(), good.begin() + 32, bad.begin());
  CHECK_FALSE(with(bad));  // s = 0
  bad.assign(64, std::byte{0});
  std::copy(good.begin() + 32, good.end(), bad.begin() + 32);
  CHECK_FALSE(with(bad));                                          // r = 0
  CHECK_FALSE(with(std::vector<std::byte>(64, std::byte{0xff})));  // beyond the group's order
  CHECK_FALSE(with(std::span(good).first(63)));
  bad = good;
  bad.push_back(std::byte{0});
  CHECK_FALSE(with(bad));
  bad.insert(bad.begin(), {std::byte{0x30}, std::byte{0x44}});
  CHECK_FALSE(with(bad));  // DER has another length
}

TEST_CASE("claims are held against what was expected") {
  const auto signer = signer_of(ec_key_pem(), "k1");
  const KeySet keys = keys_of(*signer);
  const auto with = [&](const std::string& payload, const JwsRules& by = rules()) {
    return holds(*sign_compact(*signer, "JWT", payload), keys, by);
  };
  CHECK(with(claims()));
  CHECK(with(claims(R"(,"nbf":1790000010,"iat":1790000010)")));
  CHECK(with(R"({"iss":"https://auth.example","aud":["other","meisai"],"exp":1790000001})"));
  JwsRules short_lived = rules();
  short_lived.longest_life = std::chrono::seconds(60);
  CHECK(with(claims(R"(,"iat":1790000000)"), short_lived));
  CHECK_FALSE(with(claims(R"(,"iat":1789999999)"), short_lived));
  CHECK_FALSE(with(claims(), short_lived));
  for (const char* payload :
       {R"({"iss":"https://auth.example","aud":"meisai","exp":1790000000})",
        R"({"iss":"https://auth.example","aud":"meisai"})",
        R"({"iss":"https://auth.example/","aud":"meisai","exp":1790000060})", R"({"aud":"meisai","exp":1790000060})",
        R"({"iss":"https://auth.example","aud":"other","exp":1790000060})",
        R"({"iss":"https://auth.example","exp":1790000060})",
        R"({"iss":"https://auth.example","aud":["meisai",1],"exp":1790000060})",
        R"({"iss":"https://auth.example","aud":"meisai","exp":"1790000060"})",
        R"({"iss":"https://auth.example","aud":"meisai","exp":1790000060.5})",
        R"({"iss":"https://auth.example","aud":"meisai","exp":1790000060,"nbf":1790000011})",
        R"({"iss":"https://auth.example","aud":"meisai","exp":1790000060,"iat":1790000011})",
        R"({"iss":"https://auth.example","aud":"meisai","exp":1790000060,"nbf":"0"})",
        R"({"iss":"https://auth.example","iss":"https://auth.example","aud":"meisai","exp":1790000060})", "[]", ""}) {
    CAPTURE(payload);
    CHECK_FALSE(with(payload));
  }
  CHECK_FALSE(with(claims(R"(,"x":")" + std::string(20'000, 'x') + "\"")));
}

TEST_CASE("a key set is read strictly") {
  const auto ec = signer_of(ec_key_pem(), "a");
  const auto rsa = signer_of(scripted::rsa_key_pem(2048), "a");
  const auto set = [](const std::string& keys) { return KeySet::parse(R"({"keys":[)" + keys + "]}"); };
  const std::string jwk = *ec->public_jwk();
  const auto both = set(jwk + "," + *rsa->public_jwk());
  REQUIRE(both);
  CHECK(both->find(SigningAlgorithm::es256, "a") != both->find(SigningAlgorithm::ps256, "a"));
  CHECK(both->find(SigningAlgorithm::es256, "b") == nullptr);
  CHECK(set(R"({"kty":"OKP","crv":"Ed25519","x":"AA"},)" + jwk)->size() == 1);
  const auto replaced = [&](const std::string& what, const std::string& by) {
    std::string text = jwk;
    text.replace(text.find(what), what.size(), by);
    return set(text);
  };
  CHECK(replaced(R"("use":"sig")", R"("use":"enc")")->size() == 0);
  CHECK(replaced(R"("use":"sig")", R"("key_ops":["sign"])")->size() == 0);
  CHECK(replaced(R"("alg":"ES256")", R"("alg":"ES384")")->size() == 0);
  CHECK_FALSE(replaced(R"("use":"sig")", R"("d":"AA")"));
  CHECK_FALSE(replaced(R"("x":")", R"("x":"A)"));
  CHECK_FALSE(replaced(R"("x":")", R"("w":")"));
  std::string off_curve = jwk;
  char& digit = off_curve[off_curve.find(R"("x":")") + 10];
  digit = digit == 'A' ? 'B' : 'A';
  CHECK_FALSE(set(off_curve));
  CHECK_FALSE(set(jwk + "," + jwk));
  CHECK_FALSE(KeySet::parse(jwk));
  CHECK_FALSE(set(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"));
  CHECK_FALSE(set(R"({"kty":"oct","k":"AAAA"})"));
  // Without a key id the only key of the algorithm counts; of two, none does.
  const auto other = signer_of(ec_key_pem(), "b");
  CHECK(both->find(SigningAlgorithm::es256, "") != nullptr);
  CHECK(set(jwk + "," + *other->public_jwk())->find(SigningAlgorithm::es256, "") == nullptr);
}

TEST_CASE("a client key is PKCS#8, EC on P-256 or RSA of 2048 bits and more") {
  CHECK(signer_of(ec_key_pem(), "mine")->key_id() == "mine");
  CHECK(signer_of(ec_key_pem())->key_id().size() == 43);
  const auto refused = [](const Secret& pem) {
    const auto signer = OpensslSigner::from_pem(pem, "");
    REQUIRE_FALSE(signer);
    CHECK(signer.error().code == Code::invalid_argument);
    CHECK_FALSE(signer.error().remedy.empty());
  };
  refused(scripted::rsa_key_pem(1024));
  refused(scripted::ec_key_pem_on("P-384"));
  refused(scripted::ec_key_pem_on("secp256k1"));
  refused(Secret());
  refused(Secret(std::string_view("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")));
  refused(Secret(std::string_view("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")));
  const auto shown = *signer_of(ec_key_pem())->public_jwk();
  CHECK(shown.find("\"d\"") == std::string::npos);
}

}  // namespace
}  // namespace meisai::authorize
