// Records made after "CloudTrail record contents" and "CloudTrail log file examples" of AWS' user guide.
#include "orchestrate/activity_format.h"

#include "tests/lib/orchestrate/acts.h"

using namespace harbinger;
using namespace harbinger::orchestrate;
using namespace harbinger::test;

namespace {

std::string record(const std::string& identity, const std::string& more) {
  return R"({"eventVersion":"1.08","userIdentity":)" + identity +
         R"(,"eventTime":"2023-11-14T22:13:20Z","awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.7","eventID":"e-1",)" +
         more + "}";
}

const std::string kMary =
    R"({"type":"IAMUser","userName":"mary","accountId":"111122223333","arn":"arn:aws:iam::111122223333:user/mary"})";

const std::string kRun = record(kMary, R"("eventSource":"ec2.amazonaws.com","eventName":"RunInstances","readOnly":false,
  "userAgent":"aws-cli/2.13.5 Python/3.11.4 Linux/4.14.255","requestParameters":{"instancesSet":{"items":[{"imageId":
  "ami-0abcdef1234567890","minCount":1,"maxCount":3,"keyName":"mary-key"}]},"groupSet":{"items":[{"groupId":"sg-903004f8"}]},
  "instanceType":"t3.large","blockDeviceMapping":{"items":[{"deviceName":"/dev/xvda","ebs":{"volumeSize":30}},{"ebs":{"volumeSize":20}}]}})");

ActivityOutcome outcome_of(ActivityFormat& format, const std::string& error) {
  return only_record(format, record(kMary, R"("eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":")" +
                                               error + "\""))
      .plain.outcome;
}

}  // namespace

TEST_CASE("a record of CloudTrail becomes an act, and RunInstances says what it asks for") {
  const auto format = make_cloudtrail_format();
  const auto run = only_record(*format, kRun);
  CHECK((run.actor == "mary" && run.verb == "RunInstances" && run.kind == "ec2" && run.scope == "eu-central-1"));
  CHECK((run.request == "e-1" && run.at == 1'700'000'000'000 && run.source == "cloudtrail"));
  CHECK((run.plain.changes && run.plain.actor_class == ActorClass::command_line));
  CHECK((run.plain.outcome == ActivityOutcome::succeeded && !run.plain.scope_is_private));
  REQUIRE(run.asks);
  CHECK(*run.asks == Need{.kind = "machine",
                          .machine = "t3.large",
                          .image = "ami-0abcdef1234567890",
                          .security = "sg-903004f8",
                          .count = 3,
                          .storage_gb = 50});
}

