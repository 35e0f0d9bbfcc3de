// Events made after "Auditing" in Kubernetes' documentation and the types of audit.k8s.io/v1.
#include "orchestrate/activity_format.h"

#include "tests/lib/orchestrate/acts.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

struct Event {
  std::string verb = "create", user = "jane@example.org",
              object = R"({"resource":"deployments","namespace":"jane-dev","apiGroup":"apps","apiVersion":"v1"})";
  std::string more{}, stage = "ResponseComplete", uri = "/apis/apps/v1/namespaces/jane-dev/deployments";
  int code = 201;

  std::string text() const {
    return R"({"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"a-1","stage":")" +
           stage + R"(","requestURI":")" + uri + R"(","verb":")" + verb + R"(","user":{"username":")" + user +
           R"(","groups":["system:authenticated"]},"sourceIPs":["192.0.2.7"],"userAgent":"kubectl/v1.28.2 (linux/amd64) kubernetes/89a4ea3",)" +
           (object.empty() ? "" : R"("objectRef":)" + object + ",") + R"("responseStatus":{"metadata":{},"code":)" +
           std::to_string(code) +
           R"(},"requestReceivedTimestamp":"2023-11-14T22:13:20.100000Z","stageTimestamp":"2023-11-14T22:13:20.350000Z")" +
           more + "}";
  }
};

const std::string kDeployment =
    R"(,"requestObject":{"kind":"Deployment","spec":{"replicas":3,"template":{"metadata":{"annotations":
  {"kubernetes.io/ingress-bandwidth":"10M"}},"spec":{"priorityClassName":"high","containers":[{"name":"a","image":"registry.example.org/shop:1.2",
  "securityContext":{"runAsNonRoot":true},"resources":{"requests":{"cpu":"250m","memory":"64Mi"}}},{"name":"b","image":"proxy:3",
  "resources":{"requests":{"cpu":1,"memory":"1Gi"}}}]}}}})";

}  // namespace

TEST_CASE("an event of Kubernetes' audit log becomes an act with how long it took") {
  const auto format = make_kubernetes_audit_format();
  const auto act = only_record(*format, Event{}.text());
  CHECK((act.actor == "jane@example.org" && act.verb == "create" && act.kind == "deployments" &&
         act.scope == "jane-dev"));
  CHECK((act.request == "a-1" && act.at == 1'700'000'000'100 && act.plain.latency_ms == 250));
  CHECK((act.plain.changes && act.plain.scope_is_private && act.plain.actor_class == ActorClass::command_line));
  CHECK(!act.asks);
}

TEST_CASE("a created Deployment asks for what its pods request") {
  const auto format = make_kubernetes_audit_format();
  const auto act = only_record(*format, Event{.more = kDeployment}.text());
  REQUIRE(act.asks);
  CHECK(*act.asks == Need{.kind = "deployment",
                          .machine = "1250m/1088Mi/high",
                          .image = "registry.example.org/shop:1.2",
                          .security = "restricted",
                          .count = 3,
                          .bandwidth_mbps = 10});
  CHECK(!only_record(*format, Event{.verb = "patch", .more = kDeployment}.text()).asks);
  CHECK(!only_record(*format, Event{.more = kDeployment, .code = 403}.text()).asks);
  const auto rehearsal = only_record(
      *format, Event{.more = kDeployment, .uri = "/apis/apps/v1/namespaces/x/deployments?dryRun=All&x=1"}.text());
  CHECK((!rehearsal.asks && !rehearsal.plain.changes));
}

