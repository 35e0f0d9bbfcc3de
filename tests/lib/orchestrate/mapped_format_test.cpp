#include "orchestrate/activity_format.h"

#include "tests/lib/orchestrate/acts.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

std::unique_ptr<ActivityFormat> format(std::string_view mapping) {
  return make_activity_format("json", mapping).value();
}

std::string wrong(std::string_view mapping) {
  const auto made = make_activity_format("json", mapping);
  REQUIRE(!made);
  return made.error().message;
}

}  // namespace

TEST_CASE("any JSON becomes acts by a mapping") {
  const auto any = format(
      "actor=user.name,verb=action,kind='vm',at=time,outcome=status,latency_ms=took,scope=project,source='crm',request="
      "id,agent=ua,"
      "machine=spec.flavor,image=spec.image,count=spec.n,storage_gb=disks.0.gb,bandwidth_mbps=net,security=groups.1");
  const auto act = only_record(
      *any,
      R"({"user":{"name":"alice"},"action":"create","time":1700000000.5,"status":201,"took":12.6,"project":"web","id":77,
    "ua":"curl/8.5","spec":{"flavor":"m1.large","image":"ubuntu","n":2},"disks":[{"gb":49.5}],"net":100,"groups":["a","web-group"]})");
  CHECK((act.actor == "alice" && act.verb == "create" && act.kind == "vm" && act.scope == "web" &&
         act.source == "crm" && act.request == "77"));
  CHECK((act.at == 1'700'000'000'500 && act.plain.latency_ms == 12 && act.plain.changes));
  CHECK((act.plain.actor_class == ActorClass::command_line && act.plain.outcome == ActivityOutcome::succeeded));
  REQUIRE(act.asks);
  CHECK(*act.asks == Need{.kind = "machine",
                          .machine = "m1.large",
                          .image = "ubuntu",
                          .security = "web-group",
                          .count = 2,
                          .storage_gb = 50,
                          .bandwidth_mbps = 100});
}

TEST_CASE("metrics of what is used are mapped, in shares or in per cent") {
  const auto cloud_watch = format("actor=owner,verb='metrics',at=Timestamp,used_cpu=Average%");
  const auto act = only_record(*cloud_watch, R"({"owner":"alice","Timestamp":"2023-11-14T22:13:20Z","Average":37.5})");
  CHECK((act.plain.used_cpu == 0.375F && act.plain.used_memory == -1 && !act.plain.changes && !act.asks));
  const auto shares = format("actor=o,verb='metrics',used_memory=m");
  CHECK(only_record(*shares, R"({"o":"a","m":0.25})").plain.used_memory == 0.25F);
  const auto read = read_line(*shares, R"({"o":"a","m":37.5})");
  REQUIRE(read.kinds.size() == 1);
  CHECK((read.kinds[0] == LogTrouble::Kind::number && read.troubles[0].contains("%")));
}

// After nova's documentation of versioned notifications, InstanceCreatePayload.
TEST_CASE("notifications of Nova are mapped, though their names have dots") {
  const auto nova = format(
      "actor=payload.nova_object.data.user_id,verb=event_type,kind='servers',source='openstack',at=timestamp,"
      "request=payload.nova_object.data.request_id,machine=payload.nova_object.data.flavor.nova_object.data.name,"
      "image=payload.nova_object.data.image_uuid,storage_gb=payload.nova_object.data.flavor.nova_object.data.root_gb");
  const auto act =
      only_record(*nova, R"({"event_type":"instance.create.end","timestamp":"2023-11-14 22:13:20.5","payload":{
    "nova_object.name":"InstanceCreatePayload","nova_object.data":{"user_id":"alice","request_id":"req-1","image_uuid":"155d900f","flavor":{
    "nova_object.name":"FlavorPayload","nova_object.data":{"name":"m1.small","root_gb":20,"vcpus":1}}}}})");
  CHECK((act.actor == "alice" && act.verb == "instance.create.end" && act.request == "req-1" &&
         act.at == 1'700'000'000'500));
  CHECK(act.asks == Need{.kind = "machine", .machine = "m1.small", .image = "155d900f", .storage_gb = 20});
}

TEST_CASE("without a mapping, fields are called as ours are") {
  const auto plain = format("");
  const auto read = read_line(
      *plain,
      R"([{"actor":"alice","verb":"CreateVolume","kind":"volumes","storage_gb":10,"latency_ms":5,"changes":true},
    {"actor":"bob","verb":"list","kind":"servers","outcome":"denied"},{"actor":"bob"}])");
  REQUIRE(read.records.size() == 2);
  CHECK(read.records[0].asks == Need{.kind = "volume", .storage_gb = 10});
  CHECK((read.records[1].plain.outcome == ActivityOutcome::denied && !read.records[1].plain.changes &&
         read.records[1].source == "json"));
  REQUIRE(read.troubles.size() == 1);
  CHECK(read.troubles[0].contains("verb"));
}

