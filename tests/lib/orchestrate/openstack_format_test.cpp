// Lines made after the log format of oslo.log ("logging_context_format_string") and what Nova, Cinder, Neutron and Glance log by default.
#include "orchestrate/activity_format.h"

#include "tests/lib/orchestrate/acts.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

constexpr std::string_view kContext =
    "[req-7f1bd6a5 113d3a99c3da401fbd62cc2caa5b96d2 54fadb412c4e40cdbaed9335e4c35a9e - default default] ";

std::string line(std::string_view message, std::string_view component = "nova.osapi_compute.wsgi.server",
                 std::string_view context = kContext) {
  return "2023-11-14 22:13:20.250 25746 INFO " + std::string(component) + " " + std::string(context) +
         std::string(message);
}

std::string request(const std::string& what, int status = 200) {
  return line("192.0.2.1 \"" + what + " HTTP/1.1\" status: " + std::to_string(status) + " len: 1893 time: 0.2477829");
}

std::unique_ptr<ActivityFormat> format(std::string_view zone = {}) { return make_openstack_format(zone).value(); }

}  // namespace

TEST_CASE("a request to Nova becomes an act of its user on a kind of thing") {
  const auto nova = format();
  const auto list = only_record(*nova, request("GET /v2.1/54fadb412c4e40cdbaed9335e4c35a9e/servers/detail?limit=5"));
  CHECK((list.actor == "113d3a99c3da401fbd62cc2caa5b96d2" && list.verb == "list" && list.kind == "servers/detail"));
  CHECK((list.request == "req-7f1bd6a5" && list.scope == "54fadb412c4e40cdbaed9335e4c35a9e" &&
         list.plain.scope_is_private));
  CHECK((list.at == 1'700'000'000'250 && list.plain.latency_ms == 248 && !list.plain.changes &&
         list.source == "openstack"));
  const auto verb_and_kind = [&](const std::string& what) {
    const auto act = only_record(*nova, request(what));
    return act.verb + " " + act.kind;
  };
  CHECK(verb_and_kind("POST /v2.1/servers") == "create servers");
  CHECK(verb_and_kind("GET /v2.1/servers/b9000564-fe1a-409b-b8cc-1e88b294cd1d") == "show servers");
  CHECK(verb_and_kind("DELETE /v2/54fadb412c4e40cdbaed9335e4c35a9e/servers/b9000564-fe1a-409b-b8cc-1e88b294cd1d") ==
        "delete servers");
  CHECK(verb_and_kind("POST /v2.1/servers/b9000564-fe1a-409b-b8cc-1e88b294cd1d/action") == "act servers/action");
  CHECK(verb_and_kind("PUT /v2.1/flavors/17") == "update flavors");
  CHECK(verb_and_kind("DELETE /v2.1/os-keypairs/marys-laptop") == "delete os-keypairs");
  CHECK(verb_and_kind("GET /v2.1/servers/marys-web") == "show servers");
  CHECK(verb_and_kind("GET /v2.1/servers/marys-web/os-interface") == "list servers/os-interface");
  CHECK(verb_and_kind("PUT /v2.1/servers/b9000564-fe1a-409b-b8cc-1e88b294cd1d/metadata/marys-key") ==
        "update servers/metadata");
  CHECK(verb_and_kind("GET /v2.1/os-quota-sets/54fadb412c4e40cdbaed9335e4c35a9e/defaults") ==
        "list os-quota-sets/defaults");
  CHECK(verb_and_kind("POST /v3/auth/tokens") == "create auth/tokens");
  CHECK(verb_and_kind("GET /compute/v2.1/servers/v2") == "show servers");
  CHECK(verb_and_kind("GET /v2.0/ports.json?device_id=1") == "list ports");
  CHECK(verb_and_kind("GET /") == "list versions");
}

TEST_CASE("the contexts of old and new services are understood") {
  const auto any = format();
  const auto actor = [&](std::string_view context) {
    const auto act = only_record(
        *any, line("192.0.2.1 \"GET /v2.1/servers HTTP/1.1\" status: 200 len: 1 time: 0.1", "nova", context));
    return act.request + "|" + act.actor + "|" + act.scope;
  };
  CHECK(actor("[req-1 alice web - - -] ") == "req-1|alice|web");
  CHECK(actor("[None req-1 alice web - - default default] ") == "req-1|alice|web");
  CHECK(actor("[req-global req-1 alice web - - - -] ") == "req-1|alice|web");
  CHECK(actor("[req-1 - - - - -] ") == "req-1||");
  CHECK(actor("[-] ") == "||");
}

