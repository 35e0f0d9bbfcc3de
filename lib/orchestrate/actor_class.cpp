#include "orchestrate/actor_class.h"

#include <array>

namespace harbinger::orchestrate {

namespace {

struct Mark {
  std::string_view text;
  ActorClass actor;
};

// The first that is found counts: consoles use libraries, and so do command line programs.
constexpr std::array kMarks{
    Mark{"console.amazonaws.com", ActorClass::console},
    Mark{"signin.amazonaws.com", ActorClass::console},
    Mark{"S3Console", ActorClass::console},
    Mark{"Mozilla/", ActorClass::console},
    Mark{"dashboard/", ActorClass::console},
    Mark{"aws-cli/", ActorClass::command_line},
    Mark{"kubectl", ActorClass::command_line},
    Mark{"Helm/", ActorClass::command_line},
    Mark{"k9s/", ActorClass::command_line},
    Mark{"openstackclient", ActorClass::command_line},
    Mark{"novaclient", ActorClass::command_line},
    Mark{"cinderclient", ActorClass::command_line},
    Mark{"curl/", ActorClass::command_line},
    Mark{"Wget/", ActorClass::command_line},
    Mark{"PowerShell/", ActorClass::command_line},
    Mark{"kube-", ActorClass::service},
    Mark{"kubelet/", ActorClass::service},
    Mark{"-controller", ActorClass::service},
    Mark{"-operator", ActorClass::service},
    Mark{"Terraform", ActorClass::library},
    Mark{"Boto3/", ActorClass::library},
    Mark{"Botocore/", ActorClass::library},
    Mark{"aws-sdk", ActorClass::library},
    Mark{"openstacksdk", ActorClass::library},
    Mark{"gophercloud", ActorClass::library},
    Mark{"keystoneauth1", ActorClass::library},
    Mark{"client-go", ActorClass::library},
    Mark{"Go-http-client", ActorClass::library},
    Mark{"python-requests", ActorClass::library},
    Mark{"okhttp", ActorClass::library},
    Mark{"axios/", ActorClass::library},
    Mark{"Java/", ActorClass::library},
    Mark{"Python/", ActorClass::library},
    Mark{".amazonaws.com", ActorClass::service},
    Mark{"AWS Internal", ActorClass::service},
};

}  // namespace

ActorClass actor_class_of(std::string_view agent) noexcept {
  constexpr std::size_t kMost = 512;
  agent = agent.substr(0, kMost);
  for (const auto& mark : kMarks)
    if (agent.contains(mark.text)) return mark.actor;
  return ActorClass::unknown;
}

}  // namespace harbinger::orchestrate