TEST_CASE("CreateVolume and CreateDBInstance ask for something, too, and what was refused does not") {
  const auto format = make_cloudtrail_format();
  const auto volume =
      only_record(*format, record(kMary, R"("eventSource":"ec2.amazonaws.com","eventName":"CreateVolume",
    "requestParameters":{"size":"80","zone":"eu-central-1a","volumeType":"gp3"})"));
  REQUIRE(volume.asks);
  CHECK(*volume.asks == Need{.kind = "volume", .machine = "gp3", .storage_gb = 80});
  const auto database =
      only_record(*format, record(kMary, R"("eventSource":"rds.amazonaws.com","eventName":"CreateDBInstance",
    "requestParameters":{"dBInstanceClass":"db.t3.micro","engine":"postgres","allocatedStorage":20,"vpcSecurityGroupIds":["sg-1"]})"));
  REQUIRE(database.asks);
  CHECK(*database.asks ==
        Need{.kind = "database", .machine = "db.t3.micro", .image = "postgres", .security = "sg-1", .storage_gb = 20});
  auto refused = kRun;
  refused.insert(refused.size() - 1, R"(,"errorCode":"Client.InstanceLimitExceeded")");
  CHECK(!only_record(*format, refused).asks);
}

TEST_CASE("a file of CloudTrail holds many records, and one that cannot be read does not cost the others") {
  const auto format = make_cloudtrail_format();
  const auto read = read_line(*format, R"({"Records":[)" + kRun + R"(,{"odd":1},)" + kRun + "]}");
  CHECK(read.records.size() == 2);
  REQUIRE(read.troubles.size() == 1);
  CHECK(read.troubles[0].contains("eventName"));
}

TEST_CASE("who acted is the person behind a role, where the record tells of one") {
  const auto format = make_cloudtrail_format();
  const auto actor = [&](const std::string& identity) {
    return only_record(*format, record(identity, R"("eventSource":"s3.amazonaws.com","eventName":"ListBuckets")"))
        .actor;
  };
  CHECK(actor(R"({"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Admin/alice@example.org",
    "sessionContext":{"sessionIssuer":{"userName":"Admin"}}})") == "alice@example.org");
  CHECK(actor(R"({"type":"AssumedRole","arn":"arn:aws:sts::1:assumed-role/Web/i-0123456789abcdef0",
    "sessionContext":{"sessionIssuer":{"userName":"Web"}}})") == "Web");
  CHECK(
      actor(
          R"({"type":"AssumedRole","sessionContext":{"sourceIdentity":"bob","sessionIssuer":{"userName":"Admin"}}})") ==
      "bob");
  CHECK(actor(R"({"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"})") == "autoscaling.amazonaws.com");
  CHECK(actor(R"({"type":"Root","principalId":"111122223333"})") == "111122223333");
  CHECK(actor(R"({"type":"IdentityCenterUser","accountId":"1","onBehalfOf":{"userId":"u-7"}})") == "u-7");
  CHECK(actor("{}").empty());
}

TEST_CASE("error codes of AWS are denied, throttled or failed, and a dry run that would have gone well went well") {
  const auto format = make_cloudtrail_format();
  CHECK(outcome_of(*format, "AccessDenied") == ActivityOutcome::denied);
  CHECK(outcome_of(*format, "Client.UnauthorizedOperation") == ActivityOutcome::denied);
  CHECK(outcome_of(*format, "ThrottlingException") == ActivityOutcome::throttled);
  CHECK(outcome_of(*format, "RequestLimitExceeded") == ActivityOutcome::throttled);
  CHECK(outcome_of(*format, "NoSuchBucketPolicy") == ActivityOutcome::failed);
  CHECK(outcome_of(*format, "Client.DryRunOperation") == ActivityOutcome::succeeded);
  const auto login =
      only_record(*format, record(kMary, R"("eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",
    "eventType":"AwsConsoleSignIn","responseElements":{"ConsoleLogin":"Failure"})"));
  CHECK((login.plain.outcome == ActivityOutcome::denied && login.plain.actor_class == ActorClass::console));
}

TEST_CASE("an event that EventBridge wraps is read, and insights and digests are no acts") {
  const auto format = make_cloudtrail_format();
  CHECK(only_record(*format, R"({"detail-type":"AWS API Call via CloudTrail","detail":)" + kRun + "}").asks);
  for (const auto* line :
       {R"({"eventCategory":"Insight","eventName":"X"})", R"({"digestStartTime":"2023-11-14T22:13:20Z"})"}) {
    const auto read = read_line(*format, line);
    CHECK((read.records.empty() && read.troubles.empty()));
  }
}

TEST_CASE("records without readOnly are told by their name") {
  const auto format = make_cloudtrail_format();
  const auto changes = [&](const std::string& name) {
    return only_record(*format, record(kMary, R"("eventSource":"ec2.amazonaws.com","eventName":")" + name + "\""))
        .plain.changes;
  };
  CHECK(!changes("DescribeInstances"));
  CHECK(!changes("GetBucketAcl"));
  CHECK(changes("TerminateInstances"));
}

TEST_CASE("the reduced form of CloudTrail is read as well") {
  const auto format = make_cloudtrail_format();
  const auto act = only_record(
      *format,
      R"({"time":"2023-11-14T22:13:20Z","source":"ec2.amazonaws.com","name":"DescribeVpcs","region":"us-east-1",
    "user_type":"IAMUser","user":"u1","ip":"10.0.0.1","agent":"Boto3/1.26 Python/3.10","read_only":true,"error":"AccessDenied","resources":[],"request_keys":[]})");
  CHECK((act.actor == "u1" && act.verb == "DescribeVpcs" && act.kind == "ec2" && act.request.empty()));
  CHECK((!act.plain.changes && act.plain.outcome == ActivityOutcome::denied &&
         act.plain.actor_class == ActorClass::library));
}

TEST_CASE("what is no record of CloudTrail is said with its reason") {
  const auto format = make_cloudtrail_format();
  const auto why = [&](std::string_view line) {
    const auto read = read_line(*format, line);
    REQUIRE((read.records.empty() && read.troubles.size() == 1));
    return read.troubles[0];
  };
  CHECK(why(std::string_view(kRun).substr(0, 200)) == "no JSON: it is cut, after 200 octets");
  CHECK(why("{\"a\":}").contains("octet 6"));
  CHECK(why("{} {}").contains("no JSON"));
  CHECK(why("null").contains("eventName"));
  CHECK(why("7").contains("eventName"));
  CHECK(why(R"({"Records":7})").contains("list"));
  CHECK(why(std::string(100, '[')).contains("no JSON"));
  const auto late = read_line(*format, R"({"eventName":"X","eventTime":"yesterday"})");
  REQUIRE(late.troubles.size() == 1);
  CHECK((late.kinds[0] == LogTrouble::Kind::time && late.troubles[0].contains("`yesterday`")));
  CHECK((read_line(*format, " ").records.empty() && read_line(*format, " ").troubles.empty()));
}
