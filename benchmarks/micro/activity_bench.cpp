// Lines of activity, from their text to the engine's door and through it. An act of each format; a thousand users.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "orchestrate/activity_reader.h"

namespace harbinger::bench {
namespace {

using namespace orchestrate;

constexpr int kUsers = 1000;

std::string time_of(int second) {
  const auto two = [](int number) { return std::string(number < 10 ? "0" : "") + std::to_string(number); };
  return "2023-11-14T" + two(second / 3600) + ":" + two(second / 60 % 60) + ":" + two(second % 60);
}

std::string cloudtrail(int number) {
  return R"({"eventVersion":"1.08","userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111122223333:user/u)" +
         std::to_string(number % kUsers) + R"(","accountId":"111122223333","accessKeyId":"AKIA1","userName":"u)" +
         std::to_string(number % kUsers) + R"("},"eventTime":")" + time_of(number / 1000) +
         R"(Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-central-1",)"
         R"("sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2.13.5 Python/3.11.4 Linux/4.14.255 exe/x86_64","requestParameters":{"instancesSet":{"items":)"
         R"([{"imageId":"ami-0abcdef1234567890","minCount":1,"maxCount":1,"keyName":"k"}]},"groupSet":{"items":[{"groupId":"sg-903004f8"}]},"instanceType":)"
         R"("t3.large","blockDeviceMapping":{},"monitoring":{"enabled":false},"disableApiTermination":false},"responseElements":{"requestId":"r-)" +
         std::to_string(number) +
         R"(","reservationId":"r-1","ownerId":"111122223333","groupSet":{},"instancesSet":{"items":[{"instanceId":"i-1","imageId":)"
         R"("ami-0abcdef1234567890","instanceState":{"code":0,"name":"pending"},"privateDnsName":"ip-10-0-0-1","instanceType":"t3.large"}]}},"requestID":"r-)" +
         std::to_string(number) + R"(","eventID":"e-)" + std::to_string(number) +
         R"(","readOnly":false,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"111122223333","eventCategory":"Management"})";
}

std::string audit(int number) {
  return R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a-)" + std::to_string(number) +
         R"(","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods?limit=500","verb":"list","user":{"username":"u)" +
         std::to_string(number % kUsers) +
         R"(","groups":["system:authenticated"]},"sourceIPs":["192.0.2.7"],"userAgent":"kubectl/v1.28.2 (linux/amd64) kubernetes/89a4ea3","objectRef":)"
         R"({"resource":"pods","namespace":"shop","apiVersion":"v1"},"responseStatus":{"metadata":{},"code":200},"requestReceivedTimestamp":")" +
         time_of(number / 1000) + R"(.100000Z","stageTimestamp":")" + time_of(number / 1000) +
         R"(.350000Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":""}})";
}

std::string openstack(int number) {
  auto time = time_of(number / 1000);
  time[10] = ' ';
  return time + ".250 25746 INFO nova.osapi_compute.wsgi.server [req-" + std::to_string(number) + " u" +
         std::to_string(number % kUsers) +
         " 54fadb412c4e40cdbaed9335e4c35a9e - default default] 192.0.2.1 \"GET /v2.1/servers/detail HTTP/1.1\" status: "
         "200 len: 1893 time: 0.2477829";
}

std::string json(int number) {
  return R"({"actor":"u)" + std::to_string(number % kUsers) + R"(","verb":"create","kind":"servers","request":")" +
         std::to_string(number) + R"(","at":")" + time_of(number / 1000) +
         R"(Z","machine":"m1.large","image":"ubuntu","count":2})";
}

void activity_lines(benchmark::State& state, const char* word, std::string (*line)(int)) {
  constexpr int kLines = 50'000;
  std::vector<std::string> lines;
  std::size_t octets = 0;
  for (int i = 0; i < kLines; ++i) octets += lines.emplace_back(line(i)).size();
  const ActorKeys keys(Secret{1});
  std::uint64_t taken = 0;
  for (auto _ : state) {
    const auto door = ActivityDoor::make(
        {.oldest = {}}, {&system_clock(), &keys, [](std::span<const Activity> acts) { return acts.size(); }});
    ActivityReader reader(make_activity_format(word).value(), *door);
    reader.begin_file();
    for (const auto& each : lines) reader.line(each);
    door->flush();
    taken += door->counts().taken;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(taken));
  state.counters["taken"] = static_cast<double>(taken) / static_cast<double>(state.iterations()) / kLines;
  state.counters["octets"] = static_cast<double>(octets) / kLines;
}

// Records that were read already: what the door itself costs.
void activity_door(benchmark::State& state) {
  constexpr int kRecords = 50'000;
  std::vector<std::string> names, requests;
  for (int i = 0; i < kUsers; ++i) names.push_back("user-" + std::to_string(i));
  for (int i = 0; i < kRecords; ++i) requests.push_back("req-" + std::to_string(i));
  const ActorKeys keys(Secret{1});
  std::uint64_t taken = 0;
  for (auto _ : state) {
    const auto made = ActivityDoor::make(
        {.oldest = {}}, {&system_clock(), &keys, [](std::span<const Activity> acts) { return acts.size(); }});
    for (int i = 0; i < kRecords; ++i)
      made->let_in({.at = 1'700'000'000'000 + i,
                    .actor = names[static_cast<std::size_t>(i % kUsers)],
                    .request = requests[static_cast<std::size_t>(i)],
                    .verb = "DescribeInstances",
                    .kind = "ec2",
                    .source = "cloudtrail",
                    .scope = "eu-central-1"});
    made->flush();
    taken += made->counts().taken;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(taken));
}

BENCHMARK_CAPTURE(activity_lines, cloudtrail, "cloudtrail", cloudtrail)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(activity_lines, kubernetes, "kubernetes-audit", audit)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(activity_lines, openstack, "openstack", openstack)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(activity_lines, json, "json", json)->Unit(benchmark::kMillisecond);
BENCHMARK(activity_door)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace harbinger::bench