TEST_CASE("pods, jobs, sets and claims ask for something, too") {
  const auto format = make_kubernetes_audit_format();
  const auto pod = only_record(
      *format, Event{.object = R"({"resource":"pods","namespace":"x"})", .more = R"(,"requestObject":{"metadata":{},
    "spec":{"hostNetwork":true,"containers":[{"image":"busybox"}]}})"}
                   .text());
  REQUIRE(pod.asks);
  CHECK(*pod.asks == Need{.kind = "pod", .image = "busybox", .security = "privileged"});
  const auto claim = only_record(
      *format, Event{.object = R"({"resource":"persistentvolumeclaims","namespace":"x"})", .more = R"(,"requestObject":
    {"spec":{"storageClassName":"fast","resources":{"requests":{"storage":"50Gi"}}}})"}
                   .text());
  REQUIRE(claim.asks);
  CHECK(*claim.asks == Need{.kind = "volume", .machine = "fast", .storage_gb = 50});
  const auto set = only_record(*format, Event{.object = R"({"resource":"statefulsets"})",
                                              .more = R"(,"requestObject":{"spec":{"replicas":2,"template":
    {"spec":{"containers":[{"image":"db:1"}]}},"volumeClaimTemplates":[{"spec":{"resources":{"requests":{"storage":"1500Mi"}}}}]}})"}
                                            .text());
  REQUIRE(set.asks);
  CHECK(*set.asks == Need{.kind = "deployment", .image = "db:1", .count = 2, .storage_gb = 2});
  CHECK(!only_record(*format,
                     Event{.object = R"({"resource":"configmaps"})", .more = R"(,"requestObject":{"spec":{}})"}.text())
             .asks);
}

TEST_CASE("only what is complete counts, and what a cluster does by itself is nobody's act") {
  const auto format = make_kubernetes_audit_format();
  for (const auto* stage : {"RequestReceived", "ResponseStarted", "Panic"}) {
    const auto read = read_line(*format, Event{.stage = stage}.text());
    CHECK((read.records.empty() && read.troubles.empty()));
  }
  for (const auto* user : {"system:node:worker-1", "system:kube-scheduler", "system:apiserver", "system:anonymous",
                           "system:serviceaccount:kube-system:replicaset-controller"})
    CHECK(read_line(*format, Event{.user = user}.text()).records.empty());
  const auto account = only_record(*format, Event{.user = "system:serviceaccount:shop:deployer"}.text());
  CHECK(account.plain.actor_class == ActorClass::service);
  const auto behind =
      only_record(*format, Event{.user = "system:admin", .more = R"(,"impersonatedUser":{"username":"joe"})"}.text());
  CHECK(behind.actor == "joe");
}

TEST_CASE("kinds name parts of resources, and outcomes follow the status") {
  const auto format = make_kubernetes_audit_format();
  CHECK(only_record(*format, Event{.object = R"({"resource":"pods","subresource":"exec","name":"x"})"}.text()).kind ==
        "pods/exec");
  CHECK(only_record(*format, Event{.verb = "get", .object = "", .uri = "/version?timeout=32s"}.text()).kind ==
        "version");
  const auto outcome = [&](int code) { return only_record(*format, Event{.code = code}.text()).plain.outcome; };
  CHECK((outcome(200) == ActivityOutcome::succeeded && outcome(409) == ActivityOutcome::failed));
  CHECK((outcome(403) == ActivityOutcome::denied && outcome(429) == ActivityOutcome::throttled));
  const auto watch = only_record(*format, Event{.verb = "watch"}.text());
  CHECK((watch.plain.latency_ms == 0 && !watch.plain.changes));
  const auto shell =
      only_record(*format, Event{.verb = "get", .object = R"({"resource":"pods","subresource":"exec"})"}.text());
  CHECK((shell.plain.latency_ms == 0 && shell.plain.changes));
}

TEST_CASE("what the webhook backend sends is a list of events") {
  const auto format = make_kubernetes_audit_format();
  const auto read = read_line(*format, R"({"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[)" +
                                           Event{}.text() + "," + Event{.verb = "get"}.text() + ",{}]}");
  CHECK(read.records.size() == 2);
  REQUIRE(read.troubles.size() == 1);
  CHECK(read.troubles[0].contains("audit.k8s.io/v1"));
}

TEST_CASE("an event that is cut, or without a time, is said with its reason") {
  const auto format = make_kubernetes_audit_format();
  const auto text = Event{}.text();
  const auto cut = read_line(*format, std::string_view(text).substr(0, text.size() / 2));
  REQUIRE((cut.records.empty() && cut.troubles.size() == 1));
  CHECK(cut.troubles[0].contains("cut"));
  const auto timeless = read_line(*format, R"({"verb":"get","stage":"ResponseComplete"})");
  REQUIRE(timeless.kinds.size() == 1);
  CHECK(timeless.kinds[0] == LogTrouble::Kind::time);
}