TEST_CASE("outcomes are our words, common ones, and statuses of HTTP") {
  const auto any = format("actor=a,verb=v,outcome=o");
  const auto outcome = [&](std::string_view value) {
    return only_record(*any, R"({"a":"x","v":"y","o":)" + std::string(value) + "}").plain.outcome;
  };
  CHECK((outcome("\"OK\"") == ActivityOutcome::succeeded && outcome("true") == ActivityOutcome::succeeded));
  CHECK((outcome("\"Failure\"") == ActivityOutcome::failed && outcome("503") == ActivityOutcome::failed));
  CHECK((outcome("403") == ActivityOutcome::denied && outcome("\"429\"") == ActivityOutcome::throttled));
  CHECK(read_line(*any, R"({"a":"x","v":"y","o":"perhaps"})").troubles.size() == 1);
}

TEST_CASE("what failed, looks or removes asks for nothing, and values that cannot be are said") {
  const auto any = format("actor=a,verb=v,at=t,outcome=o,count=n,machine=m");
  CHECK(!only_record(*any, R"({"a":"x","v":"create","o":"failed","m":"big"})").asks);
  CHECK(!only_record(*any, R"({"a":"x","v":"DescribeMachines","m":"big"})").asks);
  CHECK(!only_record(*any, R"({"a":"x","v":"instance.Delete.end","m":"big"})").asks);
  const auto kind = [&](std::string_view line) {
    const auto read = read_line(*any, line);
    REQUIRE(read.kinds.size() == 1);
    return read.kinds[0];
  };
  CHECK(kind(R"({"a":"x","v":"create","m":"big","n":-1})") == LogTrouble::Kind::number);
  CHECK(kind(R"({"a":"x","v":"create","t":"soon"})") == LogTrouble::Kind::time);
  CHECK(kind(R"("text")") == LogTrouble::Kind::shape);
  CHECK(kind(R"({"a":"x","v":)") == LogTrouble::Kind::shape);
}

TEST_CASE("a mapping that makes no sense says which part, and what would be right") {
  CHECK(wrong("verb=v").contains("`actor` is needed"));
  CHECK(wrong("actor=a").contains("`verb` is needed"));
  CHECK(wrong("actor").contains("actor=user.name"));
  CHECK(wrong("actor=").contains("actor=user.name"));
  CHECK(wrong("who=a,verb=v").contains("there are actor, verb"));
  CHECK(wrong("actor=a,actor=b,verb=v").contains("twice"));
  CHECK(wrong("actor=a..b,verb=v").contains("empty step"));
  CHECK(wrong("actor=1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17,verb=v").contains("16"));
  CHECK(wrong("actor='a,verb=v").contains("quotation"));
  CHECK(wrong("actor=a%,verb=v").contains("used_cpu"));
}

TEST_CASE("formats go by their words, and an unknown one names them") {
  for (const auto word : activity_formats()) CHECK(make_activity_format(word));
  const auto unknown = make_activity_format("syslog");
  REQUIRE(!unknown);
  CHECK(
      (unknown.error().code == ErrorCode::unknown && unknown.error().message.contains("cloudtrail, kubernetes-audit")));
  CHECK(!make_activity_format("cloudtrail", "actor=a,verb=v"));
  CHECK(make_activity_format("openstack", "zone=-07:00"));
  CHECK(!make_activity_format("openstack", "actor=a"));
}

TEST_CASE("events of pages become acts: what was done, on which page, without host, query and fragment") {
  const auto ui = make_ui_format();
  const auto read = read_line(
      *ui,
      R"({"sent":1700000005000,"events":[{"action":"click","client":"alice","resource":"https://cloud.example.org/servers/new?token=1#a","at":1700000000123},
    {"action":"api_call","key":"00000000000000ab","resource":"/","outcome":"refused"},{"action":"fly","client":"alice","resource":"/"},7]})");
  REQUIRE(read.records.size() == 2);
  CHECK((read.records[0].actor == "alice" && read.records[0].verb == "click" && read.records[0].kind == "servers/new" &&
         read.records[0].source == "ui"));
  CHECK((read.records[0].at == 1'700'000'000'123 && read.records[0].sent == 1'700'000'005'000));
  CHECK((read.records[1].actor == "00000000000000ab" && read.records[1].kind == "start" && !read.records[1].at &&
         !read.records[1].sent));
  CHECK(read.records[1].plain.outcome == ActivityOutcome::denied);
  CHECK(read.troubles.size() == 2);
  CHECK(read_line(*ui, R"({"events":[)").troubles.size() == 1);
}
