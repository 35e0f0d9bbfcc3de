#include <harbinger/persona.h>

#include <catch2/catch.hpp>

using namespace harbinger;

TEST_CASE("a persona token has the text of a UUID") {
  PersonaToken token{};
  for (std::size_t i = 0; i < token.size(); ++i) token[i] = static_cast<std::uint8_t>(i * 17);
  CHECK(to_string(token) == "00112233-4455-6677-8899-aabbccddeeff");
  CHECK(parse_persona_token("00112233-4455-6677-8899-AABBCCDDEEFF") == token);
}

TEST_CASE("what is no persona token is not read as one") {
  for (const std::string_view text :
       {"", "00112233-4455-6677-8899-aabbccddeef", "00112233-4455-6677-8899-aabbccddeeffa",
        "00112233_4455-6677-8899-aabbccddeeff", "0011223g-4455-6677-8899-aabbccddeeff"})
    CHECK_FALSE(parse_persona_token(text));
}
