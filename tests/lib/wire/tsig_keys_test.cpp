#include <sys/stat.h>

#include <tests/support/scratch.h>

#include "tests/lib/wire/tsig_support.h"

using namespace harbinger;
using namespace harbinger::testing;
using Catch::Matchers::Contains;

TEST_CASE("a key is written as for kdig") {
  const auto key = TsigKey::parse("hmac-sha512:Upd.Example.:" + std::string(kSecretText)).value();
  CHECK(key.name == name("upd.example"));
  CHECK(key.algorithm == TsigAlgorithm::hmac_sha512);
  CHECK(key.secret == octets("0123456789abcdef0123456789abcdef"));
  CHECK(TsigKey::parse("upd:" + std::string(kSecretText))->algorithm == TsigAlgorithm::hmac_sha256);
}

TEST_CASE("algorithms that are broken are refused with the reason") {
  for (const auto* word : {"hmac-md5", "HMAC-MD5.SIG-ALG.REG.INT.", "hmac-sha1"}) {
    const auto error = parse_tsig_algorithm(word).error();
    CHECK(error.code == ErrorCode::unsupported);
    CHECK_THAT(error.message, Contains("broken") && Contains("hmac-sha256"));
  }
  CHECK(parse_tsig_algorithm("hmac-sha3").error().code == ErrorCode::unknown);
  CHECK(parse_tsig_algorithm("HMAC-SHA384.").value() == TsigAlgorithm::hmac_sha384);
}

TEST_CASE("all mistakes of a file of keys are told, each with its line, none with a secret") {
  const auto keys = TsigKeys::parse(
      "# comment\n"
      "upd:MDEyMzQ1Njc4OWFiY2RlZg==\n"
      "no-secret\n"
      "hmac-sha1:old:MDEyMzQ1Njc4OWFiY2RlZg==\n"
      "short:MDEy\n"
      "letters:not*base64\n"
      "UPD:YWFhYWFhYWFhYWFhYWFhYQ==\n"
      "two words:YWFhYWFhYWFhYWFhYWFhYQ==\n"
      ":YWFhYWFhYWFhYWFhYWFhYQ==\n",
      "keys.txt");
  REQUIRE_FALSE(keys);
  const auto& errors = keys.error();
  REQUIRE(errors.size() == 7);
  for (std::size_t i = 0; i < errors.size(); ++i) {
    CHECK(errors[i].position.line == static_cast<int>(i) + 3);
    CHECK(errors[i].position.file == "keys.txt");
    CHECK_THAT(errors[i].message, !Contains("MDEy") && !Contains("YWFh") && !Contains("not*base64"));
  }
  CHECK(errors[4].code == ErrorCode::conflict);
}

TEST_CASE("a file of keys is read, unless everybody may") {
  const test::Scratch scratch;
  const auto file = scratch.write(
      "keys", "upd:" + std::string(kSecretText) + "  # ours\n\nhmac-sha512:b:" + std::string(kSecretText) + "\n");
  ::chmod(file.c_str(), 0640);
  const auto keys = TsigKeys::read(file);
  REQUIRE(keys);
  CHECK(keys->size() == 2);
  CHECK(keys->find(name("B."))->algorithm == TsigAlgorithm::hmac_sha512);
  CHECK(keys->find(name("c")) == nullptr);
  ::chmod(file.c_str(), 0644);
  const auto open = TsigKeys::read(file);
  REQUIRE_FALSE(open);
  CHECK(open.error().at(0).code == ErrorCode::denied);
  CHECK_THAT(open.error().at(0).message, Contains("chmod"));
  CHECK(TsigKeys::read(scratch / "none").error().at(0).code == ErrorCode::not_found);
}
