#include "orchestrate/activity_words.h"

#include "orchestrate/activity.h"
#include "orchestrate/actor_class.h"
#include "orchestrate/actor_keys.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace std::chrono_literals;

namespace {

std::string kept(std::string_view told) {
  std::string text;
  write_kept_words(told, text);
  return text;
}

}  // namespace

TEST_CASE("words for kinds of things are kept, and what names one thing or person is not") {
  for (const std::string_view word : {"ec2", "s3", "RunInstances", "pods/exec", "os-server-external-events", "v2.1",
                                      "elasticloadbalancing", "us-east-1", "CreateFunction20150331", ""})
    CHECK(kept(word) == word);
  CHECK(kept("servers/b9000564-fe1a-409b-b8cc-1e88b294cd1d/action") == "servers/*/action");
  CHECK(kept("users/alice@example.org") == "users/*");
  CHECK(kept("hosts/192.0.2.7/2001:db8::1") == "hosts/*/*");
  CHECK(kept("orders/12/i-0abc123def4567890") == "orders/*/*");
  CHECK(kept("arn:aws:s3:::marys-bucket") == "*");
  CHECK(kept(std::string(60, 'x')) == "*");
}

TEST_CASE("texts that are kept are printable and short, and end between characters") {
  CHECK(kept("a\nb\x7f") == "a_b_");
  CHECK(kept("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  CHECK(kept("\xff\xc3(\xed\xa0\x80\xc0\xaf\xf0\x9f") == "__(_______");
  std::string text;
  for (int i = 0; i < 100; ++i) text += "\xc3\xa4/";
  const auto cut = kept(text);
  CHECK((cut.size() <= Activity::kMostText && cut.size() >= Activity::kMostText - 2));
  std::string whole;
  write_whole(std::string(126, 'x') + "\xc3\xa4", whole);
  CHECK(whole == std::string(126, 'x'));
  whole.clear();
  write_whole("registry.example.org/shop:1.2", whole);
  CHECK(whole == "registry.example.org/shop:1.2");
}

TEST_CASE("a name of somebody's choosing may tell what it is for") {
  CHECK(purpose_of("alice-dev-2") == "dev");
  CHECK(purpose_of("PRODUCTION") == "prod");
  CHECK(purpose_of("shop_stg") == "staging");
  CHECK(purpose_of("qa3.shop") == "test");
  CHECK(purpose_of("alice").empty());
  CHECK(purpose_of("device").empty());
  CHECK(purpose_of("--").empty());
}

TEST_CASE("programs are told apart by how they call themselves") {
  CHECK(actor_class_of("Mozilla/5.0 (X11; Linux x86_64)") == ActorClass::console);
  CHECK(actor_class_of("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12]") == ActorClass::console);
  CHECK(actor_class_of("aws-cli/2.13.5 Python/3.11.4") == ActorClass::command_line);
  CHECK(actor_class_of("kubectl/v1.28.2 (linux/amd64) kubernetes/89a4ea3") == ActorClass::command_line);
  CHECK(actor_class_of("APN/1.0 HashiCorp/1.0 Terraform/1.1.2") == ActorClass::library);
  CHECK(actor_class_of("kube-controller-manager/v1.28.2") == ActorClass::service);
  CHECK(actor_class_of("rds.amazonaws.com") == ActorClass::service);
  CHECK(actor_class_of("") == ActorClass::unknown);
  CHECK(actor_class_of(std::string(600, ' ') + "Mozilla/") == ActorClass::unknown);
}

TEST_CASE("a user's key stays, is another one under another secret, and says nothing of scopes") {
  const ActorKeys keys(Secret{1}), others(Secret{2});
  CHECK(keys.key_of("alice", 0) == keys.key_of("alice", 400LL * 86'400'000));
  CHECK(keys.key_of("alice", 0) != keys.key_of("bob", 0));
  CHECK(keys.key_of("alice", 0) != others.key_of("alice", 0));
  CHECK(keys.key_of("alice", 0) != keys.scope_key_of("alice", 0));
  CHECK(keys.key_of("", 0) == 0);
}

TEST_CASE("with a rotation, keys of two periods cannot be joined") {
  const ActorKeys keys(Secret{1}, 24h);
  constexpr UnixMillis kDay = 86'400'000;
  CHECK(keys.key_of("alice", 5) == keys.key_of("alice", kDay - 1));
  CHECK(keys.key_of("alice", 5) != keys.key_of("alice", kDay));
  CHECK(keys.key_of("alice", -5) != keys.key_of("alice", 5));
}
