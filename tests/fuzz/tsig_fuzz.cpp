// Any octets as a signed request and as a signed reply: nobody but the key's owner is believed, and what is answered can be read.
#include <harbinger/message.h>
#include <harbinger/tsig.h>

#include <cstdlib>
#include <vector>

using namespace harbinger;

namespace {

constexpr TsigTime kNow = 1'795'723'831;

void require(bool holds) {
  if (!holds) std::abort();
}

const TsigKeys& keys() {
  static const TsigKeys the_keys = [] {
    TsigKeys keys;
    // The second is the one of the corpus.
    for (const auto* text : {"hmac-sha512:b.example:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
                             "upd.example:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="})
      require(keys.add(TsigKey::parse(text).value()).has_value());
    return keys;
  }();
  return the_keys;
}

std::vector<std::uint8_t> signed_reply(TsigRequest& request, std::span<const std::uint8_t> asked) {
  auto reply = make_query(static_cast<std::uint16_t>(asked[0] << 8 | asked[1]), {Name(), RRType::SOA});
  const auto size = reply.size();
  reply.resize(size + request.room());
  reply.resize(request.sign(reply, size, kNow).value());
  require(Message::parse(reply).has_value());
  return reply;
}

void as_request(std::span<const std::uint8_t> data) {
  auto request = TsigRequest::check(data, keys(), kNow);
  if (!request) return require(!request.error().message.empty());
  require(request->has_signature() || request->room() == 0);
  require(request->why().empty() == (request->error() == TsigError::none));
  signed_reply(*request, data);
  signed_reply(*request, data);
}

std::vector<std::uint8_t> signed_request(TsigClient& client) {
  auto request = make_query(7, {Name(), RRType::SOA});
  const auto size = request.size();
  request.resize(size + client.room());
  request.resize(client.sign(request, size, kNow).value());
  return request;
}

void as_reply(std::span<const std::uint8_t> data) {
  const auto key = keys().find(Name::parse("upd.example").value());
  TsigClient client(key);
  signed_request(client);
  require(!client.verify(data, kNow));  // nobody guesses a MAC

  // In a stream anything may come without a signature, but is not believed before one does.
  TsigClient reader(key);
  const auto request = signed_request(reader);
  auto server = TsigRequest::check(request, keys(), kNow).value();
  require(server.authentic());
  require(reader.verify(signed_reply(server, request), kNow).has_value());
  if (reader.verify(data, kNow)) require(reader.pending());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  as_request({data, size});
  as_reply({data, size});
  // The same octets as a file of keys.
  const auto file = TsigKeys::parse({reinterpret_cast<const char*>(data), size}, "keys");
  if (!file) require(!file.error().empty());
  return 0;
}