TEST_CASE("lines of Cinder, Glance and of newer Nova are read as well") {
  const auto any = format();
  const auto volume = only_record(
      *any, line("\"POST /v3/54fadb412c4e40cdbaed9335e4c35a9e/volumes HTTP/1.1\" status: 202  len: 759 time: 0.6",
                 "eventlet.wsgi.server"));
  CHECK(
      (volume.verb == "create" && volume.kind == "volumes" && volume.plain.latency_ms == 600 && volume.plain.changes));
  const auto newer =
      only_record(*any, line("192.0.2.1 \"GET /v2.1/servers/detail\" status: 403 len: 5 microversion: 2.1 time: 0.05",
                             "nova.api.openstack.requestlog"));
  CHECK((newer.verb == "list" && newer.plain.outcome == ActivityOutcome::denied && newer.plain.latency_ms == 50));
  const auto image = only_record(
      *any,
      line("192.0.2.1 - - [14/Nov/2023 22:13:20] \"GET /v2/images HTTP/1.1\" 413 4512 0.04", "eventlet.wsgi.server"));
  CHECK((image.kind == "images" && image.plain.outcome == ActivityOutcome::throttled && image.plain.latency_ms == 40));
}

TEST_CASE("a claim of nova-compute tells what the server is given") {
  const auto any = format();
  const auto claim = only_record(
      *any,
      line("[instance: 96abccce-8d1f-4e07-b6d1-4b2ab87e23b4] Attempting claim: memory 2048 MB, disk 20 GB, vcpus 1 CPU",
           "nova.compute.claims"));
  CHECK((claim.verb == "claim" && claim.kind == "servers" && claim.plain.changes));
  REQUIRE(claim.asks);
  CHECK(*claim.asks == Need{.kind = "machine", .machine = "1cpu-2048mb", .storage_gb = 20});
  const auto newer = only_record(
      *any, line("[instance: 96abccce] Attempting claim on node compute1: memory 512 MB, disk 1 GB, vcpus 2 CPU",
                 "nova.compute.claims"));
  CHECK(newer.asks->machine == "2cpu-512mb");
}

TEST_CASE("most lines of OpenStack are no act of anybody") {
  const auto any = format();
  for (const auto& text :
       {line("[instance: 96abccce] VM Started (Lifecycle Event)", "nova.compute.manager"),
        line("Claim successful", "nova.compute.claims"),
        line("192.0.2.9,192.0.2.1 \"GET /openstack/2012-08-10/meta_data.json HTTP/1.1\" status: 200 len: 264 time: 0.2",
             "nova.metadata.wsgi.server"),
        line("Attempting claim: memory many MB, disk 20 GB, vcpus 1 CPU"), line("\"GET nothing HTTP/1.1\" status: 200"),
        line("\"GET /v2.1/servers HTTP/1.1\" status: none"), line("\"BREW /v2.1/servers HTTP/1.1\" status: 200"),
        line("\""), std::string("   ")}) {
    INFO(text);
    const auto read = read_line(*any, text);
    CHECK((read.records.empty() && read.troubles.empty()));
  }
}

TEST_CASE("a line that is no line of oslo.log is said with its reason") {
  const auto any = format();
  for (const std::string_view text :
       {"Traceback (most recent call last):", "\x01garbage", "2023-11-14 22:13:20.250 25746 INFO"}) {
    const auto read = read_line(*any, text);
    CHECK((read.records.empty() && read.troubles.size() == 1));
  }
  auto odd = request("GET /v2.1/servers");
  odd.replace(11, 2, "99");
  const auto read = read_line(*any, odd);
  REQUIRE(read.kinds.size() == 1);
  CHECK(read.kinds[0] == LogTrouble::Kind::time);
}

TEST_CASE("loghub's structured CSV and lines that begin with a file's name tell the same") {
  const auto any = format();
  any->begin_file();
  CHECK(read_line(*any, "LineId,Logrecord,Date,Time,Pid,Level,Component,ADDR,Content,EventId,EventTemplate")
            .records.empty());
  const auto row = only_record(
      *any,
      R"(1,nova-api.log,2023-11-14,22:13:20.250,25746,INFO,nova.osapi_compute.wsgi.server,req-1 alice web - - -,"192.0.2.1 ""GET /v2/servers HTTP/1.1"" status: 200 len: 1893 time: 0.5",E25,"<*> ""GET <*>""")");
  CHECK((row.actor == "alice" && row.kind == "servers" && row.at == 1'700'000'000'250 && row.plain.latency_ms == 500));
  CHECK(read_line(*any, R"(2,nova-api.log,2023-11-14,22:13:20.250,1,INFO,nova,-,"cut)").troubles.size() == 1);
  CHECK(read_line(*any, "3,nova-api.log,2023-11-14").troubles.size() == 1);
  any->begin_file();
  CHECK(only_record(*any, "nova-api.log.1 " + request("GET /v2.1/servers")).kind == "servers");
}

TEST_CASE("times of OpenStack are of the zone that is configured") {
  CHECK(only_record(*format("+02:00"), request("GET /v2.1/servers")).at == 1'700'000'000'250 - 7'200'000);
  const auto wrong = make_openstack_format("Europe/Berlin");
  REQUIRE(!wrong);
  CHECK((wrong.error().code == ErrorCode::malformed && wrong.error().message.contains("+02:00")));
}
